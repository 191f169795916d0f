import Attention
import Engines
import Faults
import Kernels
import Records
import Testing

@testable import Benchmarking

/// Blocks in this process, on a machine whose times are planted.
@Suite struct BlockUnderWayTests {
    private let world = FakeWorld()

    private func block(
        _ cells: [Workload], isChecked: Bool = true, planted: [Workload: Double] = [:], rounds: Int = 6,
        candidate: (any Engine)? = nil
    ) throws -> PairedBlock {
        try FakeWorld.$current.withValue(world) {
            let request = PairedRequest(
                workloads: cells, rounds: rounds, seed: 1, isChecked: isChecked, planted: planted)
            var block = BlockUnderWay(
                sides: PairedValues { side in
                    let fake = world.instruments()
                    let engine = side == .candidate ? candidate ?? world.engine() : world.engine()
                    return BlockUnderWay.Side(
                        instruments: Instruments(
                            engines: [engine], check: fake.check, availableBytes: fake.availableBytes,
                            clock: world.clock),
                        loopEngine: world.loopEngine())
                }, request: request, seed: 1)
            for cell in cells { block.prepare(cell) }
            for _ in 0..<rounds {
                for entry in 0..<block.entryCount { block.visit(entry, inOrder: PairedSide.allCases) }
            }
            if isChecked { block.checkAgain() }
            return try block.measured(preparationSeconds: 0)
        }
    }

    private var cell: Workload { get throws { try fakeWorkloads(kernels: ["full"], lengths: [64])[0] } }

    @Test func tellsWhatItCounted() throws {
        let block = try block([cell])
        try #require(block.cells.count == 1)
        let facts = block.cells[0].facts
        #expect(facts.baseline == facts.candidate && facts.baseline == facts.control)
        #expect(facts.baseline.countedPairs == 64 * 65 / 2)
        #expect(facts.baseline.statedPairs == 64 * 65 / 2)
        #expect(facts.baseline.peakResidentBytes == 5000)
        #expect(facts.baseline.statedBytes == 4 * 64 * 4 + 64)
        #expect(facts.baseline.wrongness == nil)
        #expect(block.cells[0].iterationsPerSample == 1)
        #expect(block.cells[0].visits.count == 6)
        #expect(block.frozenLoop.count == 6)
    }

    @Test func checksOnlyWhenItIsAsked() throws {
        world.wrongKernels = ["full"]
        #expect(try block([cell]).cells[0].facts.candidate.wrongness == "off by 0.5")
        #expect(try block([cell], isChecked: false).cells[0].facts.candidate.wrongness == nil)
    }

    /// Right at first, wrong after the last round.
    @Test func checksAgainAfterTheLastRound() throws {
        world.firstWrongCall = 30
        let block = try block([cell])
        #expect(block.cells[0].facts.candidate.wrongness == "after its last round: off by 0.5")
        #expect(block.cells[0].facts.baseline.wrongness == "after its last round: off by 0.5")
    }

    @Test func refusesAndGoesOn() throws {
        let shape = try AttentionShape(batch: 2, queryLength: 64, headDimension: 1)
        let refused = Workload(
            kernel: "full", phase: .prefill, problem: try AttentionProblem(shape: shape, mask: .causal))
        let block = try block([refused, cell])
        #expect(
            block.unmeasured == [.init(workload: refused, engine: .baseline, reason: "takes one batch at a time")])
        #expect(block.cells.map(\.workload) == [try cell])
        #expect(abs(block.cells[0].visits[0].baseline.nanoseconds - 2_080_000) <= 1)
    }

    /// One call that is not timed, then those that are, on each side.
    @Test func warmsUpBeforeItTimes() throws {
        _ = try block([cell], isChecked: false, rounds: 6)
        let six = world.calls.count
        world.calls = []
        _ = try block([cell], isChecked: false, rounds: 12)
        #expect(world.calls.count - six == 6 * 3 * 2)
    }

    /// Half a CPU of the candidate's while another side is measured.
    @Test func aSideThatDoesNotSleepIsNamed() throws {
        let spinning = BreakingEngine(world.engine(), kernel: "none", healthySamples: 0)
        let clock = world.clock
        spinning.cpu = { Int(clock.nanoseconds / 2) }
        let remarks = try block([cell], candidate: spinning).remarks
        #expect(remarks.count == 1 && remarks[0].contains("the candidate kept 0.5 CPUs busy"), "\(remarks)")
        spinning.cpu = { 7 }
        #expect(try block([cell], candidate: spinning).remarks.isEmpty)
    }

    /// The cell in which it breaks is lost, and no other.
    @Test func aSideThatBreaksDownCostsItsCellOnly() throws {
        let cells = try fakeWorkloads(lengths: [64])
        let broken = BreakingEngine(world.engine(), kernel: "full", healthySamples: 5)
        let block = try block(cells, candidate: broken)
        #expect(block.cells.map(\.workload.kernel) == ["sliding-window"])
        #expect(block.cells[0].visits.count == 6)
        #expect(block.unmeasured.map(\.engine) == [.candidate])
        #expect(block.unmeasured[0].reason == "it broke")
        #expect(block.unmeasured.count == 1)
    }
}

/// An engine one of whose kernels breaks after some samples.
private final class BreakingEngine: Engine {
    private let engine: any Engine
    private let broken: String
    private let healthySamples: Int
    /// CPU time of its processes, where it has some.
    var cpu: (() -> Int)?

    init(_ engine: any Engine, kernel: String, healthySamples: Int) {
        (self.engine, broken, self.healthySamples) = (engine, kernel, healthySamples)
    }

    var identity: EngineIdentity { engine.identity }
    var kernels: [Kernel] { engine.kernels }
    var minimumSampleNanoseconds: Int { engine.minimumSampleNanoseconds }
    var cpuNanoseconds: Int? { cpu?() }

    func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        let kernel = try engine.prepare(workload, inputs: inputs)
        return workload.kernel == broken ? BreakingKernel(kernel, healthySamples) : kernel
    }
}

private final class BreakingKernel: PreparedKernel {
    private let kernel: any PreparedKernel
    private var healthySamples: Int

    init(_ kernel: any PreparedKernel, _ healthySamples: Int) {
        (self.kernel, self.healthySamples) = (kernel, healthySamples)
    }

    var countedPairs: Int? { kernel.countedPairs }
    var peakResidentBytes: Int { kernel.peakResidentBytes }
    func load(_ inputs: SharedInputs) throws(EngineError) { try kernel.load(inputs) }
    func spoilOutput() throws(EngineError) { try kernel.spoilOutput() }

    func sample(_ batch: Batch) throws(EngineError) -> Sample {
        healthySamples -= 1
        if healthySamples < 0 { throw .failed(Broken()) }
        return try kernel.sample(batch)
    }

    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) throws(EngineError) -> Result {
        try kernel.withOutput(body)
    }
}

private struct Broken: Fault {
    var exitStatus: Faults.ExitStatus { .engineFailed }
    var description: String { "it broke" }
}
