import Attention
import Foundation
import Kernels
import Records
import TestSupport
import Testing

@testable import Benchmarking

/// Sweeps that generate: one query against what is cached.
struct DecodeSweepTests {
    private static let kernels: [Kernel] = [.fakeFull, .fakeWindow, .fakeDecode]
    private static let text = """
        name: demo
        phase: decode
        kernels: decode-window
        lengths: [2, 1K]
        window: 16
        heads: {query: 8, keyValue: 2}
        """

    private static func parse(_ text: String) throws(SweepError) -> Sweep {
        try SweepFile.parse(text, file: "bad.yaml", kernels: kernels)
    }

    @Test func stepsHaveOneQuery() throws {
        let workloads = try Self.parse(Self.text).workloads(kernels: Self.kernels)
        #expect(workloads.map(\.problem.shape.queryLength) == [1, 1])
        #expect(workloads.map(\.problem.shape.keyLength) == [2, 1024])
        #expect(workloads.map(\.problem.cacheFormat) == [CacheFormats(.float32), CacheFormats(.float32)])
        #expect("\(workloads[1])" == "decode-window(16) 1K q=1 h=8:2")
    }

    @Test func formatsAreAnAxis() throws {
        let sweep = try Self.parse(
            Self.text + "\ncacheFormat: [float32, q8_0, kivi-2]\nelementType: [float32, bfloat16]")
        let workloads = try sweep.workloads(kernels: Self.kernels)
        #expect(workloads.count == 2 * 3 * 2)
        #expect(workloads.filter { $0.problem.cacheFormat == CacheFormats(.kivi2) }.count == 4)
        #expect(workloads.map(\.description).contains("decode-window(16) 1K q=1 h=8:2 bfloat16 kv=q8_0"))
    }

    /// One name stands for both halves of a cache.
    @Test func keysAndValuesMayHaveFormatsOfTheirOwn() throws {
        let sweep = try Self.parse(Self.text + "\ncacheFormat: [q8_0, {key: q8_0, value: q4_0}]")
        #expect(sweep.groups[0].cacheFormats == [CacheFormats(.q8_0), CacheFormats(key: .q8_0, value: .q4_0)])
        let workloads = try sweep.workloads(kernels: Self.kernels)
        #expect(workloads.map(\.description).contains("decode-window(16) 1K q=1 h=8:2 kv=q8_0/q4_0"))
        let again = try JSONDecoder().decode(Sweep.self, from: JSONEncoder().encode(sweep))
        #expect(again == sweep)
    }

    /// A group of prompts beside one of steps takes its axes, but not the format of a cache that it has not.
    @Test func promptsAndStepsMayStandInOneSweep() throws {
        let sweep = try Self.parse(
            Self.text + "\ncacheFormat: [q8_0, q4_0]\nalso:\n  - {phase: prefill, kernels: [full, sliding-window]}")
        #expect(sweep.groups.map(\.phase) == [.decode, .prefill])
        #expect(sweep.groups.map(\.cacheFormats) == [[CacheFormats(.q8_0), CacheFormats(.q4_0)], []])
        let workloads = try sweep.workloads(kernels: Self.kernels)
        #expect(workloads.map(\.problem.shape.queryLength) == [1, 1, 1, 1, 2, 1024, 2, 1024])
        #expect(try JSONDecoder().decode(Sweep.self, from: JSONEncoder().encode(sweep)) == sweep)
    }

    @Test(arguments: [
        (
            "cacheFormat: q8", "bad.yaml:7: cacheFormat: \"q8\" is not a cache format; did you mean \"q8_0\"?"
        ),
        (
            "cacheFormat: [q4_0, int7]",
            "bad.yaml:7: cacheFormat[1]: \"int7\" is not a cache format; there are float32, bfloat16, float16, fp8-e4m3, "
                + "q8_0, q4_0, kivi-2"
        ),
        (
            "cacheFormat: {key: q8_0}",
            "bad.yaml:7: cacheFormat: a cache stores keys and values; give both, such as {key: q8_0, value: q4_0}"
        ),
        (
            "cacheFormat: {key: q8_0, value: q4_1}",
            "bad.yaml:7: cacheFormat.value: \"q4_1\" is not a cache format; did you mean \"q4_0\"?"
        ),
        (
            "also: [{kernels: [decode-window, full]}]",
            "bad.yaml:7: also[0].kernels[1]: full is a kernel for prefill, but the phase here is decode; write it in a group "
                + "with `phase: prefill`"
        ),
        (
            "also: [{phase: prefill}]",
            "bad.yaml:3: kernels: decode-window is a kernel for decode, but the phase here is prefill; write it in a group "
                + "with `phase: decode`"
        ),
        (
            "also: [{lengths: [1, 4]}]",
            "bad.yaml:7: also[0].lengths: decode needs a cached token, and with 1 token there is none; use lengths from 2"
        ),
        ("also: [{window: 0}]", "bad.yaml:7: also[0].window: 0 is too small; it must be at least 1"),
    ])
    func located(line: String, message: String) {
        let error = #expect(throws: SweepError.self) { try Self.parse(Self.text + "\n" + line) }
        #expect(error?.description == message)
    }

    /// What a step costs goes with its pairs, and filling its cache with its tokens: both are foretold.
    @Test func stepsArePredicted() throws {
        let world = FakeWorld()
        world.secondsPerCachedToken = 1e-4
        let workloads = try Self.parse(
            "name: demo\nphase: decode\nkernels: decode-window\nlengths: [4K, 256K]\nwindow: 2K\nheadDimension: 1"
        ).workloads(kernels: Self.kernels)
        let plan = FakeWorld.$current.withValue(world) {
            Runner(world.instruments(), RunOptions(seed: 1)).plan(workloads)
        }
        // Both see 2,048 keys.
        for cell in plan.cells { #expect(abs(try! #require(cell.callSeconds) / (2048 * 3e-6) - 1) < 0.01) }
        var options = RunOptions(seed: 1)
        options.timeBudgetSeconds = 56
        let short = FakeWorld.$current.withValue(world) { Runner(world.instruments(), options).plan(workloads) }
        // 256K tokens take 26 s to fill, once; the budget pays for that, which is less than its half, and not for a second time.
        #expect(short.seconds > 26 && short.seconds < 57)
    }
}
