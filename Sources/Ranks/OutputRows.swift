import Attention
import Kernels

/// Rows of the output that are looked at: the only part of it that ever comes to one rank.
final class OutputRows {
    private let problem: RankProblem
    private let rows: [Accuracy.OutputRow]
    /// In the order of the rows [rows][headDimension].
    private(set) var tensor: Tensor

    /// - Precondition: there are rows.
    init(_ rows: [Accuracy.OutputRow], of problem: RankProblem) {
        self.rows = rows
        self.problem = problem
        tensor = Tensor(
            problem.problem.elementType, dimensions: [rows.count, problem.problem.shape.headDimension])
    }

    /// From a rank's own parts.
    func take(from parts: [RankPart]) {
        for (place, row) in rows.enumerated() {
            if let part = parts.first(where: { $0.holds(row) }) { part.copy(row, to: memory(ofRow: place)) }
        }
    }

    /// From those other ranks that hold some, while they `send` them.
    func receive(over communicator: Communicator) {
        for rank in 0..<problem.rankCount where rank != communicator.rank {
            exchange(placesHeld(by: rank).map { .receive(memory(ofRow: $0), from: rank) }, over: communicator)
        }
    }

    /// Those that this rank holds, to the first one.
    func send(over communicator: Communicator) {
        let held = placesHeld(by: communicator.rank)
        exchange(held.map { .send(UnsafeRawBufferPointer(memory(ofRow: $0)), to: 0) }, over: communicator)
    }

    private func exchange(_ messages: [Message], over communicator: Communicator) {
        if messages.isEmpty { return }
        communicator.start(messages, rowBytes: problem.rowBytes)
        communicator.finish()
    }

    /// Of a decoding step every rank has the output; the last one has tokens in any case.
    private func placesHeld(by rank: Int) -> [Int] {
        if problem.isDecode { return rank == problem.rankCount - 1 ? Array(rows.indices) : [] }
        let slices = problem.slices(of: rank)
        return rows.indices.filter { place in slices.contains { $0.contains(rows[place].row) } }
    }

    /// It stays where it is for as long as the tensor is there.
    private func memory(ofRow place: Int) -> UnsafeMutableRawBufferPointer {
        let start = place * problem.rowBytes
        return tensor.withMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + problem.rowBytes])
        }
    }
}
