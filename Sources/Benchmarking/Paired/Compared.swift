import Engines
import Records

/// What a gate holds against each other.
public enum Compared: Sendable {
    /// Two programs attnbench, each with its own kernels, which are called by their bare names.
    case builds(baseline: String, candidate: String)
    /// Two engines of anybody's. Their kernels are matched by the names that the engines give them.
    case engines(baseline: EngineSource, candidate: EngineSource)

    public func source(of engine: ComparedEngine) -> EngineSource {
        switch (self, engine) {
        case (.builds(let path, _), .baseline), (.builds(_, let path), .candidate):
            EngineSource(command: EngineCommand([path, "serve"]))
        case (.engines(let source, _), .baseline), (.engines(_, let source), .candidate): source
        }
    }

    /// - Throws: `UnusableProgram`, `TooTolerantEngine`: what can be said before anything is started.
    func check() throws {
        switch self {
        case .builds(let baseline, let candidate):
            try UnusableProgram.check(baseline, as: .baseline)
            try UnusableProgram.check(candidate, as: .candidate)
        case .engines:
            for engine in [ComparedEngine.baseline, .candidate] {
                let tolerance = source(of: engine).tolerance
                guard tolerance <= EngineSource.defaultTolerance else {
                    throw TooTolerantEngine(engine: engine, tolerance: tolerance)
                }
            }
        }
    }
}
