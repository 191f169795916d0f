import Attention
import Kernels

/// Ring attention (Liu, Zaharia and Abbeel, 2023): every rank keeps its queries, and slices of keys and values go round. In
/// step s a rank multiplies its queries with the slice of the rank s places before it, while that slice goes on to the next
/// rank and the next slice comes in. Each step gives an output and a log-sum-exp over the slice's keys; they are merged in the
/// order of the steps, whenever messages arrive.
///
/// A slice is seen by a slice of queries as a whole, up to the diagonal, or not at all, so two one-rank kernels do all of it.
/// Under a causal mask a rank multiplies nothing in the steps whose slices lie behind its own; with zigzag slices every step
/// has the same work for all ranks.
final class RingAttention: RankKernelInstance {
    private let problem: RankProblem
    private let communicator: Communicator
    private var kernels: [PairOfSlices: any LogSumExpInstance] = [:]
    private var merged: [MergedOutputs]
    /// The rank's own keys, those at hand, and those that come in.
    private let own: [KeySlice]
    private var visiting: [KeySlice]
    private var arriving: [KeySlice]
    /// What one step gives: outputs as they are stored, and their log-sum-exps, of each of the rank's slices.
    private let partials: [PartialOutput]

    /// Keys and values of one slice.
    private final class KeySlice {
        var key: Tensor
        var value: Tensor

        init(_ problem: RankProblem, tokens: Int) {
            let dimensions = [1, problem.keyValueHeads, max(1, tokens), problem.problem.shape.headDimension]
            key = Tensor(problem.problem.elementType, dimensions: dimensions)
            value = Tensor(problem.problem.elementType, dimensions: dimensions)
        }
    }

    private final class PartialOutput {
        var output: Tensor
        var logSumExp: Tensor

        init(_ problem: RankProblem, tokens: Int) {
            output = Tensor(
                problem.problem.elementType,
                dimensions: [1, problem.queryHeads, tokens, problem.problem.shape.headDimension])
            logSumExp = Tensor(dimensions: [1, problem.queryHeads, tokens])
        }
    }

    /// What decides which one-rank kernel takes a slice of queries and a slice of keys.
    private struct PairOfSlices: Hashable {
        let queries: Int
        let keys: Int
        let isDiagonal: Bool

        /// Nil where no query sees a key.
        init?(queries: Range<Int>, keys: Range<Int>, in problem: RankProblem) {
            let isLater = keys.lowerBound > queries.lowerBound
            guard !queries.isEmpty, !keys.isEmpty, !(problem.problem.mask.isCausal && isLater) else { return nil }
            self.queries = queries.count
            self.keys = keys.count
            isDiagonal = problem.problem.mask.isCausal && keys == queries
        }
    }

    init(_ problem: RankProblem, _ ready: RankKernel.Ready) throws(UnsupportedProblem) {
        self.problem = problem
        communicator = ready.communicator
        let queries = problem.slices(of: communicator.rank).filter { !$0.isEmpty }
        let d = problem.problem.shape.headDimension
        merged = queries.map { MergedOutputs(rows: problem.queryHeads * $0.count, headDimension: d) }
        partials = queries.map { PartialOutput(problem, tokens: $0.count) }
        let count = problem.slices(of: 0).count
        own = (0..<count).map { _ in KeySlice(problem, tokens: 1) }
        let longest = problem.longestSlice
        visiting = (0..<count).map { _ in KeySlice(problem, tokens: longest) }
        arriving = (0..<count).map { _ in KeySlice(problem, tokens: longest) }
        for keys in (0..<problem.rankCount).flatMap(problem.slices) {
            for queries in queries {
                guard let pair = PairOfSlices(queries: queries, keys: keys, in: problem), kernels[pair] == nil
                else { continue }
                let local = try problem.local(
                    LocalSizes(
                        queryHeads: problem.queryHeads, keyValueHeads: problem.keyValueHeads, queries: pair.queries,
                        keys: pair.keys), mask: pair.isDiagonal ? .causal : .full)
                kernels[pair] = try Kernel.fusedForAnyMask.tuned(by: ready.tuning)
                    .prepareWithLogSumExp(for: local, on: ready.team)
            }
        }
    }

