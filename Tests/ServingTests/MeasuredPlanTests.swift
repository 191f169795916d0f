import Analysis
import Attention
import Statistics
import Testing

@testable import Serving

@Suite struct MeasuredPlanTests {
    /// 0.5 ns a pair of 64 elements: 512 GFLOP/s where the peak is 1,024.
    private static func machine(
        windowed: [MeasuredMachine.Kernel] = [], backwardRatio: Estimate? = nil
    ) -> MeasuredMachine {
        MeasuredMachine(
            full: kernel("full", .causal, exponent: 1, medians: [4096: 8e6]), windowed: windowed, threads: 1,
            flopsPerSecond: 1.024e12, readBytesPerSecond: 1e11, bestFractionOfPeak: 0.5, backwardRatio: backwardRatio)
    }

    /// Attention takes three times as long backwards, as measured, and theory says 2.5; matrices take twice as long in both.
    @Test func aTrainingStepHasTheMeasuredRatio() throws {
        let cache = KVCache(try model("llama-3.1-8b"))
        #expect(MeasuredPlan(cache, context: 4096, on: Self.machine()).training == nil)
        let ratio = Estimate(value: 3, low: 2.9, high: 3.1, level: 0.95)
        let plan = MeasuredPlan(cache, context: 4096, on: Self.machine(backwardRatio: ratio))
        let training = try #require(plan.training)
        let (matrices, attention) = (plan.rows[0], plan.rows[1])
        #expect(matrices.kernel == nil && attention.kernel == "full" && plan.rows.count == 2)
        #expect(
            abs(training.forecastSeconds / (3 * matrices.forecastSeconds + 4 * attention.forecastSeconds) - 1) < 1e-12)
        #expect(abs(training.theorySeconds / (3 * matrices.theorySeconds + 3.5 * attention.theorySeconds) - 1) < 1e-12)
        #expect(training.backwardRatio == ratio)
    }

    private static func kernel(
        _ label: String, _ mask: Mask, exponent: Double, medians: [Int: Double] = [:]
    ) -> MeasuredMachine.Kernel {
        MeasuredMachine.Kernel(
            label: label, mask: mask, headDimension: 64, heads: 2, nanosecondsPerPair: 0.5,
            nanosecondsPerPairRange: 0.4...0.6,
            law: GrowthLaw(overheadNanoseconds: 0, coefficient: 0.5, exponent: exponent), medians: medians)
    }

    @Test func attentionScalesByFLOPs() throws {
        let model = try model("llama-3.1-8b")
        let plan = MeasuredPlan(KVCache(model), context: 4096, on: Self.machine())
        let row = plan.rows[1]
        // 32 layers of 32 heads, each pair of twice the measured elements: 1 ns a pair and head.
        let pairs = 4096.0 * 4097 / 2
        #expect(row.subject == .attention(.causal))
        #expect(abs(row.forecastSeconds / (32 * 32 * pairs * 1e-9) - 1) < 1e-12)
        let range = try #require(row.perPairSeconds)
        #expect(abs(range.lowerBound / row.forecastSeconds - 0.8) < 1e-12)
        #expect(abs(range.upperBound / row.forecastSeconds - 1.2) < 1e-12)
        #expect(abs(row.forecastSeconds / row.theorySeconds - 2) < 1e-12)
        // 8 ms for two heads of 64: 4 ms each, twice that for 128 elements, 1,024 times.
        let measured = try #require(row.measuredSeconds)
        #expect(abs(measured / (0.004 * 2 * 1024) - 1) < 1e-12)
    }

    @Test func matricesRunAtTheBestShareOfPeak() throws {
        let model = try model("llama-3.1-8b")
        let plan = MeasuredPlan(KVCache(model), context: 1000, on: Self.machine(), dollarsPerHour: 3.6)
        let flops = 2 * 7_504_658_432.0 * 1000
        #expect(abs(plan.rows[0].theorySeconds / (flops / 1.024e12) - 1) < 1e-12)
        #expect(abs(plan.rows[0].forecastSeconds / plan.rows[0].theorySeconds - 2) < 1e-12)
        #expect(plan.rows[1].measuredSeconds == nil)
        #expect(plan.decodeSeconds == Decode(KVCache(model, type: .bf16), context: 1000).bytes / 1e11)
        #expect(plan.dollars(seconds: 1000) == 1)
    }

    @Test func aLayerTakesTheKernelOfItsMask() throws {
        let windows = [
            Self.kernel("sliding-window(256)", .slidingWindow(256), exponent: 1.1),
            Self.kernel("sliding-window(1024)", .slidingWindow(1024), exponent: 1, medians: [2048: 1e6]),
        ]
        let machine = Self.machine(windowed: windows)
        #expect(machine.kernel(for: .slidingWindow(1024)).label == "sliding-window(1024)")
        #expect(machine.kernel(for: .chunkedLocal(8192)).label == "sliding-window(256)")
        #expect(Self.machine().kernel(for: .chunkedLocal(8192)).label == "full")
        let plan = MeasuredPlan(KVCache(try model("gemma-3-4b")), context: 2048, on: machine)
        let row = try #require(plan.rows.first { $0.subject == .attention(.slidingWindow(1024)) })
        #expect(row.kernel == "sliding-window(1024)")
        #expect(row.measuredSeconds != nil)
        // A measured time at another window is no measurement of this one.
        let other = MeasuredPlan(KVCache(try model("mistral-7b-v0.1")), context: 2048, on: machine)
        #expect(other.rows[1].measuredSeconds == nil)
    }

    @Test func theSummaryHasThePrices() throws {
        let plan = MeasuredPlan(
            KVCache(try model("llama-3.1-8b")), context: 4096, on: Self.machine(), dollarsPerHour: 3.6)
        let summary = MeasuredSummary(plan)
        #expect(summary.parts.map(\.from) == ["matrices", "full"])
        let input = try #require(summary.dollarsPerMillionInputTokens)
        #expect(abs(input / (plan.forecastSeconds * 0.001 / 4096 * 1e6) - 1) < 1e-12)
        let output = try #require(summary.dollarsPerMillionOutputTokens)
        #expect(abs(output / (plan.decodeSeconds * 1000) - 1) < 1e-12)
        let free = MeasuredPlan(KVCache(try model("llama-3.1-8b")), context: 4096, on: Self.machine())
        #expect(MeasuredSummary(free).dollarsPerMillionInputTokens == nil)
    }

    /// Three of four layers of Qwen3-Next have states: 36 layers of 32 × 128 × 128 elements.
    @Test func statesScaleByTheirElements() throws {
        let delta = Self.kernel("gated-delta", .causal, exponent: 1, medians: [4096: 3e6])
        let machine = MeasuredMachine(
            full: Self.kernel("full", .causal, exponent: 1), windowed: [], threads: 1, flopsPerSecond: 1.024e12,
            readBytesPerSecond: 1e11, bestFractionOfPeak: 0.5, gatedDelta: delta)
        let plan = MeasuredPlan(KVCache(try model("qwen3-next-80b-a3b")), context: 4096, on: machine)
        let row = try #require(plan.rows.first { $0.subject == .recurrence })
        #expect(row.kernel == "gated-delta")
        // The measured call has two heads of 64 × 64 elements.
        let calls = 36.0 * 32 * 128 * 128 / (2 * 64 * 64)
        // 1.5 · 64 pairs a token and head, at 0.5 ns.
        let pairs = 4096.0 * 2 * 1.5 * 64
        #expect(abs(row.forecastSeconds / (pairs * 0.5e-9 * calls) - 1) < 1e-12)
        #expect(abs(try #require(row.measuredSeconds) / (3e-3 * calls) - 1) < 1e-12)
        let without = MeasuredPlan(
            KVCache(try model("qwen3-next-80b-a3b")), context: 4096, on: Self.machine())
        #expect(without.rows.first { $0.subject == .recurrence }?.kernel == nil)
        // Mamba-2 is another rule.
        let other = MeasuredPlan(KVCache(try model("nemotron-h-56b")), context: 4096, on: machine)
        #expect(other.rows.first { $0.subject == .recurrence }?.kernel == nil)
    }

    @Test func anExponentBendsTheForecast() throws {
        let model = try model("llama-3.1-8b")
        let bent = MeasuredMachine(
            full: Self.kernel("full", .causal, exponent: 1.02), windowed: [], threads: 1, flopsPerSecond: 1.024e12,
            readBytesPerSecond: 1e11, bestFractionOfPeak: 0.5)
        let ratios = [1 << 12, 1 << 20].map { context in
            MeasuredPlan(KVCache(model), context: context, on: bent).rows[1].forecastSeconds
                / MeasuredPlan(KVCache(model), context: context, on: Self.machine()).rows[1].forecastSeconds
        }
        #expect(ratios[0] > 1.3 && ratios[1] > 1.2 * ratios[0])
    }
}
