import Attention
import Foundation
import Records
import Testing

@testable import Benchmarking

/// A worker in this process, on a machine whose times are planted.
@Suite struct WorkerTests {
    private func replies(_ world: FakeWorld, to requests: [String]) throws -> [String] {
        try FakeWorld.$current.withValue(world) {
            let header = fakeHeader()
            let worker = Worker(world.instruments(), build: header.build, machine: header.machine, seed: 1)
            var requests = requests[...]
            var replies: [String] = []
            try worker.serve(
                nextLine: { requests.popFirst() }, send: { replies.append(String(decoding: $0, as: UTF8.self)) })
            return replies
        }
    }

    private func replies(
        _ world: FakeWorld, to requests: [WorkerProtocol.Request]
    ) throws -> [WorkerProtocol.Reply] {
        let lines = try requests.map { String(decoding: try JSONLines.object($0), as: UTF8.self) }
        return try replies(world, to: lines).dropFirst().map {
            try JSONDecoder().decode(WorkerProtocol.Reply.self, from: Data($0.utf8))
        }
    }

    private var cell: Workload { get throws { try fakeWorkloads(kernels: ["full"], lengths: [64])[0] } }

    @Test func greetsWithItsVersionFirst() throws {
        let lines = try replies(FakeWorld(), to: [String]())
        #expect(lines.count == 1)
        #expect(lines[0].contains("\"attnbenchWorker\":1"))
        #expect(lines[0].hasSuffix("\n"))
    }

    @Test func preparesAndTellsWhatItCounted() throws {
        let world = FakeWorld()
        guard case .prepared(let facts) = try replies(world, to: [.prepare(Version1Workload(cell), isChecked: true)])[0]
        else {
            Issue.record("not prepared")
            return
        }
        #expect(facts.countedPairs == 64 * 65 / 2)
        #expect(facts.statedPairs == facts.countedPairs)
        #expect(facts.peakResidentBytes == 5000)
        #expect(facts.statedBytes == 4 * 64 * 4 + 64)
        #expect(facts.iterationsPerSample == 1)
        #expect(abs(facts.callNanoseconds - 2_080_000) < 1000)
        #expect(facts.wrongness == nil)
    }

    @Test func checksOnlyWhenItIsAsked() throws {
        let world = FakeWorld()
        world.wrongKernels = ["full"]
        let both = try replies(
            world,
            to: [.prepare(Version1Workload(cell), isChecked: true), .prepare(Version1Workload(cell), isChecked: false)])
        guard case .prepared(let checked) = both[0], case .prepared(let unchecked) = both[1] else {
            Issue.record("not prepared")
            return
        }
        #expect(checked.wrongness == "off by 0.5")
        #expect(unchecked.wrongness == nil)
    }

    /// A refused cell keeps its number, so that the next one has its own.
    @Test func refusesAndGoesOn() throws {
        let shape = try AttentionShape(batch: 2, queryLength: 64, headDimension: 1)
        let refused = Workload(kernel: "full", problem: try AttentionProblem(shape: shape, mask: .causal))
        let answers = try replies(
            FakeWorld(),
            to: [
                .prepare(Version1Workload(refused), isChecked: false),
                .prepare(Version1Workload(cell), isChecked: false),
                .sample(cell: 1, iterations: 3, extraTurns: 0),
            ])
        guard case .refused(let reason) = answers[0], case .sampled(let sample) = answers[2] else {
            Issue.record("\(answers)")
            return
        }
        #expect(reason == "takes one batch at a time")
        #expect(abs(sample.nanoseconds - 3 * 2_080_000) <= 1)
    }

    /// One call that is not timed, then those that are.
    @Test func warmsUpBeforeItTimes() throws {
        let world = FakeWorld()
        _ = try replies(world, to: [.prepare(Version1Workload(cell), isChecked: false)])
        let before = world.calls.count
        let other = FakeWorld()
        _ = try replies(
            other,
            to: [.prepare(Version1Workload(cell), isChecked: false), .sample(cell: 0, iterations: 2, extraTurns: 0)])
        #expect(other.calls.count == before + 3)
    }

    @Test(arguments: ["nonsense", "{}", #"{"sample":{"cell":4,"iterations":1,"extraTurns":0}}"#])
    func endsAtARequestThatItDoesNotKnow(line: String) {
        #expect(throws: WorkerError.self) { try replies(FakeWorld(), to: [line]) }
    }
}
