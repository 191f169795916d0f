import Attention
import Kernels

/// A decoding step over a cache that is too long for one rank: each rank attends to the tokens that it holds, for all heads,
/// and sends each other rank the outputs and log-sum-exps of that rank's heads. Every rank merges those of its heads, in the
/// order of ranks, and gives the outputs to all.
///
/// An all-reduce would move as many bytes, but would leave the order of its sums to the library.
final class SplitCacheDecode: RankKernelInstance {
    private let problem: RankProblem
    private let communicator: Communicator
    /// Nil for a rank without tokens.
    private let kernel: (any LogSumExpInstance)?
    private var logSumExp: Tensor
    private var merged: MergedOutputs
    private var outputOfHeads: Tensor
    private let outgoing: MessageMemory
    private let incoming: MessageMemory
    private let gathered: MessageMemory

    init(_ problem: RankProblem, _ ready: RankKernel.Ready) throws(UnsupportedProblem) {
        self.problem = problem
        communicator = ready.communicator
        let (rank, d) = (communicator.rank, problem.problem.shape.headDimension)
        let tokens = problem.slice(of: rank).count
        kernel =
            tokens == 0
            ? nil
            : try Kernel.decodeFull.tuned(by: ready.tuning).prepareWithLogSumExp(
                for: Self.local(problem, tokens: tokens), on: ready.team)
        logSumExp = Tensor(dimensions: [1, problem.queryHeads, 1])
        let heads = problem.mergedHeads(of: rank).count
        merged = MergedOutputs(rows: heads, headDimension: d)
        outputOfHeads = Tensor(problem.problem.elementType, dimensions: [max(1, heads), d])
        outgoing = MessageMemory(byteCount: problem.queryHeads * problem.partialBytes)
        incoming = MessageMemory(byteCount: problem.rankCount * heads * problem.partialBytes)
        gathered = MessageMemory(byteCount: problem.queryHeads * problem.rowBytes)
    }

    /// A step over the tokens of one rank.
    private static func local(_ problem: RankProblem, tokens: Int) throws(UnsupportedProblem) -> AttentionProblem {
        try problem.local(
            LocalSizes(
                queryHeads: problem.queryHeads, keyValueHeads: problem.keyValueHeads, queries: 1, keys: tokens),
            mask: .causal)
    }

    /// The cache, which is filled from the part, and the partial outputs of all heads and of the rank's own.
    static func bufferBytes(of problem: RankProblem, rank: Int) -> Int {
        let local = try? Self.local(problem, tokens: max(1, problem.tokenCount(of: rank)))
        let cache = local.flatMap { Kernel.decodeFull.scratchBytes(for: $0, threads: 1) } ?? 0
        let partials = problem.queryHeads + problem.rankCount * problem.mergedHeads(of: rank).count
        return cache + partials * problem.partialBytes + problem.queryHeads * problem.rowBytes
    }

    func fillCache(_ parts: [RankPart]) {
        if let part = parts.first { kernel?.load(from: part.inputs) }
    }

    func run(_ parts: [RankPart]) {
        if let part = parts.first, let kernel {
            communicator.record(.computing) {
                kernel.run(part.inputs, into: &part.output, logSumExp: &logSumExp)
            }
        }
        communicator.record(.copying) { packPartials(parts.first) }
        let counts = (0..<problem.rankCount).map { problem.mergedHeads(of: $0).count }
        let own = counts[communicator.rank]
        communicator.allToAll(
            Shares(
                sent: UnsafeRawBufferPointer(outgoing.bytes), sentCounts: counts, received: incoming.bytes,
                receivedCounts: Array(repeating: own, count: problem.rankCount)),
            rowBytes: problem.partialBytes)
        communicator.record(.merging) { merge(heads: own) }
        outputOfHeads.withBytes {
            communicator.allGather(
                UnsafeRawBufferPointer(rebasing: $0[..<(own * problem.rowBytes)]), into: gathered.bytes,
                counts: counts, rowBytes: problem.rowBytes)
        }
        guard let part = parts.first else { return }
        communicator.record(.copying) {
            part.output.withMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(gathered.bytes)) }
        }
    }

    /// A rank without tokens gives every head no weight.
    private func packPartials(_ part: RankPart?) {
        let d = problem.problem.shape.headDimension
        let rows = outgoing.bytes.assumingMemoryBound(to: Float.self)
        for head in 0..<problem.queryHeads {
            for x in 0..<d { rows[head * (d + 1) + x] = part?.output[head * d + x] ?? 0 }
            rows[head * (d + 1) + d] = part == nil ? -.infinity : logSumExp[head]
        }
    }

    private func merge(heads: Int) {
        let d = problem.problem.shape.headDimension
        let rows = UnsafeBufferPointer(incoming.bytes.assumingMemoryBound(to: Float.self))
        merged.removeAll()
        for rank in 0..<problem.rankCount {
            for head in 0..<heads {
                let start = (rank * heads + head) * (d + 1)
                merged.add(
                    UnsafeBufferPointer(rebasing: rows[start..<start + d]), to: head, logSumExp: rows[start + d])
            }
        }
        if heads > 0 { merged.write(into: &outputOfHeads) }
    }
}
