import Attention
import Hardware
import Kernels
import Records

/// A kernel of ranks, as a value: the way in which they share a problem, and how a rank is made ready.
public struct RankKernel: Sendable {
    typealias Make = @Sendable (RankProblem, Ready) throws(UnsupportedProblem) -> any RankKernelInstance
    typealias BufferBytes = @Sendable (RankProblem, _ rank: Int) -> Int

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

    /// Who holds and receives what.
    public let way: ContextParallelism
    /// One line on what is sent.
    public let summary: String
    let make: Make
    private let bufferBytes: BufferBytes

    /// - Parameter bufferBytes: what an instance holds beside the rank's parts.
    init(
        _ way: ContextParallelism, summary: String, make: @escaping Make, bufferBytes: @escaping BufferBytes
    ) {
        self.way = way
        self.summary = summary
        self.make = make
        self.bufferBytes = bufferBytes
    }

    /// As users type it and as legends show it.
    public var name: String { way.rawValue }
    public var phase: Phase { way.phase }
    var masks: [MaskFamily] { way.masks }

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
        let shared = RankProblem(problem, rankCount: ranks, split: way.split)
        if let refusal = way.refusal(of: shared) { throw UnsupportedProblem(refusal) }
        return shared
    }

    /// What a rank computes and receives in one call, in closed form.
    public func work(of problem: RankProblem, rank: Int) -> RankWork { way.work(of: problem, rank: rank) }

    /// Memory that a rank takes: its parts of inputs and output, and what its kernel holds of others'.
    public func bytes(of problem: RankProblem, rank: Int) -> Int {
        RankPart.bytes(of: rank, in: problem) + bufferBytes(problem, rank)
    }

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
