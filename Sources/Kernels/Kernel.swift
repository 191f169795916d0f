import Attention
import Faults
import Hardware
import Records

/// One way to compute attention, as a value: its name, the problems that it takes, what a call costs, and how to make
/// it ready for one problem.
///
/// Kernels of other engines are values too. Such a kernel may not know its cost in closed form, and it is made ready by its
/// engine, not in this process.
public struct Kernel: Sendable {
    public typealias Make = @Sendable (AttentionProblem, WorkerTeam) throws(UnsupportedProblem) -> any KernelInstance

    /// As users type it and as legends show it.
    public let name: String
    /// One line on how it computes.
    public let summary: String
    /// A prefill kernel reads K and V from the caller's tensors. A decode kernel takes one query, at the last position,
    /// and reads K and V from a cache of its own. A backward kernel gives gradients; a training kernel does so too, and
    /// computes the forward pass in the same call, a checkpointed one twice. A loss kernel gives losses and their gradients.
    public let phase: Phase
    /// The masks that it is for.
    public let masks: MaskFamily
    /// What its problems make of scores.
    public let weighting: Weighting
    /// Whether its queries select the blocks of keys that they attend to.
    public let selectsBlocks: Bool
    /// What it can do with scores beside softmax. Each of its problems may ask for some of these or for none.
    public let scoreOptions: Set<ScoreOption>
    /// Whether the values of its problems are the first elements of their keys.
    public let readsLatents: Bool
    /// The positions that its problems have.
    public let positions: PositionEncoding
    public let elementTypes: [ElementType]
    /// The formats in which its cache can keep keys and values; none for a kernel without a cache.
    public let cacheFormats: [CacheFormat]
    private let computedPairs: (@Sendable (AttentionProblem) -> Int)?
    private let scratchBytes: (@Sendable (AttentionProblem, _ threads: Int) -> Int)?
    private let make: Make?
    /// The same kernel with other choices; nil for a kernel that leaves none to the machine.
    private let retuned: (@Sendable (Tuning) -> Kernel)?
    /// The kernel that it is another way of: reports hold its time and its pairs against that one's. Nil for a kernel
    /// that stands for itself.
    public private(set) var variantOf: String?
    /// What its gradients may lack: nothing, unless it is the kernel of a loss that leaves out small ones.
    public private(set) var filter = GradientFilter.none

    /// - Parameters:
    ///   - computedPairs: the pairs of one call over all batches and heads, from the sizes alone; nil if they are
    ///     unknown.
    ///   - scratchBytes: what an instance allocates beside the tensors that its phase reads and writes, from the sizes alone;
    ///     nil if they are unknown.
    ///   - retuned: makes this kernel with the choices of a machine; nil for a kernel that leaves no choice to it.
    ///   - make: allocates all that a call needs; nil for a kernel that runs in another process.
    public init(
        _ name: String, summary: String, phase: Phase = .prefill, masks: MaskFamily,
        weighting: Weighting = .softmax, selectsBlocks: Bool = false, scoreOptions: Set<ScoreOption> = [],
        readsLatents: Bool = false, positions: PositionEncoding = .none,
        elementTypes: [ElementType] = ElementType.allCases,
        cacheFormats: [CacheFormat] = [], computedPairs: (@Sendable (AttentionProblem) -> Int)? = nil,
        scratchBytes: (@Sendable (AttentionProblem, _ threads: Int) -> Int)? = nil,
        retuned: (@Sendable (Tuning) -> Kernel)? = nil, make: Make? = nil
    ) {
        self.name = name
        self.summary = summary
        self.phase = phase
        self.masks = masks
        self.weighting = weighting
        self.selectsBlocks = selectsBlocks
        self.scoreOptions = scoreOptions
        self.readsLatents = readsLatents
        self.positions = positions
        self.elementTypes = elementTypes
        self.cacheFormats = cacheFormats
        self.computedPairs = computedPairs
        self.scratchBytes = scratchBytes
        self.retuned = retuned
        self.make = make
    }

    /// This kernel as the choices of a machine make it.
    public func tuned(by tuning: Tuning) -> Kernel {
        guard var tuned = retuned?(tuning) else { return self }
        (tuned.variantOf, tuned.filter) = (variantOf, filter)
        return tuned
    }

    /// This kernel as another way of one with the same masks in the same phase.
    public func variant(of original: String) -> Kernel {
        var variant = self
        variant.variantOf = original
        return variant
    }

    /// This kernel as one whose gradients may lack what a filter leaves out.
    public func leavingOut(_ filter: GradientFilter) -> Kernel {
        var filtered = self
        filtered.filter = filter
        return filtered
    }

    /// Whether it can say, from the sizes alone, how many pairs a call goes through.
    public var knowsItsPairs: Bool { computedPairs != nil }

    /// Pairs that one call goes through, over all batches and heads; nil if they are unknown.
    public func computedPairs(for problem: AttentionProblem) -> Int? { computedPairs?(problem) }

    /// Bytes that an instance allocates beside the tensors that its phase reads and writes; nil if they are unknown.
    public func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int? { scratchBytes?(problem, threads) }

    /// One that is ready for this problem.
    public func prepare(
        for problem: AttentionProblem, on team: WorkerTeam
    ) throws(UnsupportedProblem) -> any KernelInstance {
        try requireSupport(of: problem)
        guard let make else { throw UnsupportedProblem("\(name) runs in another process, not in this one") }
        return try make(problem, team)
    }

