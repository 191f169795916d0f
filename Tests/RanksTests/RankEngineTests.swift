import Attention
import Engines
import Hardware
import Kernels
import Records
import Testing

@testable import Ranks

/// Ranks as a run sees them: one engine, whose first rank has all inputs and all outputs.
@Suite struct RankEngineTests {
    @Test(arguments: 1...3) func givesWhatOneRankGives(ranks: Int) throws {
        let faults = try ThreadRanks.run(ranks, delaysSeed: 4) { communicator -> [String] in
            let engine = try RankEngine(communicator, .unpinned, on: Topology())
            guard communicator.rank == 0 else {
                try engine.follow()
                return []
            }
            defer { engine.end() }
            return try RankEngine.kernels.flatMap { try Self.faults(of: $0, on: engine, ranks: ranks) }
        }
        #expect(faults.flatMap { $0 } == [])
    }

    private static func faults(of kernel: Kernel, on engine: RankEngine, ranks: Int) throws -> [String] {
        let problem = try AttentionProblem(
            shape: AttentionShape(
                queryHeads: 6, keyValueHeads: 3, queryLength: kernel.phase == .decode ? 1 : 20, keyLength: 20,
                headDimension: 16), mask: kernel.masks.mask([.window: 7]))
        let workload = Workload(kernel: kernel.name, phase: kernel.phase, problem: problem)
        let loaded = try LoadedKernel(workload, on: engine) { SharedInputs(for: problem, seed: 3) }
        var faults: [String] = []
        // The second time with inputs that the other ranks cannot make by themselves.
        for seed: UInt64 in [3, 9] {
            if seed != 3 { try loaded.load(SharedInputs(for: problem, seed: seed)) }
            try loaded.prepared.spoilOutput()
            let sample = try loaded.sample(Batch(calls: 2, warmUpCalls: 1))
            let accuracy = try loaded.withOutput { inputs, output in
                Accuracy(of: output, for: problem, inputs, rows: Accuracy.allRows(of: problem))
            }
            if !accuracy.isAccepted { faults.append("\(kernel.name): error \(accuracy.excess)") }
            faults += try Self.faults(of: sample, kernel, problem, ranks: ranks)
        }
        return faults
    }

    /// Each rank tells its own time, and received in two calls what the closed form says of two calls.
    private static func faults(
        of sample: Sample, _ kernel: Kernel, _ problem: AttentionProblem, ranks: Int
    ) throws -> [String] {
        let shared = try RankKernel.builtIn.named(String(kernel.name.dropFirst("ranks/".count)))
        let whole = try shared.problem(problem, ranks: ranks)
        let times = sample.ranks ?? []
        let bytes = (0..<ranks).map { 2 * shared.work(of: whole, rank: $0).receivedBytes }
        var faults: [String] = []
        if times.map(\.receivedBytes) != bytes { faults.append("\(kernel.name): \(times), not \(bytes) bytes") }
        if sample.nanoseconds != times.map(\.nanoseconds).max() { faults.append("\(kernel.name): not the slowest") }
        if times.contains(where: { $0.computingNanoseconds + $0.waitingNanoseconds > $0.nanoseconds }) {
            faults.append("\(kernel.name): the parts are more than the whole in \(times)")
        }
        return faults + Self.faults(of: sample.timeline ?? [], kernel, ranks: ranks)
    }

    /// Each rank computed in its last call, and where others sent it something, that was under way; all within the sample.
    private static func faults(of timeline: [[RankActivity]], _ kernel: Kernel, ranks: Int) -> [String] {
        var faults: [String] = []
        if timeline.count != ranks { faults.append("\(kernel.name): \(timeline.count) timelines of \(ranks) ranks") }
        for activities in timeline {
            if !activities.contains(where: { $0.kind == .computing && $0.nanoseconds > 0 }) {
                faults.append("\(kernel.name): a rank computed nothing")
            }
            if activities.contains(where: { $0.startNanoseconds < 0 || $0.nanoseconds < 0 }) {
                faults.append("\(kernel.name): a time before the barrier in \(activities)")
            }
        }
        let transfers = timeline.count { $0.contains { $0.kind == .transfer } }
        // The first of several ranks has all keys that its window reaches.
        if ranks > 1, transfers < ranks - 1 { faults.append("\(kernel.name): \(transfers) ranks received") }
        return faults
    }

    @Test func whatEachLineSaysOfTheRanksIsReadAgain() throws {
        let settings = try ThreadRanks.run(3) { communicator -> RankSetting? in
            let engine = try RankEngine(communicator, .unpinned, on: Topology())
            return RankSetting(details: engine.details)
        }
        let setting = try #require(settings[0])
        #expect(setting.count == 3 && setting.places == Array(repeating: "test not bound", count: 3))
        #expect(setting.coreCount == 3 && setting.remarks.count == 1)
        let link = try #require(setting.link)
        #expect(link.latencySeconds >= 0 && link.bytesPerSecond > 0 && link.copySecondsPerByte >= 0)
    }

    @Test func aLinkIsFitted() {
        let sizes: [Double] = [8, 4096, 65_536, 1_048_576]
        let points = sizes.map { (bytes: $0, seconds: 2e-6 + $0 / 5e9) }
        let link = RankLink(fittedTo: points)
        #expect(abs(link.latencySeconds / 2e-6 - 1) < 1e-9)
        #expect(abs(link.secondsPerByte * 5e9 - 1) < 1e-9)
        #expect(abs(link.seconds(bytes: 5_000_000) / 1.002e-3 - 1) < 1e-9)
    }

    /// A limited link lets some bytes pass at once, which is not its bandwidth.
    @Test func burstsDoNotPassForBandwidth() {
        let sizes: [Double] = [8, 256, 4096, 65_536, 1_048_576, 4_194_304]
        let points = sizes.map { (bytes: $0, seconds: 20e-6 + max(0, $0 - 16_384) / 125e6) }
        let link = RankLink(fittedTo: points)
        #expect(abs(link.latencySeconds / 20e-6 - 1) < 0.01)
        #expect(abs(link.secondsPerByte * 125e6 - 1) < 0.02)
    }

    /// A letter has any length, and comes in its order.
    @Test func lettersArriveInTheirOrder() throws {
        let texts = ["", "short", String(repeating: "long ", count: 100_000)]
        let read = try ThreadRanks.run(3, delaysSeed: 2) { communicator -> [[String]] in
            if communicator.rank > 0 {
                for text in texts { communicator.post(text + "\(communicator.rank)", to: 0) }
                communicator.finishPosting()
                return []
            }
            var read: [[String]] = [[], [], []]
            for _ in 0..<6 {
                let (from, text) = communicator.waitForPosted(String.self)
                read[from].append(text)
            }
            #expect(communicator.nextPosted(String.self) == nil)
            return read
        }
        #expect(read[0] == [[], texts.map { $0 + "1" }, texts.map { $0 + "2" }])
    }
}
