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

    @Option(
        name: .long, help: "Number of blocks of keys that a query attends to, its own included.", transform: tokenCount)
    var blocks: Int?

    @Option(name: .long, help: "Number of tokens in one of these blocks.", transform: tokenCount)
    var blockLength: Int?

    /// The selection that `kernel` is asked for: one that selects needs both sizes, any other takes neither.
    func selection(for kernel: Kernel) throws -> BlockSelection? {
        guard kernel.selectsBlocks else {
            guard blocks == nil, blockLength == nil else { throw MaskOptionsError.unusedBlocks(kernel: kernel.name) }
            return nil
        }
        guard let blocks, let blockLength else { throw MaskOptionsError.missingBlocks(kernel: kernel.name) }
        return try BlockSelection(blocks: blocks, blockLength: blockLength)
    }

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

    /// What each kernel of a mix is asked for: a size counts for all kernels that have it, and at least one of them has to.
    func sizes(for kernels: [Kernel]) throws -> [(mask: Mask, selection: BlockSelection?)] {
        let names = kernels.names
        for parameter in MaskFamily.Parameter.allCases
        where value(of: parameter) != nil && !kernels.contains(where: { $0.masks.parameters.contains(parameter) }) {
            throw MaskOptionsError.unusedInMix(option: parameter.rawValue, kernels: names)
        }
        if !kernels.contains(where: \.selectsBlocks), let option = blockOption {
            throw MaskOptionsError.unusedInMix(option: option, kernels: names)
        }
        return try kernels.map { kernel in
            var own = self
            let parameters = kernel.masks.parameters
            if !parameters.contains(.window) { own.window = nil }
            if !parameters.contains(.sinks) { own.sinks = nil }
            if !parameters.contains(.chunk) { own.chunk = nil }
            if !kernel.selectsBlocks { (own.blocks, own.blockLength) = (nil, nil) }
            return (try own.mask(for: kernel), try own.selection(for: kernel))
        }
    }

    private var blockOption: String? { blocks != nil ? "blocks" : blockLength != nil ? "block-length" : nil }

    /// The first option that is given, as users type it; nil where none is.
    var firstGiven: String? {
        mask != nil
            ? "mask" : MaskFamily.Parameter.allCases.first { value(of: $0) != nil }?.rawValue ?? blockOption
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
    case missingBlocks(kernel: String)
    case unusedBlocks(kernel: String)
    case unusedInMix(option: String, kernels: [String])

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
        case .missingBlocks(let kernel):
            return "\(kernel) needs --blocks and --block-length"
        case .unusedBlocks(let kernel):
            return "\(kernel) selects no blocks of keys; leave out --blocks and --block-length, or use "
                + Kernel.builtIn.filter(\.selectsBlocks).map(\.name).joined(separator: " or ")
        case .unusedInMix(let option, let kernels):
            return
                "no layer of \(kernels.joined(separator: " and ")) takes --\(option); leave it out, or add a layer that does"
        }
    }

    private static func alternatives(_ isOne: (Kernel) -> Bool) -> String {
        let names = Kernel.builtIn.filter {
            $0.phase.givesOutput && $0.weighting == .softmax && !$0.selectsBlocks && !$0.readsLatents && isOne($0)
        }.map {
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