    /// One that also gives the log-sum-exp of each row. The fused kernels for prompts have it, and those that decode over a cache.
    public func prepareWithLogSumExp(
        for problem: AttentionProblem, on team: WorkerTeam
    ) throws(UnsupportedProblem) -> any LogSumExpInstance {
        guard let instance = try prepare(for: problem, on: team) as? any LogSumExpInstance else {
            throw UnsupportedProblem("\(name) does not give the log-sum-exp of its rows; fused kernels such as full do")
        }
        return instance
    }

    /// Refuses what the kernel does not say that it takes.
    public func requireSupport(of problem: AttentionProblem) throws(UnsupportedProblem) {
        guard masks.contains(problem.mask) else {
            throw UnsupportedProblem("\(name) has the mask \(masks.name), not \(problem.mask)")
        }
        guard problem.weighting == weighting else {
            throw UnsupportedProblem(
                "the weights of the problem are those of \(problem.weighting.rawValue) attention, and \(name) computes "
                    + "\(weighting.rawValue) attention")
        }
        guard selectsBlocks == (problem.selection != nil) else {
            throw UnsupportedProblem(
                selectsBlocks
                    ? "\(name) attends to selected blocks of keys, and the problem does not say how many and of which length"
                    : "the problem selects blocks of keys, and \(name) attends to all that its mask shows")
        }
        if let option = problem.scoreForm.options.first(where: { !scoreOptions.contains($0) }) {
            throw UnsupportedProblem(
                "the scores of the problem have \(option.noun), and \(name) does not say that it computes these; leave that out, or use "
                    + "\(phase == .decode ? "decode-full" : "full")")
        }
        guard readsLatents == (problem.latent != nil) else {
            throw UnsupportedProblem(
                problem.latent.map {
                    "the values of the problem are the first \($0.dimension) elements of its keys, and \(name) reads values from a tensor "
                        + "of their own"
                } ?? "\(name) reads values from the first elements of keys, and the problem does not say from how many")
        }
        guard elementTypes.contains(problem.elementType) else {
            throw UnsupportedProblem(
                "\(name) takes \(elementTypes.map(\.rawValue).joined(separator: ", ")), not \(problem.elementType)")
        }
        guard problem.positions == positions else {
            throw UnsupportedProblem(
                "the positions of the problem are \(problem.positions.rawValue), and those of this kernel \(positions.rawValue)"
            )
        }
        let own = CacheFormat(problem.elementType)
        for format in [problem.cacheFormat.key, problem.cacheFormat.value]
        where format != own && !cacheFormats.contains(format) {
            throw UnsupportedProblem(reason(against: format, besides: own))
        }
        guard phase != .loss || problem.crossEntropy != nil else { throw .noLoss }
        guard phase != .decode || problem.shape.queryLength == 1 else {
            throw UnsupportedProblem(
                "decoding has one query, at the last of its keys; \(problem.shape.queryLength) queries are prefill")
        }
    }

    private func reason(against format: CacheFormat, besides own: CacheFormat) -> String {
        if readsLatents {
            return
                "\(name) stores latents as \(own.rawValue), the element type of the problem, not as \(format.rawValue)"
        }
        if cacheFormats.isEmpty {
            return "\(name) has no cache and cannot store \(format.rawValue); use a decode kernel with a cache"
        }
        return
            "\(name) stores its cache in \(cacheFormats.map(\.rawValue).joined(separator: ", ")), not \(format.rawValue)"
    }
}

extension Collection<Kernel> {
    public var names: [String] { map(\.name) }

    public func named(_ name: String) throws(UnknownName) -> Kernel {
        guard let kernel = first(where: { $0.name == name }) else {
            throw UnknownName(name, isNot: "a kernel", known: names)
        }
        return kernel
    }
}

/// A kernel that is ready for one problem, in this process. It has all that a call needs: `run` neither allocates nor
/// throws, so that it alone can be timed.
public protocol KernelInstance: AnyObject {
    /// Makes ready what a call with these inputs starts from, untimed, in place of what was there; before the first `run`
    /// with them. A decode kernel takes K and V of all tokens but the last into its cache. A backward kernel computes the
    /// forward pass. Others have nothing to do.
    func load(from inputs: borrowing AttentionInputs)

    /// Computes what `Phase.outputs` lists for the kernel's phase: the output [batch][queryHeads][queryLength][headDimension],
    /// or several tensors one after the other, such as the gradients of Q, K and V.
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor)

    /// Pairs that the last `run` went through, counted as it went.
    var countedPairs: Int { get }
}

extension KernelInstance {
    public func load(from inputs: borrowing AttentionInputs) {}
}

/// An instance that can also say what each row's weights were divided by. With it, a backward pass computes the weights
/// again from the scores, and outputs over parts of the keys are merged into one.
public protocol LogSumExpInstance: KernelInstance {
    /// Computes what `run` without `logSumExp` does, and for each row the natural logarithm of Σ e^score over the keys that
    /// it sees, scores being scaled. It is −∞ for a row whose scores are all −∞, and NaN for a row with a score that is NaN
    /// or +∞.
    /// - Parameter logSumExp: float32 [batch][queryHeads][queryLength], whatever the element type of the inputs
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor, logSumExp: inout Tensor)
}

/// Why a kernel cannot take a problem, in words.
public struct UnsupportedProblem: Fault, Equatable {
    public var exitStatus: ExitStatus { .usage }

    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { reason }
}
