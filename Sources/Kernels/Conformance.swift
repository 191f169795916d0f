import Attention
import Hardware

/// What the cases of its mask, in every element type, say about one kernel.
public struct Conformance: Sendable {
    /// Those that the kernel took.
    public private(set) var elementTypes: [ElementType] = []
    public private(set) var cases = 0
    public private(set) var skipped = 0
    public private(set) var largestError = 0.0
    /// The error that came nearest to its bound, or went farthest past it, as a part of the bound.
    public private(set) var largestShare = 0.0
    public private(set) var failures: [String] = []

    /// A kernel that took no case has shown nothing.
    public var isConforming: Bool { failures.isEmpty && cases > 0 }

    public init(of kernel: Kernel) {
        let team = WorkerTeam()
        for elementType in ElementType.allCases {
            check(kernel, ProblemCases.all(for: kernel, in: elementType), on: team)
        }
        if self.cases == 0 { failures.append("takes none of the \(skipped) cases of its mask") }
    }

    private mutating func check(_ kernel: Kernel, _ cases: [ProblemCase], on team: WorkerTeam) {
        for problemCase in cases {
            let problem = problemCase.problem
            guard let instance = try? kernel.prepare(for: problem, on: team) else {
                skipped += 1
                continue
            }
            let type = problem.elementType
            if !elementTypes.contains(type) { elementTypes.append(type) }
            let inputs = problemCase.inputs.makeInputs(shape: problem.shape, elementType: type, seed: 7)
            var output = Tensor(type, dimensions: AttentionInputs.queryDimensions(problem.shape))
            instance.fillCache(from: inputs)
            instance.run(inputs, into: &output)
            let accuracy = Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
            add(accuracy, of: problemCase)
            if let predicted = kernel.computedPairs(for: problem), instance.computedPairs != predicted {
                failures.append(
                    "\(problemCase): computed \(instance.computedPairs) pairs, its formula says \(predicted)")
            }
        }
    }

    private mutating func add(_ accuracy: Accuracy, of problemCase: ProblemCase) {
        cases += 1
        largestError = max(largestError, accuracy.maximumError)
        // A bound of 0 is met by an error of 0 only: a row of which everything is not a number.
        if accuracy.maximumError > 0 { largestShare = max(largestShare, accuracy.maximumError / accuracy.bound) }
        if !accuracy.isAccepted {
            failures.append(
                "\(problemCase): error \(accuracy.maximumError) over \(accuracy.bound) in head "
                    + "\(accuracy.worst.head), row \(accuracy.worst.row)")
        }
    }
}
