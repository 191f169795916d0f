import Attention
import Records

/// How long a call of ranks takes in theory. Each of a rank's steps lasts as long as the longer of its two halves: computing, for
/// which each byte that comes in takes some of the core's time too, and the transfer, α + bytes/β. The slowest rank decides.
///
/// Nothing in it comes from the cells that it is held against: the cost of a pair is that of one rank on the same problem, and the
/// link was measured before the run.
public struct RankModel: Sendable, Hashable {
    public let secondsPerPair: Double
    public let link: RankLink

    public init(secondsPerPair: Double, link: RankLink) {
        self.secondsPerPair = secondsPerPair
        self.link = link
    }

    private func computing(_ step: RankWork.Step) -> Double {
        Double(step.pairs) * secondsPerPair
            + (step.pairs > 0 ? Double(step.receivedBytes) * link.copySecondsPerByte : 0)
    }

    private func transfer(_ step: RankWork.Step) -> Double { link.seconds(bytes: step.receivedBytes) }

    /// Of one rank.
    func seconds(_ work: RankWork) -> Double {
        work.steps.reduce(0) { $0 + max(computing($1), transfer($1)) }
    }

    /// Of one call: that of the slowest rank.
    public func seconds(_ work: [RankWork]) -> Double { work.map(seconds).max() ?? 0 }

    /// Messages of one rank, whether or not it computes meanwhile.
    func transferSeconds(_ work: RankWork) -> Double { work.steps.reduce(0) { $0 + transfer($1) } }

    /// The part of them during which it has something to compute. Copying what comes in counts as computing, as it does in the time
    /// of a step: if it did not, the overlap on a slow link could be more than 100 %.
    func hideableSeconds(_ work: RankWork) -> Double {
        work.steps.reduce(0) { $0 + min(computing($1), transfer($1)) }
    }

    /// Whether computing takes at least as long as the transfer in all steps that have both, of the rank that computes most.
    func hides(_ work: [RankWork]) -> Bool {
        guard let busiest = work.max(by: { $0.pairs < $1.pairs }) else { return true }
        return busiest.steps.allSatisfy { $0.pairs == 0 || $0.receivedBytes == 0 || computing($0) >= transfer($0) }
    }
}

extension RankModel {
    /// The least number of tokens from which a ring hides its transfers, up to 16M; nil where it never does, or where the
    /// problem cannot be shared in this way.
    public func tokensToHide(_ way: ContextParallelism, ranks: Int, problem: (Int) -> AttentionProblem?) -> Int? {
        func hides(_ tokens: Int) -> Bool {
            problem(tokens).flatMap { way.work(of: $0, ranks: ranks) }.map(self.hides) ?? false
        }
        let limit = 1 << 24
        // Below two tokens for each slice, slices are empty and hide nothing.
        var (below, above) = (2 * ranks, limit)
        guard hides(above) else { return nil }
        if hides(below) { return below }
        while above - below > max(1, below / 1000) {
            let middle = below + (above - below) / 2
            if hides(middle) { above = middle } else { below = middle }
        }
        return above
    }
}
