import Attention
import Engines
import Hardware
import Kernels
import Records
import Testing

@testable import Ranks

/// Ranks as a run sees them: one engine, on which the first rank checks rows that others hold.
@Suite struct RankEngineTests {
    @Test(arguments: 1...3) func givesWhatOneRankGives(ranks: Int) throws {
        let faults = try Self.onFirstRank(of: ranks) { engine in
            try RankEngine.kernels.flatMap { try Self.faults(of: $0, on: engine, ranks: ranks) }
        }
        #expect(faults == [])
    }

    /// What the first rank comes to, while the others follow it.
    private static func onFirstRank(
        of ranks: Int, hosts: [String]? = nil, _ body: @escaping @Sendable (RankEngine) throws -> [String]
    ) throws -> [String] {
        try ThreadRanks.run(ranks, delaysSeed: 4, hosts: hosts) { communicator -> [String] in
            let engine = try RankEngine(communicator, .unpinned, on: Topology())
            guard communicator.rank == 0 else {
                try engine.follow()
                return []
            }
            defer { engine.end() }
            return try body(engine)
        }[0]
    }

    private static func workload(_ kernel: Kernel, _ type: ElementType = .float32) throws -> Workload {
        let problem = try AttentionProblem(
            shape: AttentionShape(
                queryHeads: 6, keyValueHeads: 3, queryLength: kernel.phase == .decode ? 1 : 20, keyLength: 20,
                headDimension: 16), mask: kernel.masks.mask([.window: 7]), elementType: type)
        return Workload(kernel: kernel.name, phase: kernel.phase, problem: problem)
    }

    /// No tensors are made for ranks.
    private static func load(_ workload: Workload, on engine: RankEngine) throws -> LoadedKernel {
        try LoadedKernel(workload, on: engine, seed: 3) { preconditionFailure("ranks draw their inputs") }
    }

    private static func faults(of kernel: Kernel, on engine: RankEngine, ranks: Int) throws -> [String] {
        let workload = try workload(kernel)
        let problem = workload.problem
        let loaded = try load(workload, on: engine)
        var faults: [String] = []
        for seed: UInt64 in [3, 9] {
            if seed != 3 { try loaded.load(seed: seed) }
            try loaded.prepared.spoilOutput()
            let sample = try loaded.sample(Batch(calls: 2, warmUpCalls: 1))
            let accuracy = try loaded.accuracy()
            if !accuracy.isAccepted { faults.append("\(kernel.name): error \(accuracy.excess)") }
            faults += try Self.faults(of: sample, kernel, problem, ranks: ranks)
        }
        return faults
    }

    /// The output of all ranks is spoiled, and the inputs of another seed have another output.
    @Test(arguments: 1...3) func outputsOfAllRanksAreSpoiled(ranks: Int) throws {
        let faults = try Self.onFirstRank(of: ranks) { engine in
            try RankEngine.kernels.flatMap { kernel -> [String] in
                let workload = try Self.workload(kernel, .bfloat16)
                let loaded = try Self.load(workload, on: engine)
                _ = try loaded.sample(Batch(calls: 1))
                var faults: [String] = []
                if !(try loaded.accuracy().isAccepted) { faults.append("\(kernel.name) is wrong") }
                try loaded.load(seed: 4)
                if try loaded.accuracy().isAccepted { faults.append("\(kernel.name): the seed makes no difference") }
                try loaded.prepared.spoilOutput()
                let spoiled = try #require(loaded.prepared as? any DrawingKernel)
                let areSpoiled = try spoiled.withOutput(of: Accuracy.allRows(of: workload.problem)) { rows in
                    rows.elements(0..<rows.count).allSatisfy(\.isNaN)
                }
                if !areSpoiled { faults.append("\(kernel.name): a part of the output is left") }
                return faults
            }
        }
        #expect(faults == [])
    }

    /// Whichever rank holds the element.
    @Test(arguments: RankKernel.builtIn.map(\.name), 1...3) func aWrongElementIsFound(name: String, ranks: Int) throws {
        let workload = try Self.workload(RankEngine.kernels.named("ranks/" + name))
        let shared = try SharedWorkload(workload, ranks: ranks)
        let found = try ThreadRanks.run(ranks) { communicator -> [Accuracy?] in
            let cell = try RankCell(
                shared, seed: 5, RankKernel.Ready(communicator, team: WorkerTeam()), ThreadEvidenceReader())
            let expected = Oracle(workload.phase, workload.problem)
                .expected(for: DrawnInputs(of: workload.problem, seed: 5))
            return (0..<ranks).map { planted in
                _ = cell.sample(calls: 1, warmUpCalls: 0)
                // Every rank has the output of a decoding step, of which the last one's is looked at.
                if communicator.rank == (shared.problem.isDecode ? ranks - 1 : planted) {
                    cell.parts[0].output[cell.parts[0].output.count - 1] += 0.5
                }
                guard communicator.rank == 0 else {
                    cell.sendOutput(of: expected.rows)
                    return nil
                }
                return expected.accuracy(ofRows: cell.output(of: expected.rows).tensor)
            }
        }
        for (planted, accuracy) in found[0].enumerated() {
            let accuracy = try #require(accuracy)
            let last = shared.problem.isDecode ? 0 : shared.problem.slices(of: planted)[0].upperBound - 1
            #expect(!accuracy.isAccepted && accuracy.worst == Accuracy.OutputRow(head: 5, row: last))
            #expect(abs(accuracy.maximumError - 0.5) < 0.01)
        }
    }

    /// Inputs of other contents have no seed to draw them from.
    @Test func tensorsAreRefused() throws {
        let texts = try Self.onFirstRank(of: 2) { engine in
            let workload = try Self.workload(RankEngine.kernels[0])
            let loaded = try Self.load(workload, on: engine)
            var texts: [String] = []
            do throws(EngineError) {
                _ = try LoadedKernel(workload, on: engine) { SharedInputs(for: workload, seed: 1) }
            } catch { texts.append("\(error)") }
            do throws(EngineError) { try loaded.load(SharedInputs(for: workload, seed: 1)) } catch {
                texts.append("\(error)")
            }
            return texts
        }
        #expect(
            texts == [
                "ranks/ring takes no tensors: each rank draws its own part of the inputs from a seed",
                "ranks/ring draws its inputs from a seed, and takes no tensors",
            ])
    }

    /// Ranks of one host share its memory, and each of them holds its own part.
    @Test func aCellTakesThePartsOfOneHost() throws {
        let shape = try AttentionShape(queryHeads: 4, keyValueHeads: 4, queryLength: 6000, headDimension: 64)
        let workload = Workload(
            kernel: "ranks/ring", phase: .prefill, problem: try AttentionProblem(shape: shape, mask: .causal))
        func bytes(ranks: Int, hosts: [String]) throws -> Int {
            let texts = try Self.onFirstRank(of: ranks, hosts: hosts) { engine in
                ["\(engine.bytes(of: workload, scratchBytes: 1 << 40))"]
            }
            return try #require(Int(texts[0]))
        }
        let alone = try bytes(ranks: 1, hosts: ["a"])
        let tensors = workload.tensorBytes
        // Parts; partial and merged outputs with their log-sum-exps.
        #expect(alone == tensors + tensors / 2 + 2 * 4 * 4 * 6000)
        // And a slice of keys and values that comes in; with more ranks two, at hand and under way.
        #expect(try bytes(ranks: 2, hosts: ["a", "b"]) == alone / 2 + tensors / 4)
        #expect(try bytes(ranks: 3, hosts: ["a", "b", "a"]) == 2 * (alone / 3 + tensors / 3))
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
