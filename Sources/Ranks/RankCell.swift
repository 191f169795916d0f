import Attention
import Engines
import Hardware
import Kernels
import Records

/// A kernel and its inputs on one rank. Every rank goes through the same steps at the same time, and each holds its own parts of
/// the inputs and of the output alone.
final class RankCell {
    private let problem: RankProblem
    private let instance: any RankKernelInstance
    private let communicator: Communicator
    private let evidence: ThreadEvidenceReader
    let parts: [RankPart]

    init(
        _ shared: SharedWorkload, seed: UInt64, _ ready: RankKernel.Ready, _ evidence: ThreadEvidenceReader
    ) throws(UnsupportedProblem) {
        communicator = ready.communicator
        self.evidence = evidence
        problem = shared.problem
        instance = try shared.kernel.prepare(problem, ready)
        parts = RankPart.all(of: communicator.rank, in: problem, seed: seed)
        instance.fillCache(parts)
    }

    /// Takes the rank's parts of what another seed gives.
    func draw(seed: UInt64) {
        for part in parts { part.draw(of: problem, seed: seed) }
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

    /// Rows of the output of the last call, on the first rank, from the ranks that hold them.
    func output(of rows: [Accuracy.OutputRow]) -> OutputRows {
        let gathered = OutputRows(rows, of: problem)
        gathered.take(from: parts)
        gathered.receive(over: communicator)
        return gathered
    }

    /// The same on all other ranks.
    func sendOutput(of rows: [Accuracy.OutputRow]) {
        let held = OutputRows(rows, of: problem)
        held.take(from: parts)
        held.send(over: communicator)
    }
}
