import Attention
import Engines
import Foundation
import Hardware
import Kernels
import Records
import TestSupport

@testable import Benchmarking

/// Foundation has one too.
typealias Measurement = Records.Measurement

/// A machine whose kernels take exactly the time that a test plants, on a clock that only they move.
final class FakeWorld: @unchecked Sendable {
    @TaskLocal static var current = FakeWorld()

    let clock = FakeClock()
    /// Of each kernel.
    var secondsPerPair: [String: Double] = ["full": 1e-6, "sliding-window": 2e-6, "decode-window": 3e-6]
    /// Of every call, beside its pairs.
    var secondsPerCall = 0.0
    /// Each cell that was called, in order.
    var calls: [String] = []
    var wrongKernels: Set<String> = []
    /// Outputs are wrong from this call of any cell on.
    var firstWrongCall = Int.max
    /// Calls count a pair less from this one on.
    var firstMiscountedCall = Int.max
    var availableBytes = 1 << 40
    /// Resident bytes that a call leaves as its peak.
    var peakGrowthBytes = 5000
    var afterCall: (String) -> Void = { _ in }
    private var peakBytes = 0

    func instruments() -> Instruments {
        Instruments(
            engines: [engine()],
            check: { [unowned self] loaded in
                let kernel = loaded.workload.problem.mask == .causal ? "full" : "sliding-window"
                return wrongKernels.contains(kernel) || calls.count >= firstWrongCall
                    ? .wrong(maximumError: 0.5, reason: "off by 0.5") : .right(maximumError: 1e-7)
            },
            availableBytes: { [unowned self] in availableBytes }, clock: clock)
    }

    func engine(kernels: [Kernel] = [.fakeFull, .fakeWindow, .fakeDecode]) -> InProcessEngine {
        InProcessEngine(
            kernels: kernels, team: { _ in WorkerTeam() },
            sampler: Sampler(clock: clock, resolutionNanoseconds: 1, overheadNanoseconds: 20, evidence: { .quiet }),
            memory: ResidentMemory(
                bytes: { 1_000_000 }, resetPeak: { [unowned self] in peakBytes = 1_000_000 },
                peakBytes: { [unowned self] in peakBytes }))
    }

    /// Has the frozen loop, of which every turn takes 20 ns.
    func loopEngine() -> any Engine { FakeLoopEngine(clock: clock) }

    /// Of filling a cache, for each of its tokens.
    var secondsPerCachedToken = 0.0

    func filled(_ problem: AttentionProblem) {
        clock.advance(seconds: secondsPerCachedToken * Double(problem.shape.keyLength))
    }

    func called(_ kernel: String, _ problem: AttentionProblem, pairs: Int) {
        clock.advance(seconds: Double(pairs) * secondsPerPair[kernel]! + secondsPerCall)
        peakBytes = 1_000_000 + peakGrowthBytes
        let cell = "\(Workload(kernel: kernel, phase: .prefill, problem: problem))"
        calls.append(cell)
        afterCall(cell)
    }
}

extension Kernel {
    static let fakeFull = fake("full", masks: .causal)
    static let fakeWindow = fake("sliding-window", masks: .slidingWindow)
    static let fakeDecode = fake("decode-window", phase: .decode, masks: .slidingWindow) { 8 * $0.shape.keyLength }

    private static func fake(
        _ name: String, phase: Phase = .prefill, masks: MaskFamily,
        scratchBytes: @escaping @Sendable (AttentionProblem) -> Int = { _ in 64 }
    ) -> Kernel {
        Kernel(
            name, summary: "planted times", phase: phase, masks: masks,
            cacheFormats: phase == .decode ? CacheFormat.allCases : [], computedPairs: FakeKernel.pairs,
            scratchBytes: { problem, _ in scratchBytes(problem) },
            make: { problem, _ throws(UnsupportedProblem) in
                if problem.shape.batch > 1 { throw UnsupportedProblem("takes one batch at a time") }
                return FakeKernel(name, problem)
            })
    }
}

/// Takes time in proportion to the pairs, and computes nothing.
final class FakeKernel: KernelInstance {
    let name: String
    let problem: AttentionProblem
    private(set) var countedPairs = 0

    init(_ name: String, _ problem: AttentionProblem) { (self.name, self.problem) = (name, problem) }

    static func pairs(for problem: AttentionProblem) -> Int {
        problem.shape.batch * problem.shape.queryHeads * problem.pairs.allowed
    }

    func load(from inputs: borrowing AttentionInputs) {
        if problem.shape.queryLength == 1, name.hasPrefix("decode") { FakeWorld.current.filled(problem) }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        countedPairs = Self.pairs(for: problem)
        FakeWorld.current.called(name, problem, pairs: countedPairs)
        if FakeWorld.current.calls.count >= FakeWorld.current.firstMiscountedCall { countedPairs -= 1 }
    }
}

/// A folder that is gone after the test.
final class TemporaryFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Small cells of both fake kernels.
func fakeSweep(kernels: [String] = ["full", "sliding-window"], lengths: [Int], windows: [Int] = [16]) -> Sweep {
    var axes = Sweep.Axes(kernels: kernels, lengths: lengths)
    axes.windows = windows
    axes.headDimensions = [1]
    return Sweep(name: "fake", groups: [axes])
}

func fakeWorkloads(
    kernels: [String] = ["full", "sliding-window"], lengths: [Int], windows: [Int] = [16]
) throws -> [Workload] {
    try fakeSweep(kernels: kernels, lengths: lengths, windows: windows)
        .workloads(kernels: [.fakeFull, .fakeWindow])
}

func fakeHeader(seed: UInt64 = 1, sweep: Sweep = fakeSweep(lengths: [64]), commit: String = "abc") -> ResultsHeader {
    let machine = Machine(
        cpuModel: "Test CPU", architecture: "x86_64", physicalCores: 2, logicalCPUs: 2,
        caches: [.init(level: 1, bytes: 32768, sharedBy: 1)], memoryBytes: 1 << 34, hypervisor: nil, vectorLanes: 8,
        instructionSet: "native", availableVectorLanes: 8, kernelRelease: "6.1", pinnedCPUs: [1],
        clockResolutionNanoseconds: 1, clockOverheadNanoseconds: 20, checks: [])
    return ResultsHeader(
        machine: machine,
        ceilings: Ceilings(flopsPerSecond: .init(float32: 1e11, bfloat16: nil), readBytesPerSecond: 1e10),
        build: .init(commit: commit, dirty: false, compiler: "6.3", flags: "-O", simd: "8 lanes", blasCore: "Haswell"),
        sweep: sweep, seed: seed, startedAt: "2026-01-01T00:00:00Z", command: "attnbench run")
}

/// Only the frozen loop, on a planted clock.
private final class FakeLoopEngine: Engine {
    private let clock: FakeClock

    init(clock: FakeClock) { self.clock = clock }

    var identity: EngineIdentity { EngineIdentity(name: EngineIdentity.builtInName, version: "") }
    var kernels: [Kernel] { [] }
    var minimumSampleNanoseconds: Int { 1 }

    func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        throw .unsupported(UnsupportedProblem("has only the frozen loop"))
    }

    func sampleFrozenLoop(turns: Int) -> Sample? {
        clock.advance(seconds: 20e-9 * Double(turns))
        return Sample(
            nanoseconds: 20 * turns,
            contamination: ThreadEvidence.quiet.contamination(since: .quiet, wallNanoseconds: 20 * turns))
    }
}
