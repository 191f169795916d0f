import Files
import Foundation
import TestSupport
import Testing

@testable import Benchmarking
@testable import Records

/// Kills at every byte: what was whole on disk is there again.
struct RunLogTests {
    private let folder: TemporaryFolder
    private let path: String
    private let journalPath: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("results.jsonl")
        journalPath = RunLog.journalPath(path, 1)
    }

    /// An interrupted run of two cells, and the two files that it left.
    private func interruptedRun() throws -> (results: Data, journal: Data, workloads: [Workload]) {
        let world = FakeWorld()
        let workloads = try fakeWorkloads(lengths: [1024])
        let cancellation = Cancellation()
        world.afterCall = { [unowned world] _ in if world.calls.count == 14 { cancellation.cancel() } }
        try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(path, header: fakeHeader())
            _ = try Runner(world.instruments(), RunOptions(seed: 1)).run(
                workloads, into: log, cancellation: cancellation)
        }
        return (try contents(path), try contents(journalPath), workloads)
    }

    private func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private func wholeLines(_ data: Data) -> Int { data.count { $0 == UInt8(ascii: "\n") } }

    @Test func aLogKnowsWhetherAnythingIsInIt() throws {
        let log = try RunLog.create(path, header: fakeHeader())
        #expect(log.isUnused)
        try log.open(
            try fakeWorkloads(lengths: [1024])[0], .init(iterationsPerSample: 1, peakResidentBytes: 1, maximumError: 0))
        #expect(!log.isUnused)
    }

    @Test func aFileWithResultsIsNotUnused() throws {
        _ = try interruptedRun()
        #expect(try !RunLog.resume(path, header: fakeHeader()).isUnused)
    }

    @Test func aJournalCutAnywhereGivesBackItsWholeLines() throws {
        let (_, journal, workloads) = try interruptedRun()
        let all = try SampleJournal.openCells(journalPath)
        #expect(all.map(\.workload).sorted { "\($0)" < "\($1)" } == workloads)
        let total = all.reduce(0) { $0 + $1.samples.count }
        #expect(total >= 3)
        let cut = folder.file("cut.jsonl")
        var counts: [Int] = []
        // Every byte near the end of a line, where a cut makes a difference, and every seventh elsewhere.
        let lengths = (0...journal.count).filter { length in
            length.isMultiple(of: 7) || length == journal.count
                || journal[max(0, length - 24)..<min(journal.count, length + 24)].contains(UInt8(ascii: "\n"))
        }
        for length in lengths {
            try journal.prefix(length).write(to: URL(fileURLWithPath: cut))
            let open = try SampleJournal.openCells(cut)
            counts.append(open.reduce(0) { $0 + $1.samples.count } + open.count)
            let torn = length < journal.count && journal[length] == UInt8(ascii: "\n") ? 1 : 0
            #expect(counts.last == wholeLines(journal.prefix(length)) + torn)
            for cell in open {
                let complete = try #require(all.first { $0.workload == cell.workload })
                #expect(complete.samples.starts(with: cell.samples))
            }
        }
        #expect(counts.last == total + 2)
    }

    /// The results file is cut while its lines are being written; the journal is whole.
    @Test func resumingFromAnyCutLosesNoSample() throws {
        let (results, journal, workloads) = try interruptedRun()
        let all = Dictionary(uniqueKeysWithValues: try SampleJournal.openCells(journalPath).map { ($0.workload, $0) })
        let headerEnd = results.firstIndex(of: UInt8(ascii: "\n"))! + 1
        for length in stride(from: headerEnd, through: results.count, by: 7) {
            try results.prefix(length).write(to: URL(fileURLWithPath: path))
            try journal.write(to: URL(fileURLWithPath: journalPath))
            let log = try RunLog.resume(path, header: fakeHeader())
            #expect(workloads.allSatisfy { !log.hasFinished($0) })
            #expect(Dictionary(uniqueKeysWithValues: log.openCells.map { ($0.workload, $0) }) == all)
            #expect(try ResultsFile.load(path).measurements.isEmpty)
            // And a kill right after resuming is no loss either.
            #expect(try SampleJournal.openCells(journalPath).count == 2)
        }
    }

    @Test func aTornLineIsCutOffBeforeTheNextIsAppended() throws {
        let workloads = try fakeWorkloads(lengths: [64])
        do {
            let log = try RunLog.create(path, header: fakeHeader())
            try log.write(wrong(workloads[0]))
        }
        try (contents(path) + Data("{\"kernel\": \"fu".utf8)).write(to: URL(fileURLWithPath: path))
        let resumed = try RunLog.resume(path, header: fakeHeader())
        #expect(resumed.hasFinished(workloads[0]))
        try resumed.write(wrong(workloads[1]))
        let results = try ResultsFile.load(path)
        #expect(results.measurements.map(\.workload) == workloads)
        #expect(results.cautions.isEmpty)
    }

    /// The next attempt may have more time or memory.
    @Test func whatWasSkippedIsTriedAgain() throws {
        let workloads = try fakeWorkloads(lengths: [64])
        do {
            let log = try RunLog.create(path, header: fakeHeader())
            try log.write(measurement(workloads[0], .skipped(reason: "no time")))
            try log.write(wrong(workloads[1]))
        }
        do {
            let resumed = try RunLog.resume(path, header: fakeHeader())
            #expect(!resumed.hasFinished(workloads[0]) && resumed.hasFinished(workloads[1]))
            try resumed.write(wrong(workloads[0]))
        }
        #expect(try Set(ResultsFile.load(path).measurements.map(\.workload)) == Set(workloads))
        // Lines of another launch stay as they are.
        let other = try RunLog.resume(path, header: fakeHeader(), launch: 2)
        #expect(try ResultsFile.load(path).measurements.count == 2 && !other.hasFinished(workloads[0]))
    }

    @Test func tornLinesAreTold() throws {
        let (results, journal, _) = try interruptedRun()
        #expect(try RunLog.tornLines(path, launches: 3).isEmpty)
        try results.dropLast(3).write(to: URL(fileURLWithPath: path))
        try journal.dropLast(3).write(to: URL(fileURLWithPath: journalPath))
        let cautions = try RunLog.tornLines(path, launches: 3).map(\.description)
        try #require(cautions.count == 2)
        #expect(cautions[0].hasPrefix("the last line of \(path) is incomplete"))
        #expect(
            cautions[1].hasPrefix("the last line of \(journalPath) is incomplete")
                && cautions[1].hasSuffix("the sample in it"))
    }

    @Test func recordsOfProcessesStay() throws {
        let workloads = try fakeWorkloads(lengths: [64])
        let conditions = LaunchConditions(
            seconds: 2.5, hertzBefore: 4.5e9, hertzAfter: 4.4e9, stolenShare: 0.01, waitingShare: nil,
            throttledPeriods: 0)
        var spent = TimeSpent()
        (spent[.sampling], spent[.probing]) = (2.125, 0.25)
        let record = LaunchRecord(
            launch: 1, startedAt: "2026-01-01T00:00:00Z", paddingBytes: 77, conditions: conditions, secondsSpent: spent)
        do {
            let log = try RunLog.create(path, header: fakeHeader())
            try log.write(wrong(workloads[0]))
            try log.write(record)
        }
        let resumed = try RunLog.resume(path, header: fakeHeader())
        try resumed.write(wrong(workloads[1]))
        try resumed.write(record)
        let results = try ResultsFile.load(path)
        #expect(results.launches == [record, record])
        #expect(results.measurements.map(\.workload) == workloads)
    }

    @Test func thereMustBeAFileToGoOnWith() {
        let error = #expect(throws: ResultsError.self) { try RunLog.resume(path, header: fakeHeader()) }
        #expect(error == .missing(path: path))
        #expect(error?.description == "there is no \(path) to continue; leave out --resume to start a run")
    }

    @Test func filesAreNeitherOverwrittenNorMixed() throws {
        _ = try RunLog.create(path, header: fakeHeader())
        #expect(throws: ResultsError.exists(path: path)) { try RunLog.create(path, header: fakeHeader()) }
        let other = fakeHeader(seed: 2, sweep: fakeSweep(lengths: [128]), commit: "def")
        let error = #expect(throws: ResultsError.self) { try RunLog.resume(path, header: other) }
        #expect(
            error?.description == "\(path) cannot be resumed: it differs in build.commit, sweep, seed; "
                + "run again with the values that it was measured with, or choose another --output")
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        let file = folder.file("file")
        try Data().write(to: URL(fileURLWithPath: file))
        let error = #expect(throws: ResultsError.self) {
            try RunLog.create(file + "/results.jsonl", header: fakeHeader())
        }
        #expect(error?.description.hasPrefix("cannot write \(file)/results.jsonl") == true)
    }

    /// A second log would take the journal of the first away, and each would write over the lines of the other.
    @Test func oneLogAtATimeHasAFile() throws {
        let log = try RunLog.create(path, header: fakeHeader())
        let linked = folder.file("linked.jsonl")
        try FileManager.default.createSymbolicLink(atPath: linked, withDestinationPath: "results.jsonl")
        for name in [path, linked] {
            let error = #expect(throws: ResultsError.self) { try RunLog.resume(name, header: fakeHeader()) }
            #expect(error == .locked(path: name, process: getpid()))
        }
        try log.write(wrong(fakeWorkloads(lengths: [64])[0]))
        #expect(try ResultsFile.load(linked).measurements.count == 1)
    }

    /// At every step of the disk: what was measured is in the results file or in the journal.
    @Test func aKillAtAnyStepOfResumingLosesNoSample() throws {
        let (results, journal, workloads) = try interruptedRun()
        let all = Dictionary(uniqueKeysWithValues: try SampleJournal.openCells(journalPath).map { ($0.workload, $0) })
        let steps = try FaultyDisk.eachStep(.kill) { _ in
            try results.write(to: URL(fileURLWithPath: path))
            try journal.write(to: URL(fileURLWithPath: journalPath))
            _ = try? RunLog.resume(path, header: fakeHeader())
            try Disks.$current.withValue(SystemDisk()) {
                let log = try RunLog.resume(path, header: fakeHeader())
                #expect(Dictionary(uniqueKeysWithValues: log.openCells.map { ($0.workload, $0) }) == all)
                #expect(workloads.allSatisfy { !log.hasFinished($0) })
            }
        }
        #expect(steps > 10)
    }

    /// A cell's line is in the file whole, or the cell is still open in the journal.
    @Test(arguments: [FaultyDisk.Fault.kill, .refusal(ENOSPC)])
    func aFaultAtAnyStepOfARunLosesNoFinishedCell(fault: FaultyDisk.Fault) throws {
        let workloads = try fakeWorkloads(lengths: [64])
        let steps = try FaultyDisk.eachStep(fault) { _ in
            for file in [path, journalPath] { try? FileManager.default.removeItem(atPath: file) }
            var (written, isBegun) = (0, false)
            do {
                let log = try RunLog.create(path, header: fakeHeader())
                isBegun = true
                for workload in workloads {
                    try log.write(wrong(workload))
                    written += 1
                }
            } catch let error as ResultsError {
                guard case .unwritable = error else { throw error }
            }
            guard isBegun else { return }
            let results = try ResultsFile.load(path)
            #expect(results.measurements.count >= written)
            #expect(results.measurements.map(\.workload) == Array(workloads.prefix(results.measurements.count)))
        }
        #expect(steps > 10)
    }

    private func wrong(_ workload: Workload) -> Measurement {
        measurement(workload, .wrong(reason: "a test", maximumError: 1))
    }

    private func measurement(_ workload: Workload, _ outcome: Measurement.Outcome) -> Measurement {
        Measurement(
            workload: workload, origin: .planted(workload.kernel), launch: 1,
            work: .init(workload.phase, problem: workload.problem, computedPairs: nil), scratchBytes: 0,
            outcome: outcome)
    }
}
