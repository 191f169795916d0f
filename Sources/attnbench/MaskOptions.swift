import ArgumentParser
import Attention
import Faults
import Kernels
import Quantities

/// Which keys a query may see, as flags.
struct MaskOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            The mask, for a kernel that takes any mask: \(MaskFamily.named.map(\.name).joined(separator: ", ")). \
            Every other kernel has only one. (default: causal)
            """,
        completion: .masks, transform: MaskFamily.parse)
    var mask: MaskFamily?

    @Option(
        name: .long, help: "Number of keys that a query sees, its own included; for symmetric windows, on each side.",
        transform: tokenCount)
    var window: Int?

    @Option(name: .long, help: "Number of keys at the start of the text that every query sees.", transform: tokenCount)
    var sinks: Int?

    @Option(name: .long, help: "Number of tokens in one chunk.", transform: tokenCount)
    var chunk: Int?

    /// The mask that `kernel` is asked for: each of its parameters must be given, and no other.
    func mask(for kernel: Kernel) throws -> Mask {
        var family = kernel.masks
        if family == .any {
            family = mask ?? .causal
        } else if let mask, mask != family {
            throw MaskOptionsError.wrongMask(kernel: kernel.name, its: family, asked: mask)
        }
        var sizes: [MaskFamily.Parameter: Int] = [:]
        for parameter in MaskFamily.Parameter.allCases {
            sizes[parameter] = value(of: parameter)
            switch (family.parameters.contains(parameter), sizes[parameter]) {
            case (true, nil): throw MaskOptionsError.missing(parameter, kernel: kernel.name, mask: family)
            case (false, _?): throw MaskOptionsError.unused(parameter, kernel: kernel.name, mask: family)
            default: continue
            }
        }
        return try family.mask(sizes)
    }

    private func value(of parameter: MaskFamily.Parameter) -> Int? {
        switch parameter {
        case .window: window
        case .sinks: sinks
        case .chunk: chunk
        }
    }
}

enum MaskOptionsError: Fault, Equatable {
    case wrongMask(kernel: String, its: MaskFamily, asked: MaskFamily)
    case missing(MaskFamily.Parameter, kernel: String, mask: MaskFamily)
    case unused(MaskFamily.Parameter, kernel: String, mask: MaskFamily)

    var exitStatus: ExitStatus { .usage }

    var description: String {
        switch self {
        case .wrongMask(let kernel, let its, let asked):
            return "\(kernel) has the mask \(its.name), not \(asked.name); use "
                + Self.alternatives { $0.masks == asked || $0.masks == .any }
        case .missing(let parameter, let kernel, let mask):
            let what = kernel == mask.name ? kernel : "\(kernel) with the mask \(mask.name)"
            return "\(what) needs --\(parameter.rawValue)"
        case .unused(let parameter, let kernel, let mask):
            return "\(kernel) (\(mask.name)) has no \(parameter.rawValue); leave out --\(parameter.rawValue), or use "
                + Self.alternatives { $0.masks.parameters.contains(parameter) || $0.masks == .any }
        }
    }

    private static func alternatives(_ isOne: (Kernel) -> Bool) -> String {
        let names = Kernel.builtIn.filter { !$0.phase.givesGradients && $0.weighting == .softmax && isOne($0) }.map {
            $0.masks == .any ? "\($0.name) with --mask" : $0.name
        }
        return names.joined(separator: " or ")
    }
}

extension MaskFamily {
    @Sendable static func parse(_ text: String) throws -> MaskFamily {
        do { return try named(text) } catch { throw ValidationError("\(error)") }
    }
}

/// A size on the command line.
@Sendable func tokenCount(_ text: String) throws -> Int {
    guard let count = TokenCount.parse(text) else {
        throw ValidationError("write a size like 1024, 4K, 1M or 10_000_000")
    }
    return count
}
