import Attention
import Hardware

/// What the cases of its mask, in every element type, say about one kernel.
///
/// Inputs that are not finite are ours to promise: of kernels of other engines it is counted what they make of them, and that
/// is no fault.
public struct Conformance: Sendable {
    /// Those that the kernel took.
    public private(set) var elementTypes: [ElementType] = []
    public private(set) var cases = 0
    public private(set) var skipped = 0
    public private(set) var largestError = 0.0
    /// The error that came nearest to its bound, or went farthest past it, as a part of the bound.
    public private(set) var largestShare = 0.0
    /// What is wrong with results.
    public private(set) var failures: [String] = []
    /// Where the kernel's engine died, hung, or did not keep to the protocol.
    public private(set) var breakdowns: [String] = []
    /// Of the cases with inputs that are not finite, what made those hard that a kernel of another engine computed
    /// otherwise than the reference.
    public private(set) var differentNonFinite: [InputPattern] = []
    public private(set) var nonFiniteCases = 0

    /// A kernel that took no case has shown nothing.
    public var isConforming: Bool { failures.isEmpty && breakdowns.isEmpty && cases > 0 }

    /// More say nothing new about a kernel, and are not shown.
    public static let mostFailures = 3

    /// Told before each case how many of how many cases are done.
    public typealias Follower = (_ done: Int, _ total: Int) -> Void

    /// - Parameter check: goes through one case; not asked any more where there are failures enough.
    package init(
        of kernel: Kernel, in elementTypes: [ElementType], following: Follower = { _, _ in },
        _ check: (inout Conformance, ProblemCase) -> Void
    ) {
        let problemCases = elementTypes.flatMap { ProblemCases.all(for: kernel, in: $0) }
        for (done, problemCase) in problemCases.enumerated()
        where failures.count + breakdowns.count < Self.mostFailures {
            following(done, problemCases.count)
            check(&self, problemCase)
        }
        if cases == 0, failures.isEmpty, breakdowns.isEmpty { fail("takes none of the \(skipped) cases of its mask") }
    }

    package mutating func skip() { skipped += 1 }

    package mutating func take(_ problemCase: ProblemCase) {
        cases += 1
        let type = problemCase.problem.elementType
        if !elementTypes.contains(type) { elementTypes.append(type) }
    }

    package mutating func takeNonFinite(_ pattern: InputPattern, isAsTheReference: Bool) {
        nonFiniteCases += 1
        if !isAsTheReference { differentNonFinite.append(pattern) }
    }

    package mutating func fail(_ failure: String) { failures.append(failure) }

    package mutating func breakDown(_ breakdown: String) { breakdowns.append(breakdown) }

    /// What is wrong with one output.
    package mutating func judge(_ accuracy: Accuracy) -> String? {
        largestError = max(largestError, accuracy.maximumError)
        // A bound of 0 is met by an error of 0 only: a row of which everything is not a number.
        if accuracy.maximumError > 0 { largestShare = max(largestShare, accuracy.maximumError / accuracy.bound) }
        if accuracy.isAccepted { return nil }
        return "error \(accuracy.excess)"
    }
}

extension Conformance {
    /// A kernel that idles, or keeps something from one call to the next, is right in its first.
    private static let calls = 3

    /// Of a kernel that runs in this process.
    public init(of kernel: Kernel, following: Follower = { _, _ in }) {
        let teams = [WorkerTeam(), WorkerTeam(threads: 2)]
        self.init(of: kernel, in: ElementType.allCases, following: following) { found, problemCase in
            found.check(kernel, problemCase, on: teams)
        }
    }

    /// A case on each team: several calls on its inputs, and one on others of the same sizes, which an answer that is
    /// only remembered does not fit.
    private mutating func check(_ kernel: Kernel, _ problemCase: ProblemCase, on teams: [WorkerTeam]) {
        let problem = problemCase.problem
        let instances = teams.compactMap { try? kernel.prepare(for: problem, on: $0) }
        guard instances.count == teams.count else { return skip() }
        take(problemCase)
        let loads =
            [(seed: UInt64(7), calls: Self.calls)] + (problemCase.inputs == .normal ? [(seed: 8, calls: 1)] : [])
        for load in loads {
            let inputs = problemCase.makeInputs(for: kernel.phase, seed: load.seed)
            let expected = Oracle(kernel.phase, problem, Allowance(filter: kernel.filter)).expected(for: inputs)
            for (instance, team) in zip(instances, teams) {
                instance.load(from: inputs)
                for call in 1...load.calls {
                    var output = kernel.phase.output(of: problem)
                    output.spoil()
                    instance.run(inputs, into: &output)
                    let pairs = kernel.computedPairs(for: problem).map { (counted: instance.countedPairs, stated: $0) }
                    guard let fault = judge(expected.accuracy(of: output)) ?? Self.miscount(pairs) else { continue }
                    let place = load.seed == loads[0].seed ? "call \(call)" : "on other inputs"
                    fail("\(problemCase), \(place), \(team.threadCount) threads: \(fault)")
                    return
                }
            }
        }
    }

    private static func miscount(_ pairs: (counted: Int, stated: Int)?) -> String? {
        guard let pairs, pairs.counted != pairs.stated else { return nil }
        return "computed \(pairs.counted) pairs, but its formula gives \(pairs.stated)"
    }
}

extension Tensor {
    /// Makes every element NaN, so that one which is not written is seen.
    public mutating func spoil() {
        withMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0xFF) }
    }
}
