import Attention
import Kernels
import Records

/// What the cases of its mask say about one kernel of an engine, in the element types that it lists.
///
/// Inputs that are not finite are ours to promise: of other engines it is reported, and no fault, what they make of them.
public struct EngineConformance: ConformanceFindings, Sendable {
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

    public init(of kernel: Kernel, on engine: any Engine) {
        for elementType in kernel.elementTypes {
            for problemCase in ProblemCases.all(for: kernel, in: elementType) {
                if failures.count >= Self.enoughFailures { return }
                check(problemCase, kernel, engine)
            }
        }
        if cases == 0, failures.isEmpty { failures.append("takes none of the \(skipped) cases of its mask") }
    }

    /// Twice, with other contents the second time: a kernel that remembers an answer, or that computes where no clock runs,
    /// is found by them.
    private mutating func check(_ problemCase: ProblemCase, _ kernel: Kernel, _ engine: any Engine) {
        func inputs(seed: UInt64) -> SharedInputs {
            let problem = problemCase.problem
            return SharedInputs(
                problemCase.inputs.makeInputs(shape: problem.shape, elementType: problem.elementType, seed: seed))
        }
        do throws(EngineError) {
            let workload = Workload(kernel: kernel.name, problem: problemCase.problem)
            let prepared = try engine.prepare(workload) { inputs(seed: 7) }
            _ = try prepared.sample(Batch(calls: 1))
            add(try Self.accuracy(prepared, problemCase.problem), of: problemCase)
            guard problemCase.inputs == .normal else { return }
            try prepared.load(inputs(seed: 8))
            // An engine may well refuse this, since it has computed nothing yet.
            if let early = try? Self.accuracy(prepared, problemCase.problem), early.isAccepted {
                failures.append(
                    "\(problemCase): it has the output before the call; it computes outside of what is timed")
            }
            _ = try prepared.sample(Batch(calls: 1))
            let again = try Self.accuracy(prepared, problemCase.problem)
            if !again.isAccepted {
                failures.append(
                    "\(problemCase): wrong with other contents than at first, error \(again.maximumError) over "
                        + "\(again.bound); it may remember an answer")
            }
        } catch {
            switch error {
            case .unsupported: skipped += 1
            case .failed(let fault): failures.append("\(problemCase): \(fault)")
            }
        }
    }

    private static func accuracy(
        _ prepared: any PreparedKernel, _ problem: AttentionProblem
    ) throws(EngineError) -> Accuracy {
        try prepared.withOutput {
            ExpectedRows(
                for: problem, prepared.inputs.tensors, Accuracy.allRows(of: problem), tolerance: prepared.tolerance
            ).accuracy(of: $0)
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
