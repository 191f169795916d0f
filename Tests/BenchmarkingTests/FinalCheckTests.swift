import Attention
import Engines
import Hardware
import Records
import Testing

@testable import Benchmarking
@testable import Kernels

/// A kernel that is right in its first call only is not timed as right.
struct FinalCheckTests {
    private let world = FakeWorld()
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func outcome(of workloads: [Workload], _ instruments: Instruments) throws -> Measurement.Outcome {
        try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            var options = RunOptions(seed: 1)
            options.rounds = 6
            return try #require(Runner(instruments, options).run(workloads, into: log).measurements.first).outcome
        }
    }

    @Test func whatIsWrongAfterTheLastRoundHasFailed() throws {
        world.firstWrongCall = 12
        let outcome = try outcome(of: fakeWorkloads(kernels: ["full"], lengths: [64]), world.instruments())
        #expect(outcome == .wrong(reason: "after its last round: off by 0.5", maximumError: 0.5))
    }

    @Test func pairsAreCountedInEverySample() throws {
        world.firstMiscountedCall = 12
        let outcome = try outcome(of: fakeWorkloads(kernels: ["full"], lengths: [64]), world.instruments())
        #expect(
            outcome
                == .wrong(
                    reason: "a timed call computed 2079 pairs, but the kernel states 2080", maximumError: 1e-7)
        )
    }

    /// A real kernel and a real check: only the clock is fake.
    @Test(arguments: [Stale.Habit.idle, .remembering, nil])
    func aStaleKernelIsFound(habit: Stale.Habit?) throws {
        let clock = world.clock
        let kernel = Kernel(
            "stale", summary: "right once", masks: .causal, computedPairs: FakeKernel.pairs,
            scratchBytes: { _, _ in 0 }, make: { problem, _ in Stale(problem, habit) { clock.advance(seconds: 0.01) } })
        let fake = world.instruments()
        let instruments = Instruments(
            engines: [world.engine(kernels: [kernel])],
            check: { kernel throws(EngineError) in Instruments.correctness(try kernel.accuracy()) },
            availableBytes: fake.availableBytes, clock: clock)
        let problem = try AttentionProblem(shape: AttentionShape(queryLength: 40, headDimension: 8), mask: .causal)
        let outcome = try outcome(of: [Workload(kernel: "stale", phase: .prefill, problem: problem)], instruments)
        switch outcome {
        case .measured: #expect(habit == nil)
        case .broken(let reason): Issue.record("\(reason)")
        case .wrong(let reason, _): #expect(habit != nil && reason.hasPrefix("after its last round: differs"))
        case .skipped(let reason): Issue.record("\(reason)")
        }
    }
}

/// The reference, but not in each call.
final class Stale: KernelInstance {
    enum Habit { case idle, remembering }

    private let reference: ReferenceAttention
    private let habit: Habit?
    private let takesTime: () -> Void
    private var remembered: [Float] = []
    var countedPairs: Int { reference.countedPairs }

    init(_ problem: AttentionProblem, _ habit: Habit?, takesTime: @escaping () -> Void) {
        reference = ReferenceAttention(for: problem)
        (self.habit, self.takesTime) = (habit, takesTime)
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        takesTime()
        switch habit {
        case .idle where !remembered.isEmpty: return
        case .remembering where !remembered.isEmpty:
            for index in 0..<output.count { output[index] = remembered[index] }
        default:
            reference.run(inputs, into: &output)
            remembered = (0..<output.count).map { output[$0] }
        }
    }
}
