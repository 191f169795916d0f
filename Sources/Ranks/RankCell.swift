import Attention
import Engines
import Hardware
import Kernels
import Records

/// A kernel and its inputs on one rank. Every rank goes through the same steps at the same time: the first one with the whole
/// inputs and outputs in its hands, the others without.
final class RankCell {
    private let problem: RankProblem
    private let parts: [RankPart]
    private let instance: any RankKernelInstance
    private let communicator: Communicator
    private let evidence: ThreadEvidenceReader

    init(
        _ kernel: RankKernel, _ problem: AttentionProblem, _ ready: RankKernel.Ready, _ evidence: ThreadEvidenceReader
    ) throws(UnsupportedProblem) {
        communicator = ready.communicator
        self.evidence = evidence
        self.problem = try kernel.problem(problem, ranks: communicator.rankCount)
        instance = try kernel.prepare(self.problem, ready)
        parts = RankPart.all(of: communicator.rank, in: self.problem)
    }

    /// Gives each rank its part of the inputs, which only the first rank has.
    func load(_ whole: SharedParts?) {
        if let whole {
            for rank in 1..<communicator.rankCount { whole.send(to: rank, of: problem, over: communicator) }
            for part in parts { whole.copy(into: part, of: problem) }
        } else {
            for part in parts { part.receiveInputs(over: communicator, rowBytes: problem.rowBytes) }
        }
        instance.fillCache(parts)
    }

    func spoilOutput() {
        for part in parts { part.output.spoil() }
    }

    /// Calls after a barrier, with what each rank did in them. Every rank comes to the same sample, whose time is that of the
    /// slowest rank, and whose contamination is the worst of any.
    func sample(calls: Int, warmUpCalls: Int) -> Sample {
        for _ in 0..<warmUpCalls { instance.run(parts) }
        communicator.barrier()
        communicator.beginCall()
        let before = evidence.read()
        let watch = Stopwatch()
        for _ in 1..<max(1, calls) { instance.run(parts) }
        let earlier = communicator.activities.count
        instance.run(parts)
        let nanoseconds = max(1, watch.nanoseconds)
        let contamination = evidence.read().contamination(since: before, wallNanoseconds: nanoseconds)
        let activities = communicator.activities
        let shares = communicator.gathered(
            RankShare(
                time: RankTime(
                    nanoseconds: nanoseconds, computingNanoseconds: activities.nanoseconds(.computing),
                    waitingNanoseconds: activities.nanoseconds(.waiting), receivedBytes: communicator.receivedBytes),
                contamination: contamination))
        return Sample(
            nanoseconds: shares.map(\.time.nanoseconds).max()!,
            contamination: shares.dropFirst().reduce(shares[0].contamination) { $0.worse($1.contamination) },
            ranks: shares.map(\.time),
            timeline: communicator.gathered(activities[earlier...], most: Self.mostActivities))
    }

    /// Of all ranks in one call, some 25 bytes each in the results.
    private static let mostActivities = 1000

    /// What one rank tells the others of a sample.
    private struct RankShare: BitwiseCopyable {
        let time: RankTime
        let contamination: Contamination
    }

    /// Sends the outputs to the first rank, which puts them together.
    func collect(into whole: inout Tensor) {
        // Every rank has the output of a decoding step; the last one has tokens in any case.
        let last = communicator.rankCount - 1
        for rank in problem.isDecode ? [last] : Array(0...last) {
            for (index, tokens) in problem.slices(of: rank).filter({ !$0.isEmpty }).enumerated() {
                let rows = problem.isDecode ? 0..<1 : tokens
                if rank == 0 {
                    parts[index].output.withBytes { put($0, rows, into: &whole) }
                } else {
                    let memory = MessageMemory(byteCount: problem.queryHeads * rows.count * problem.rowBytes)
                    communicator.start([.receive(memory.bytes, from: rank)], rowBytes: problem.rowBytes)
                    communicator.finish()
                    put(UnsafeRawBufferPointer(memory.bytes), rows, into: &whole)
                }
            }
        }
    }

