import Attention
import Kernels

/// What the cases of its mask say about one kernel of an engine, in the element types that it lists.
///
/// Inputs that are not finite are ours to promise: of other engines it is reported, and no fault, what they make of them.
public struct EngineConformance: Sendable {
    public private(set) var elementTypes: [ElementType] = []
    public private(set) var cases = 0
    public private(set) var skipped = 0
    public private(set) var largestError = 0.0
    /// The error that came nearest to its bound, or went farthest past it, as a part of the bound.
    public private(set) var largestShare = 0.0
    public private(set) var failures: [String] = []
    /// Of the cases with inputs that are not finite, those that it computed otherwise than the reference.
    public private(set) var differentNonFinite = 0
    public private(set) var nonFiniteCases = 0

    /// A kernel that took no case has shown nothing.
    public var isConforming: Bool { failures.isEmpty && cases > 0 }

    /// After so many failures nothing new is learnt.
    private static let enoughFailures = 10

    /// - Parameters:
    ///   - name: what the engine itself calls it.
    ///   - tolerance: times the plain loops' error.
    ///   - start: a process of the engine; called again, once, where one has ended.
    public init(
        of kernel: Kernel, named name: String, tolerance: Double,
        start: () throws(EngineFailure) -> EngineProcess
    ) throws(EngineFailure) {
        var process = try start()
        var restarts = 1
        for elementType in kernel.elementTypes {
            for problemCase in ProblemCases.all(for: kernel, in: elementType) {
                if failures.count >= Self.enoughFailures { return }
                if !process.isUsable {
                    if restarts == 0 { return }
                    restarts -= 1
                    process = try start()
                }
                check(problemCase, name, tolerance, on: process)
            }
        }
        process.end()
        if cases == 0 { failures.append("takes none of the \(skipped) cases of its mask") }
    }

    private mutating func check(
        _ problemCase: ProblemCase, _ kernel: String, _ tolerance: Double, on process: EngineProcess
    ) {
        let problem = problemCase.problem
        let inputs = problemCase.inputs.makeInputs(shape: problem.shape, elementType: problem.elementType, seed: 7)
        do {
            let prepared = try process.prepare(kernel, for: problem, inputs)
            _ = try prepared.sample(calls: 1, isTimed: false)
            let output = try prepared.write()
            try prepared.release()
            let accuracy = Accuracy(
                of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem), tolerance: tolerance)
            add(accuracy, of: problemCase)
        } catch is UnsupportedProblem {
            skipped += 1
        } catch {
            failures.append("\(problemCase): \(error)")
        }
    }

    private mutating func add(_ accuracy: Accuracy, of problemCase: ProblemCase) {
        guard problemCase.inputs.isFinite else {
            nonFiniteCases += 1
            if !accuracy.isAccepted { differentNonFinite += 1 }
            return
        }
        let type = problemCase.problem.elementType
        if !elementTypes.contains(type) { elementTypes.append(type) }
        cases += 1
        largestError = max(largestError, accuracy.maximumError)
        if accuracy.maximumError > 0 { largestShare = max(largestShare, accuracy.maximumError / accuracy.bound) }
        if !accuracy.isAccepted {
            failures.append(
                "\(problemCase): error \(accuracy.maximumError) over \(accuracy.bound) in head "
                    + "\(accuracy.worst.head), row \(accuracy.worst.row)")
        }
    }
}
