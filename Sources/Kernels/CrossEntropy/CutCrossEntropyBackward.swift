import Attention
import Hardware
import Records

/// The gradients of a language model's last layer without its logits (Cut Cross-Entropy, Wijmans et al. 2024).
///
/// The logits of a panel of words are computed again, and become their own gradients G = softmax − 1 at the next word. Two more
/// products follow, dW += Gᵀ · H and dH += G · W: 6 FLOPs for each token, word and hidden element in the place of the 4 of an
/// implementation that kept the softmax.
///
/// Most words have almost no weight. A filter leaves out granules of G, eight words by one block of lanes, in which every gradient
/// is small; the last two products then skip them.
public final class CutCrossEntropyBackward: LossGradientInstance {
    private let problem: CrossEntropyProblem
    private let team: WorkerTeam
    private let filter: GradientFilter
    private let gradients: GroupGradients
    private let workers: [CutWorkspace]

    /// Hᵀ, H in panels of columns, and dHᵀ.
    private static let copies = 3

    /// Allocates all that a call needs.
    public convenience init(
        for problem: CrossEntropyProblem, on team: WorkerTeam, filter: GradientFilter = .none,
        _ tuning: Tuning = .standard
    ) {
        self.init(
            for: problem, on: team, filter: filter, VocabularyBlocking(problem, copies: Self.copies, tuning))
    }

    init(
        for problem: CrossEntropyProblem, on team: WorkerTeam, filter: GradientFilter, _ blocking: VocabularyBlocking
    ) {
        self.problem = problem
        self.team = team
        self.filter = filter
        gradients = GroupGradients(problem, blocking, filter)
        workers = (0..<team.threadCount).map { _ in CutWorkspace(blocking) }
    }

    /// Bytes that an instance allocates beside the tensors of a call.
    public static func scratchBytes(
        for problem: CrossEntropyProblem, threads: Int, _ tuning: Tuning = .standard
    ) -> Int {
        let blocking = VocabularyBlocking(problem, copies: copies, tuning)
        return GroupGradients.byteCount(problem, blocking) + threads * CutWorkspace.byteCount(blocking)
    }

    /// The losses have all that it starts from.
    public var forward: (any LossInstance)? { nil }

    public private(set) var countedPairs = 0

    public var filtered: FilteredGranules? {
        guard filter != .none else { return nil }
        let granule = VocabularyBlocking.wordGranule
        let all = gradients.logits.groups.reduce(0) { sum, group in
            gradients.logits.visits(of: group).reduce(sum) {
                $0 + group.blocks * (($1.words.count + granule - 1) / granule)
            }
        }
        return FilteredGranules(leftOut: gradients.leftOutGranules, all: all)
    }

    public func run(_ tensors: CrossEntropyPointers, _ losses: borrowing TokenLosses, into places: GradientPlaces) {
        let (factor, columns) = (1 / Float(problem.tokens), problem.hiddenSize)
        gradients.resetCount()
        countedPairs = 0
        let saved = SavedSums(
            largest: losses.largestLogits.withFloats { $0.baseAddress! },
            logSums: losses.logSums.withFloats { $0.baseAddress! })
        let call = CutBackwardCall(
            tensors: tensors, saved: saved,
            hidden: HiddenTarget(
                elements: places.hidden, elementType: places.hiddenType, columns: columns, factor: factor),
            classifier: ClassifierTarget(floats: places.classifier, columns: columns, factor: factor))
        for group in gradients.logits.groups { add(group, call) }
    }

    private func add(_ group: TokenGroup, _ call: CutBackwardCall) {
        nonisolated(unsafe) let call = call
        let (gradients, workers, logits) = (gradients, workers, gradients.logits)
        team.forEach(count: group.blocks) { _, block in
            gradients.take(block: block, of: group, call.tensors.hidden, call.saved)
        }
        // The parts of dH are columns, those of the other products words.
        let columns = EqualParts(
            problem.hiddenSize, atMost: logits.blocking.residentRows, granule: VocabularyBlocking.rowGranule,
            workers: team.threadCount)
        for visit in logits.visits(of: group) {
            countedPairs += group.tokens.count * visit.words.count
            let words = logits.parts(of: visit, workers: team.threadCount)
            team.forEach(count: words.count) { worker, part in
                workers[worker].multiply(words[part], of: visit, call.tensors.classifier, into: logits)
            }
            team.forEach(count: group.blocks) { _, block in
                gradients.differentiate(block: block, of: visit, targets: call.tensors.targets)
            }
            team.forEach(count: words.count + columns.count) { worker, part in
                if part < words.count {
                    workers[worker].addClassifierGradients(words[part], of: visit, gradients, into: call.classifier)
                } else {
                    workers[worker].addHiddenGradients(
                        columns[part - words.count], of: visit, call.tensors.classifier, into: gradients)
                }
            }
        }
        team.forEach(count: group.blocks) { _, block in
            gradients.writeHidden(block: block, of: group, to: call.hidden)
        }
    }
}

/// What all workers share in one call.
private struct CutBackwardCall {
    let tensors: CrossEntropyPointers
    let saved: SavedSums
    let hidden: HiddenTarget
    let classifier: ClassifierTarget
}
