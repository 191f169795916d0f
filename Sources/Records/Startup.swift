/// What it took until a kernel of another program could be called. It is in no sample, and the time budget does not pay for it.
public struct Startup: Hashable, Sendable, Codable {
    /// From the start of the engine's process to its greeting.
    public let engineSeconds: Double
    /// Compiling or tuning the kernel for this problem.
    public let compileSeconds: Double

    public init(engineSeconds: Double, compileSeconds: Double) {
        self.engineSeconds = engineSeconds
        self.compileSeconds = compileSeconds
    }

    /// The longest of each; nil of none.
    package static func longest(_ all: [Startup]) -> Startup? {
        guard let engine = all.map(\.engineSeconds).max(), let compile = all.map(\.compileSeconds).max() else {
            return nil
        }
        return Startup(engineSeconds: engine, compileSeconds: compile)
    }
}
