import Attention
import Hardware
import Kernels
import Records

/// One way in which ranks share a problem, as a value: the problems that it takes, what a rank computes and receives, and how
/// a rank is made ready.
public struct RankKernel: Sendable {
    typealias Make = @Sendable (RankProblem, Ready) throws(UnsupportedProblem) -> any RankKernelInstance

    /// What a rank has to be made ready with.
    public struct Ready {
        public let communicator: Communicator
        public let team: WorkerTeam
        public let tuning: Tuning

        /// - Parameter team: it moves the communicator's messages on between two items of its work.
        public init(_ communicator: Communicator, team: WorkerTeam, tuning: Tuning = .standard) {
            self.communicator = communicator
            self.team = team
            self.tuning = tuning
        }
    }

    /// As users type it and as legends show it.
    public let name: String
    /// One line on what is sent.
    public let summary: String
    public let phase: Phase
    public let split: TokenSplit
    let masks: [MaskFamily]
    /// Why this kernel cannot take a problem with so many ranks; nil where it can.
    let refusal: @Sendable (RankProblem) -> String?
    let work: @Sendable (RankProblem, _ rank: Int) -> RankWork
    let make: Make

    init(
        _ name: String, summary: String, phase: Phase = .prefill, split: TokenSplit = .contiguous,
        masks: [MaskFamily], refusal: @escaping @Sendable (RankProblem) -> String? = { _ in nil },
        work: @escaping @Sendable (RankProblem, _ rank: Int) -> RankWork, make: @escaping Make
    ) {
        self.name = name
        self.summary = summary
        self.phase = phase
        self.split = split
        self.masks = masks
        self.refusal = refusal
        self.work = work
        self.make = make
    }

    /// The problem as this kernel shares it.
    public func problem(_ problem: AttentionProblem, ranks: Int) throws(UnsupportedProblem) -> RankProblem {
        guard masks.contains(where: { $0.contains(problem.mask) }) else {
            throw UnsupportedProblem(
                "\(name) has the masks \(masks.map(\.name).joined(separator: ", ")), not \(problem.mask)")
        }
        guard phase == .decode ? problem.shape.queryLength == 1 : problem.shape.queryLength == problem.shape.keyLength
        else {
            throw UnsupportedProblem(
                phase == .decode
                    ? "\(name) takes one query, not \(problem.shape.queryLength)"
                    : "\(name) takes as many queries as keys, not \(problem.shape.queryLength) and \(problem.shape.keyLength)"
            )
        }
        guard problem.cacheFormat == CacheFormats(of: problem.elementType), problem.positions == .none else {
            throw UnsupportedProblem("\(name) takes keys and values as the element type has them")
        }
        let shared = RankProblem(problem, rankCount: ranks, split: split)
        if let refusal = refusal(shared) { throw UnsupportedProblem(refusal) }
        return shared
    }

    /// What a rank computes and receives in one call, in closed form.
    public func work(of problem: RankProblem, rank: Int) -> RankWork { work(problem, rank) }

    /// One rank, ready for this problem.
    public func prepare(_ problem: RankProblem, _ ready: Ready) throws(UnsupportedProblem) -> any RankKernelInstance {
        try make(problem, ready)
    }
}

/// A kernel that is ready on one rank.
public protocol RankKernelInstance: AnyObject {
    /// Takes what a decoding step finds cached, untimed, before the first `run` with these parts.
    func fillCache(_ parts: [RankPart])

    /// Computes the outputs of this rank's parts, together with all other ranks.
    /// - Parameter parts: those of `RankPart.all` for this problem and rank.
    func run(_ parts: [RankPart])
}

extension RankKernelInstance {
    public func fillCache(_ parts: [RankPart]) {}
}

/// What one rank does in one call, over all heads.
public struct RankWork: Hashable, Sendable {
    /// Pairs that the mask allows.
    public let pairs: Int
    /// Bytes that other ranks send to this one.
    public let receivedBytes: Int

    public init(pairs: Int, receivedBytes: Int) {
        self.pairs = pairs
        self.receivedBytes = receivedBytes
    }
}

extension [RankWork] {
    /// The mean over the most pairs of a rank: the part of the time in which ranks compute, if nothing else costs any.
    public var balance: Double {
        guard let most = map(\.pairs).max(), most > 0 else { return 1 }
        return Double(reduce(0) { $0 + $1.pairs }) / (Double(most) * Double(count))
    }
}