    /// The slices at hand and on their way, the outputs of one step, and those merged so far, which are float32. Two ranks only
    /// ever receive one slice, and one rank none: what is not touched takes no memory.
    static func bufferBytes(of problem: RankProblem, rank: Int) -> Int {
        let slices =
            min(2, problem.rankCount - 1) * problem.slices(of: 0).count * problem.longestSlice * problem.tokenBytes
        let rows = problem.queryHeads * problem.tokenCount(of: rank)
        return slices + rows * (problem.rowBytes + 4 + problem.partialBytes)
    }

    func run(_ parts: [RankPart]) {
        for index in merged.indices { merged[index].removeAll() }
        lendKeys(of: parts)
        for step in 0..<problem.rankCount {
            let source = communicator.neighbour(-step)
            let present = step == 0 ? own : visiting
            let isLast = step == problem.rankCount - 1
            if !isLast { passOn(present, of: source) }
            attend(parts, to: present, of: source)
            if !isLast {
                communicator.finish()
                swap(&visiting, &arriving)
            }
        }
        lendKeys(of: parts)
        communicator.record(.copying) {
            for (index, part) in parts.enumerated() { merged[index].write(into: &part.output) }
        }
    }

    /// Puts the rank's own keys where those of others will be, or back.
    private func lendKeys(of parts: [RankPart]) {
        let slices = problem.slices(of: communicator.rank)
        for part in parts {
            let slice = own[slices.firstIndex(of: part.tokens)!]
            swap(&part.inputs.key, &slice.key)
            swap(&part.inputs.value, &slice.value)
        }
    }

    /// Sends the slices at hand to the next rank, and receives those that the rank before has at hand.
    private func passOn(_ present: [KeySlice], of source: Int) {
        let (next, previous) = (communicator.neighbour(1), communicator.neighbour(-1))
        let sourceOfNext = ((source - 1) + problem.rankCount) % problem.rankCount
        var messages: [Message] = []
        for (slice, tokens) in zip(arriving, problem.slices(of: sourceOfNext)) where !tokens.isEmpty {
            let count = problem.keyValueHeads * tokens.count * problem.rowBytes
            messages.append(slice.key.withMutableBytes { .receive($0.first(count), from: previous) })
            messages.append(slice.value.withMutableBytes { .receive($0.first(count), from: previous) })
        }
        for (slice, tokens) in zip(present, problem.slices(of: source)) where !tokens.isEmpty {
            let count = problem.keyValueHeads * tokens.count * problem.rowBytes
            messages.append(slice.key.withBytes { .send($0.first(count), to: next) })
            messages.append(slice.value.withBytes { .send($0.first(count), to: next) })
        }
        communicator.start(messages, rowBytes: problem.rowBytes)
    }

    private func attend(_ parts: [RankPart], to present: [KeySlice], of source: Int) {
        for (index, part) in parts.enumerated() {
            for (slice, keys) in zip(present, problem.slices(of: source)) {
                guard let pair = PairOfSlices(queries: part.tokens, keys: keys, in: problem) else { continue }
                let (kernel, partial) = (kernels[pair]!, partials[index])
                communicator.record(.computing) {
                    swap(&part.inputs.key, &slice.key)
                    swap(&part.inputs.value, &slice.value)
                    kernel.run(part.inputs, into: &partial.output, logSumExp: &partial.logSumExp)
                    swap(&part.inputs.key, &slice.key)
                    swap(&part.inputs.value, &slice.value)
                }
                communicator.record(.merging) {
                    merged[index].add(partial.output, logSumExps: partial.logSumExp)
                }
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func first(_ count: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self[..<count])
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func first(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[..<count]) }
}
