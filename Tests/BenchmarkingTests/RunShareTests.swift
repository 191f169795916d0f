import Foundation
import TestSupport
import Testing

@testable import Benchmarking
@testable import Records

/// Two shares of one run, each measured by itself, as messages to the one log that has the files.
struct RunShareTests {
    private let folder: TemporaryFolder
    private let path: String
    private let workloads: [Workload]

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("results.jsonl")
        workloads = try fakeWorkloads(lengths: [1024, 2048])
    }

    /// As another process gets it.
    private func sent<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    /// Measures the shares of two hosts, one after the other.
    ///
    /// - Parameter stop: after so many events of the second share, its host is gone.
    private func measure(into log: RunLog, stopAfter stop: Int = .max) throws {
        let shares = CellDeal.shares(of: workloads, places: 2).map(log.share)
        for (share, host) in zip(shares, ["a", "b"]) where !share.workloads.isEmpty {
            let world = FakeWorld()
            var events = 0
            try FakeWorld.$current.withValue(world) {
                let own = RunLog(of: try sent(share)) { event throws(ResultsError) in
                    events += 1
                    guard host == "a" || events <= stop, let event = try? sent(event) else { return }
                    try log.take(event, from: host)
                }
                var options = RunOptions(seed: 1)
                options.rounds = 4
                _ = try Runner(world.instruments(), options).run(share.workloads, into: own)
            }
        }
    }

    @Test func everyCellStandsInOneFileWithItsHost() throws {
        let log = try RunLog.create(path, header: fakeHeader())
        try measure(into: log)
        log.removeJournal()
        let found = try ResultsFile.load(path).measurements
        #expect(Set(found.map(\.workload)) == Set(workloads) && found.count == workloads.count)
        #expect(found.allSatisfy { $0.isMeasured })
        let shares = CellDeal.shares(of: workloads, places: 2)
        for measurement in found {
            #expect(measurement.host == (shares[0].contains(measurement.workload) ? "a" : "b"))
        }
        #expect(!RunLog.isOpen(path, launch: 1))
    }

    /// What the first host finished stays, and so does what the other one told before it was lost.
    @Test(arguments: [1, 3, 4]) func aLostHostCostsOnlyItsUnfinishedCells(events: Int) throws {
        do { try measure(into: try RunLog.create(path, header: fakeHeader()), stopAfter: events) }
        #expect(try ResultsFile.load(path).measurements.count == 2)
        let log = try RunLog.resume(path, header: fakeHeader())
        let samples = log.openCells.reduce(0) { $0 + $1.samples.count }
        #expect(log.openCells.count + samples == events)
        try measure(into: log)
        let found = try ResultsFile.load(path).measurements
        #expect(Set(found.map(\.workload)) == Set(workloads) && found.allSatisfy { $0.isMeasured })
        // Nothing was measured twice.
        for case .measured(let record) in found.map(\.outcome) {
            #expect(Set(record.rounds).count == record.rounds.count)
        }
    }

    @Test func aShareHasOnlyWhatIsLeft() throws {
        let log = try RunLog.create(path, header: fakeHeader())
        try measure(into: log)
        #expect(log.share(of: workloads).workloads.isEmpty)
    }
}
