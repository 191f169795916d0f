import Attention
import Hardware
import Records

/// The loss of a language model's last layer without its logits: Cut Cross-Entropy (Wijmans et al. 2024), on a CPU.
///
/// Some tokens at a time meet the vocabulary panel by panel. The logits of one panel are a matrix product; each token's largest
/// logit, the sum of e^(logit − largest), and the logit of its next word are all that stays of them. Memory is that of a group of
/// tokens and of one panel: it does not grow with the vocabulary.
///
/// Sums over hidden elements, words and tokens are made in an order that follows from the sizes alone, so that results do not
/// depend on the number of threads, and the backward pass computes every logit again to the last bit.
///
/// Elements of 16 bits are widened to float32 where they are read.
public final class CutCrossEntropy: LossInstance {
    private let problem: CrossEntropyProblem
    private let team: WorkerTeam
    private let logits: GroupLogits
    private let storage: UnsafeMutablePointer<Float>
    private let sums: RunningTokenSums
    private let workers: [CutWorkspace]

    /// Allocates all that a call needs.
    public convenience init(for problem: CrossEntropyProblem, on team: WorkerTeam, _ tuning: Tuning = .standard) {
        self.init(for: problem, on: team, VocabularyBlocking(problem, copies: 1, tuning))
    }

    init(for problem: CrossEntropyProblem, on team: WorkerTeam, _ blocking: VocabularyBlocking) {
        self.problem = problem
        self.team = team
        logits = GroupLogits(problem, blocking)
        storage = .allocate(capacity: RunningTokenSums.floatCount(blocking))
        sums = RunningTokenSums(blocking, storage: storage)
        workers = (0..<team.threadCount).map { _ in CutWorkspace(blocking) }
    }

    deinit { storage.deallocate() }

    /// Bytes that an instance allocates beside the tensors of a call.
    public static func scratchBytes(
        for problem: CrossEntropyProblem, threads: Int, _ tuning: Tuning = .standard
    ) -> Int {
        let blocking = VocabularyBlocking(problem, copies: 1, tuning)
        let floats = GroupLogits.floatCount(problem, blocking) + RunningTokenSums.floatCount(blocking)
        return floats * MemoryLayout<Float>.size + threads * CutWorkspace.byteCount(blocking)
    }

    public func run(_ tensors: CrossEntropyPointers, into losses: inout TokenLosses) {
        for group in logits.groups {
            sum(group, tensors)
            for (index, token) in group.tokens.enumerated() { sums.write(index, as: token, into: &losses) }
        }
    }

    private func sum(_ group: TokenGroup, _ tensors: CrossEntropyPointers) {
        nonisolated(unsafe) let (sums, tensors) = (sums, tensors)
        let (logits, workers) = (logits, workers)
        team.forEach(count: group.blocks) { _, block in
            tensors.hidden.transpose(group.lanes(ofBlock: block), into: logits.columns(ofBlock: block))
            sums.reset(block: block)
        }
        for visit in logits.visits(of: group) {
            let parts = logits.parts(of: visit, workers: team.threadCount)
            team.forEach(count: parts.count) { worker, part in
                workers[worker].multiply(parts[part], of: visit, tensors.classifier, into: logits)
            }
            team.forEach(count: group.blocks) { _, block in
                sums.add(block: block, of: visit, logits, targets: tensors.targets)
            }
        }
    }
}
