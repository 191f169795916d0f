import Attention
import Faults
import Kernels

/// Kinds of layers with their numbers, as people write a mix: `full:1,gated-delta:3`.
public struct LayerCounts: Sendable {
    /// In the order in which they are written.
    public let counts: [(kernel: Kernel, layers: Int)]

    /// More layers than any model has.
    static let mostLayers = 1000

    /// - Throws: `UnknownName` where a name is none of `kernels`, else `LayerMixError`.
    public init(_ text: String, among kernels: [Kernel]) throws {
        var counts: [(kernel: Kernel, layers: Int)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: ":", omittingEmptySubsequences: false)
            guard words.count == 2 else { throw LayerMixError.notCounted(String(part)) }
            let kernel = try kernels.named(words[0].trimmingCharacters(in: .whitespaces))
            guard let layers = Int(words[1].trimmingCharacters(in: .whitespaces)), (1...Self.mostLayers) ~= layers
            else { throw LayerMixError.count(kernel: kernel.name, written: String(words[1])) }
            guard !counts.contains(where: { $0.kernel.name == kernel.name }) else {
                throw LayerMixError.repeated(kernel: kernel.name)
            }
            counts.append((kernel, layers))
        }
        self.counts = counts
    }
}

/// Kinds of layers that make no mix.
public enum LayerMixError: Fault, Equatable {
    case notCounted(String)
    case count(kernel: String, written: String)
    case repeated(kernel: String)
    case oneKind(String)
    case noLayer(kernel: String)
    case valuesInKeys(kernel: String)
    case twoPhases(prefill: String, decode: String)
    case noKernel(layer: String, Phase)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .notCounted(let text):
            "\"\(text)\" is no kernel with a number of layers; write a mix as full:1,gated-delta:3"
        case .count(let kernel, let written):
            "\(kernel):\(written) is no number of layers; give one from 1 to \(LayerCounts.mostLayers)"
        case .repeated(let kernel):
            "\(kernel) stands in the mix twice; give the number of all its layers once"
        case .oneKind(let kind):
            "all layers are \(kind), and a mix has at least two kinds of layers; `attnbench run` measures one kernel"
        case .noLayer(let kernel):
            "\(kernel) gives gradients or losses, and no layer of a mix; take kernels of prompts, or kernels of decoding, from "
                + "`attnbench list kernels`"
        case .valuesInKeys(let kernel):
            "\(kernel) reads values from the keys, and the layers of a mix have values of their own; `attnbench run` measures it alone"
        case .twoPhases(let prefill, let decode):
            "\(prefill) reads a prompt and \(decode) decodes one token; take kernels of one of the two"
        case .noKernel(let layer, let phase):
            "no kernel here \(phase == .decode ? "decodes with" : "computes") layers of \(layer); give the kernels of a mix by "
                + "hand, such as full:1,gated-delta:3"
        }
    }
}
