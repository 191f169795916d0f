import Foundation
import Testing

@testable import Benchmarking

/// The sweeps that come with the tool are read by the tool.
struct BundledSweepTests {
    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Benchmarks/sweeps").path

    @Test(arguments: SweepFile.list(in: [directory]))
    func isReadAndDescribed(path: String) throws {
        let sweep = try SweepFile.load(path)
        #expect("\(sweep.name).yaml" == (path as NSString).lastPathComponent)
        #expect(sweep.description.count > 80)
        #expect(try !sweep.workloads().isEmpty)
    }

    @Test func areThese() {
        let names = SweepFile.list(in: [Self.directory]).map { ($0 as NSString).lastPathComponent }
        #expect(
            names == [
                "crossover.yaml", "decode.yaml", "element-types.yaml", "gate.yaml", "grouped-heads.yaml",
                "head-dimensions.yaml", "input-output.yaml", "kv-formats.yaml", "long-context.yaml",
                "prefill-limit.yaml", "scaling.yaml", "small.yaml", "smoke.yaml", "streaming.yaml", "threads.yaml",
            ])
    }

    /// Kernels × lengths × … of each group, counted by hand: a key that were not read would change the count.
    @Test(arguments: [
        ("crossover", (1 + 2 * 4) * 15), ("element-types", 2 * 5 * 2 * 3), ("head-dimensions", 2 * 11 * 2),
        ("small", 3 * 9 * 2 * 2), ("threads", 2 * 2 * 2 * 2), ("gate", 3 + 4 + 1 + 3 + 1),
        ("prefill-limit", (2 * 2 + 1 + 2 * 2 + 1) * 4 + 2 * 2),
        ("decode", 12 * 2 + 3 * 7), ("kv-formats", 9), ("streaming", 1 + 3 * 5), ("input-output", 10 + 7),
    ])
    func crossesItsAxes(name: String, cells: Int) throws {
        #expect(try SweepFile.load(Self.directory + "/\(name).yaml").workloads().count == cells)
    }

    @Test func scalingReachesTenMillionTokens() throws {
        let workloads = try SweepFile.load(Self.directory + "/scaling.yaml").workloads()
        // full + 2 windows of each of three kernels, at eleven lengths, and two long ones.
        #expect(workloads.count == (1 + 3 * 2) * 11 + 2)
        #expect(workloads.map(\.problem.shape.queryLength).max() == 10 << 20)
    }
}
