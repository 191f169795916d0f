import Attention
import Foundation
import Kernels
import Testing

@testable import Benchmarking

/// The sweeps that come with the tool are read by the tool.
struct BundledSweepTests {
    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Benchmarks/sweeps").path

    @Test(arguments: SweepFile.list(in: [directory]))
    func isReadAndDescribed(path: String) throws {
        let kernels = try Self.kernels(of: path)
        let sweep = try SweepFile.load(path, kernels: kernels)
        #expect("\(sweep.name).yaml" == (path as NSString).lastPathComponent)
        #expect(sweep.description.count > 80)
        #expect(try !sweep.workloads(kernels: kernels).isEmpty)
    }

    @Test func areThese() {
        let names = SweepFile.list(in: [Self.directory]).map { ($0 as NSString).lastPathComponent }
        #expect(
            names == [
                "alternatives.yaml", "backward.yaml", "cross-entropy.yaml", "crossover.yaml", "decode.yaml",
                "element-types.yaml",
                "gate.yaml",
                "grouped-heads.yaml",
                "head-dimensions.yaml", "input-output.yaml", "kv-formats.yaml", "league.yaml",
                "league-decode.yaml", "league-gpu.yaml", "league-quick.yaml", "league-training.yaml",
                "long-context.yaml", "prefill-limit.yaml",
                "ranks.yaml", "scaling.yaml", "score-options.yaml",
                "small.yaml", "smoke.yaml", "streaming.yaml", "threads.yaml", "training.yaml",
            ])
    }

    /// Those of this program, and those of engines that the sweep names. In the engines of this repository the end of a
    /// name says the mask.
    private static func kernels(of path: String) throws -> [Kernel] {
        let names = try SweepFile.kernelNames(in: path).filter { $0.contains("/") }
        return Kernel.builtIn
            + Set(names).map { name in
                let masks: [(String, MaskFamily)] = [
                    ("-window", .slidingWindow), ("-sink", .attentionSink), ("-full", .full),
                ]
                let phases = Phase.allCases.filter { $0 != .prefill }
                return Kernel(
                    name, summary: "", phase: phases.first { name.contains($0.rawValue) } ?? .prefill,
                    masks: masks.first { name.hasSuffix($0.0) }?.1 ?? .causal, elementTypes: ElementType.allCases,
                    cacheFormats: CacheFormat.allCases)
            }
    }

    /// Kernels × lengths × … of each group, counted by hand: a key that were not read would change the count.
    @Test(arguments: [
        ("crossover", (1 + 2 * 4) * 15), ("element-types", 2 * 5 * 2 * 3), ("head-dimensions", 2 * 11 * 2),
        ("small", 3 * 9 * 2 * 2), ("threads", 2 * 2 * 2 * 2), ("gate", 3 + 4 + 1 + 3 + 1),
        ("prefill-limit", (2 * 2 + 1 + 2 * 2 + 1) * 4 + 2 * 2),
        ("decode", 12 * 2 + 3 * 7), ("kv-formats", 9), ("streaming", 1 + 3 * 5), ("input-output", 10 + 7),
        ("league-quick", (7 + 8) * 5 + 8 * 2), ("league", (13 + 7 + 2 * 10 + 2 * 8) * 5 * 2 * 2),
        ("league-gpu", 3 * 7 + 2 * 5 + 2 * 6), ("league-decode", 10 * 6 * 2 + 3 * 6 * 3 + 7 * 6),
        ("backward", 6 * 11 + 2 * 5), ("training", (3 * 3 + 2) * 9), ("league-training", 5 * 3 * 5 * 2),
        ("cross-entropy", 3 * (5 + 5)), ("score-options", 4 * 2 * 4 + 4 * 2 * 3),
    ])
    func crossesItsAxes(name: String, cells: Int) throws {
        let path = Self.directory + "/\(name).yaml"
        let kernels = try Self.kernels(of: path)
        #expect(try SweepFile.load(path, kernels: kernels).workloads(kernels: kernels).count == cells)
    }

    @Test func scalingReachesTenMillionTokens() throws {
        let workloads = try SweepFile.load(Self.directory + "/scaling.yaml").workloads()
        // full + 2 windows of each of three kernels, at eleven lengths, and two long ones.
        #expect(workloads.count == (1 + 3 * 2) * 11 + 2)
        #expect(workloads.map(\.problem.shape.queryLength).max() == 10 << 20)
    }
}
