import ArgumentParser
import Attention
import Faults
import Kernels

/// The gates of a kernel whose state has some, as files.
struct StateGateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Of gated-delta: ln α, [heads, tokens] of the keys.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var logDecay: String?

    @Option(
        help: ArgumentHelp("Of gated-delta: β, [heads, tokens] of the keys.", valueName: "npy"),
        completion: .file(extensions: ["npy"]))
    var writingStrength: String?

    /// What is there, for a check of the output's path.
    var files: [(name: String, path: String)] {
        [("log-decay", logDecay), ("writing-strength", writingStrength)].compactMap { name, path in
            path.map { (name, $0) }
        }
    }

    /// Nil for a kernel without gates.
    func gates(of kernel: Kernel, _ problem: AttentionProblem) throws -> StateGates? {
        guard kernel.weighting.hasGates else {
            if let unused = files.first { throw StateGateError.notTaken(kernel: kernel.name, option: unused.name) }
            return nil
        }
        guard let logDecay, let writingStrength else { throw StateGateError.missing(kernel: kernel.name) }
        return StateGates(
            logDecay: try tensor(logDecay, of: "log-decay", problem),
            writingStrength: try tensor(writingStrength, of: "writing-strength", problem))
    }

    private func tensor(_ path: String, of option: String, _ problem: AttentionProblem) throws -> Tensor {
        var tensor = try NumPyFile.read(path)
        let wanted = StateGates.dimensions(problem.shape)
        guard wanted == [Int](repeating: 1, count: max(0, 3 - tensor.dimensions.count)) + tensor.dimensions else {
            throw StateGateError.dimensions(option: option, found: tensor.dimensions, wanted: wanted)
        }
        tensor.reshape(to: wanted)
        return tensor.stored(as: problem.elementType)
    }
}

enum StateGateError: Fault, Equatable {
    case missing(kernel: String)
    case notTaken(kernel: String, option: String)
    case dimensions(option: String, found: [Int], wanted: [Int])

    var exitStatus: ExitStatus { .usage }

    var description: String {
        switch self {
        case .missing(let kernel):
            "\(kernel) has gates for each token; give --log-decay and --writing-strength"
        case .notTaken(let kernel, let option):
            "\(kernel) has no gates; leave out --\(option), or use gated-delta"
        case .dimensions(let option, let found, let wanted):
            "--\(option) is \(found); with these keys it has to be \(wanted), batch, heads and tokens"
        }
    }
}