    private func put(_ rows: UnsafeRawBufferPointer, _ tokens: Range<Int>, into whole: inout Tensor) {
        let length = problem.isDecode ? 1 : problem.tokens
        let copy = RowCopy(rowBytes: problem.rowBytes, heads: problem.queryHeads, tokens: tokens.count)
        whole.withMutableBytes {
            copy(
                from: rows.baseAddress!, at: TokenRows(length: tokens.count, first: 0), to: $0.baseAddress!,
                at: TokenRows(length: length, first: tokens.lowerBound))
        }
    }

    /// This rank's outputs, to the first one.
    func sendOutputs() {
        if problem.isDecode, communicator.rank != communicator.rankCount - 1 { return }
        for part in parts {
            part.output.withBytes { communicator.start([.send($0, to: 0)], rowBytes: problem.rowBytes) }
            communicator.finish()
        }
    }
}

/// The whole inputs, which the first rank has, as parts for the others.
struct SharedParts {
    let inputs: SharedInputs

    /// Queries, keys and values of one slice, each [heads][tokens][row].
    private struct Pieces {
        let query: RowCopy
        let keyValue: RowCopy
        let queryRows: TokenRows
        let keyRows: TokenRows

        init(_ tokens: Range<Int>, of problem: RankProblem) {
            let queries = problem.isDecode ? 0..<1 : tokens
            query = RowCopy(rowBytes: problem.rowBytes, heads: problem.queryHeads, tokens: queries.count)
            keyValue = RowCopy(rowBytes: problem.rowBytes, heads: problem.keyValueHeads, tokens: tokens.count)
            queryRows = TokenRows(length: problem.problem.shape.queryLength, first: queries.lowerBound)
            keyRows = TokenRows(length: problem.tokens, first: tokens.lowerBound)
        }
    }

    func send(to rank: Int, of problem: RankProblem, over communicator: Communicator) {
        for tokens in problem.slices(of: rank) where !tokens.isEmpty {
            let pieces = Pieces(tokens, of: problem)
            let memory = MessageMemory(byteCount: pieces.query.byteCount + 2 * pieces.keyValue.byteCount)
            let parts = memory.parts([pieces.query.byteCount, pieces.keyValue.byteCount, pieces.keyValue.byteCount])
            copy(pieces, to: parts)
            communicator.start(
                parts.map { .send(UnsafeRawBufferPointer($0), to: rank) }, rowBytes: problem.rowBytes)
            communicator.finish()
        }
    }

    func copy(into part: RankPart, of problem: RankProblem) {
        copy(Pieces(part.tokens, of: problem), to: part.memoryOfInputs)
    }

    private func copy(_ pieces: Pieces, to parts: [UnsafeMutableRawBufferPointer]) {
        func put(
            _ tensor: borrowing Tensor, _ rowCopy: RowCopy, _ rows: TokenRows, to target: UnsafeMutableRawBufferPointer
        ) {
            tensor.withBytes {
                rowCopy(
                    from: $0.baseAddress!, at: rows, to: target.baseAddress!,
                    at: TokenRows(length: rowCopy.tokens, first: 0))
            }
        }
        put(inputs.tensors.query, pieces.query, pieces.queryRows, to: parts[0])
        put(inputs.tensors.key, pieces.keyValue, pieces.keyRows, to: parts[1])
        put(inputs.tensors.value, pieces.keyValue, pieces.keyRows, to: parts[2])
    }
}

extension RankPart {
    /// The memory of queries, keys and values, which stays where it is for as long as the part is there.
    fileprivate var memoryOfInputs: [UnsafeMutableRawBufferPointer] {
        [
            inputs.query.withMutableBytes { $0 }, inputs.key.withMutableBytes { $0 },
            inputs.value.withMutableBytes { $0 },
        ]
    }

    fileprivate func receiveInputs(over communicator: Communicator, rowBytes: Int) {
        communicator.start(memoryOfInputs.map { .receive($0, from: 0) }, rowBytes: rowBytes)
        communicator.finish()
    }
}
