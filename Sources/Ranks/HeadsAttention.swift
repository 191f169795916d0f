import Attention
import Kernels

/// DeepSpeed-Ulysses (Jacobs et al., 2023): each rank gets all tokens of some heads, attends to them as one rank does, and
/// sends every rank the outputs of its tokens.
///
/// Where there are fewer key/value heads than ranks, some ranks get the same ones. Where a rank's query heads do not share its
/// key/value heads evenly, each query head gets a copy of its own after they have come in.
final class HeadsAttention: RankKernelInstance {
    private let problem: RankProblem
    private let communicator: Communicator
    private let heads: HeadShare
    private let tokenCounts: [Int]
    private let kernel: any KernelInstance
    private var inputs: AttentionInputs
    private var output: Tensor
    private let outgoing: MessageMemory
    private let incoming: MessageMemory

    init(_ problem: RankProblem, _ ready: RankKernel.Ready) throws(UnsupportedProblem) {
        self.problem = problem
        communicator = ready.communicator
        let rank = communicator.rank
        let heads = HeadShare(of: rank, in: problem)
        self.heads = heads
        tokenCounts = (0..<problem.rankCount).map(problem.tokenCount)
        let local = try problem.local(
            LocalSizes(
                queryHeads: heads.query.count, keyValueHeads: heads.sources.count, queries: problem.tokens,
                keys: problem.tokens))
        kernel = try Kernel.fusedForAnyMask.tuned(by: ready.tuning).prepare(for: local, on: ready.team)
        inputs = AttentionInputs(shape: local.shape, elementType: local.elementType)
        output = Tensor(local.elementType, dimensions: AttentionInputs.queryDimensions(local.shape))
        let rows = Self.messageRows(of: problem, rank: rank)
        outgoing = MessageMemory(byteCount: rows.outgoing * problem.rowBytes)
        incoming = MessageMemory(byteCount: rows.incoming * problem.rowBytes)
    }

    private static func messageRows(of problem: RankProblem, rank: Int) -> (outgoing: Int, incoming: Int) {
        let (heads, own) = (HeadShare(of: rank, in: problem), problem.tokenCount(of: rank))
        let sent = (0..<problem.rankCount).reduce(0) { $0 + HeadShare(of: $1, in: problem).rowsPerToken } * own
        // The outputs go the same way back, and are fewer rows.
        return (
            max(sent, heads.query.count * problem.tokens),
            max(heads.rowsPerToken * problem.tokens, problem.queryHeads * own)
        )
    }

    /// Messages, and queries, keys, values and outputs of all tokens of the rank's heads.
    static func bufferBytes(of problem: RankProblem, rank: Int) -> Int {
        let (heads, messages) = (HeadShare(of: rank, in: problem), messageRows(of: problem, rank: rank))
        let local = 2 * (heads.query.count + heads.sources.count) * problem.tokens
        return (messages.outgoing + messages.incoming + local) * problem.rowBytes
    }

    func run(_ parts: [RankPart]) {
        if let part = parts.first { communicator.record(.copying) { packInputs(part) } }
        let own = tokenCounts[communicator.rank]
        exchange(
            sent: (0..<problem.rankCount).map { HeadShare(of: $0, in: problem).rowsPerToken * own },
            received: tokenCounts.map { heads.rowsPerToken * $0 })
        communicator.record(.copying) { unpackInputs() }
        communicator.record(.computing) { kernel.run(inputs, into: &output) }
        communicator.record(.copying) { packOutputs() }
        exchange(
            sent: tokenCounts.map { heads.query.count * $0 },
            received: (0..<problem.rankCount).map { HeadShare(of: $0, in: problem).query.count * own })
        if let part = parts.first { communicator.record(.copying) { unpackOutputs(part) } }
    }

    private func exchange(sent: [Int], received: [Int]) {
        communicator.allToAll(
            Shares(
                sent: UnsafeRawBufferPointer(rebasing: outgoing.bytes[..<(sent.reduce(0, +) * problem.rowBytes)]),
                sentCounts: sent,
                received: UnsafeMutableRawBufferPointer(
                    rebasing: incoming.bytes[..<(received.reduce(0, +) * problem.rowBytes)]),
                receivedCounts: received), rowBytes: problem.rowBytes)
    }

    /// For each rank its heads' queries, then their keys, then their values, each [heads][tokens][row].
    private func packInputs(_ part: RankPart) {
        let tokens = part.tokens.count
        var target = outgoing.bytes.baseAddress!
        func pack(_ heads: Range<Int>, _ tensor: borrowing Tensor) {
            let byteCount = heads.count * tokens * problem.rowBytes
            let start = heads.lowerBound * tokens * problem.rowBytes
            tensor.withBytes { target.copyMemory(from: $0.baseAddress! + start, byteCount: byteCount) }
            target += byteCount
        }
        for rank in 0..<problem.rankCount {
            let heads = HeadShare(of: rank, in: problem)
            pack(heads.query, part.inputs.query)
            pack(heads.keyValue, part.inputs.key)
            pack(heads.keyValue, part.inputs.value)
        }
    }

    private func unpackInputs() {
        var source = UnsafeRawPointer(incoming.bytes.baseAddress!)
        for rank in 0..<problem.rankCount {
            let (tokens, first) = (tokenCounts[rank], problem.slice(of: rank).lowerBound)
            let copy = RowCopy(rowBytes: problem.rowBytes, heads: 1, tokens: tokens)
            func unpack(head: Int, into tensor: inout Tensor, at place: Int) {
                let rows = TokenRows(length: problem.tokens, first: place * problem.tokens + first)
                tensor.withMutableBytes {
                    copy(
                        from: source, at: TokenRows(length: tokens, first: head * tokens), to: $0.baseAddress!, at: rows
                    )
                }
            }
            for head in 0..<heads.query.count { unpack(head: head, into: &inputs.query, at: head) }
            source += heads.query.count * copy.byteCount
            for (place, head) in heads.sources.enumerated() { unpack(head: head, into: &inputs.key, at: place) }
            source += heads.keyValue.count * copy.byteCount
            for (place, head) in heads.sources.enumerated() { unpack(head: head, into: &inputs.value, at: place) }
            source += heads.keyValue.count * copy.byteCount
        }
    }

    /// For each rank the outputs of its tokens, [heads][tokens][row].
    private func packOutputs() {
        var target = outgoing.bytes.baseAddress!
        for rank in 0..<problem.rankCount {
            let copy = RowCopy(rowBytes: problem.rowBytes, heads: heads.query.count, tokens: tokenCounts[rank])
            let rows = TokenRows(length: problem.tokens, first: problem.slice(of: rank).lowerBound)
            output.withBytes {
                copy(from: $0.baseAddress!, at: rows, to: target, at: TokenRows(length: tokenCounts[rank], first: 0))
            }
            target += copy.byteCount
        }
    }

    /// Heads come in the order of ranks, and that is their own.
    private func unpackOutputs(_ part: RankPart) {
        part.output.withMutableBytes { output in
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: incoming.bytes[..<output.count]))
        }
    }
}
