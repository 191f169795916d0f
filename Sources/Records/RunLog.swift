import Files
import Foundation
import Statistics

/// Writes a results file and, beside it, the journal of the launch that is under way.
///
/// A line of the results file is written and brought to disk as soon as its cell is finished: at once where a cell is
/// skipped or its result is wrong, after its last round otherwise. A run that is interrupted writes the lines of its
/// open cells with the samples that they have, so that the file can be read and reported as it is, and leaves the
/// journal; a run that ends removes it. Resuming takes the open cells of the journal out of the results file again and
/// goes on with their samples. It takes out cells that were skipped too, and tries them again: this attempt may have
/// more time or more memory, and to refuse a cell once more costs next to nothing.
///
/// Where several processes measure one sweep, each has a log of its share, which passes on what happens to the one process
/// that has the files (`share`, `take`).
public final class RunLog {
    private let sink: (RunEvent) throws(ResultsError) -> Void
    private let launch: Int
    /// Samples and other events that a power cut could take.
    package private(set) var unsyncedLines = 0
    private var written: Set<Workload>
    /// What the file says of the accuracy of cache formats.
    package private(set) var cacheQuality: [CacheQuality]
    /// Whether the file lacks a line of this process: none of the launch is there, or the process measured something since.
    package private(set) var needsProcessLine: Bool
    /// Whether this log has made the file, and has written nothing but its header.
    public private(set) var isUnused: Bool
    /// Cells of an earlier attempt at this launch that are to be gone on with.
    package let openCells: [SampleJournal.OpenCell]

    /// Starts a new file.
    ///
    /// - Parameter lock: that of the file, where the caller has it already.
    /// - Throws: `ResultsError.exists` rather than overwrite one, `.locked` where another process is writing it.
    public static func create(
        _ path: String, header: ResultsHeader, launch: Int = 1, lock: ResultsLock? = nil
    ) throws(ResultsError) -> RunLog {
        let lock = if let lock { lock } else { try ResultsLock(path) }
        try ResultsFile.create(path, header: header)
        return try RunLog(lock, holding: Contents(), launch: launch)
    }

    /// Goes on with a file, for a launch that was cut short or for the next one.
    ///
    /// - Parameter lock: that of the file, where the caller has it already.
    /// - Throws: `ResultsError.missing` where there is none, `.locked` where another process is writing it, `.differs`
    ///   where it was measured on another machine, by another build, for another sweep or with another seed.
    public static func resume(
        _ path: String, header: ResultsHeader, launch: Int = 1, lock: ResultsLock? = nil
    ) throws(ResultsError) -> RunLog {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        let lock = if let lock { lock } else { try ResultsLock(path) }
        let lines = try ResultsLines(resuming: path, header: header)
        let open = try SampleJournal.openCells(journalPath(path, launch))
        let reopened = Set(open.map(\.workload))
        var kept: [Data] = []
        var written = Set<Workload>()
        for (line, measurement) in zip(lines.measurementLines, lines.results.measurements) {
            if measurement.launch == launch {
                if measurement.isSkipped || reopened.contains(measurement.workload) { continue }
                written.insert(measurement.workload)
            }
            kept.append(line)
        }
        // The journal first: a kill between the two leaves the cells open in it, and it is the journal that counts.
        let contents = Contents(
            open: open, written: written, cacheQuality: lines.results.cacheQuality,
            hasProcessLine: lines.results.launches.contains { $0.launch == launch }, isNew: false)
        let log = try RunLog(lock, holding: contents, launch: launch) { () throws(ResultsError) in
            try JSONLines.write([lines.headerLine] + lines.otherLines + kept, to: path)
        }
        return log
    }

    /// What the results file and the journal hold already.
    private struct Contents {
        var open: [SampleJournal.OpenCell] = []
        var written: Set<Workload> = []
        var cacheQuality: [CacheQuality] = []
        var hasProcessLine = false
        var isNew = true
    }

    private init(
        _ lock: ResultsLock, holding contents: Contents, launch: Int, rewrite: () throws(ResultsError) -> Void = {}
    ) throws(ResultsError) {
        openCells = contents.open
        written = contents.written
        cacheQuality = contents.cacheQuality
        needsProcessLine = !contents.hasProcessLine
        isUnused = contents.isNew
        self.launch = launch
        let files = try RunFiles(lock, journal: Self.journalPath(lock.path, launch), open: openCells, rewrite)
        sink = { event throws(ResultsError) in try files.put(event) }
    }

    /// The log of a share, in any process.
    ///
    /// - Parameter put: passes on what happens to the log that has the files.
    package init(
        of share: RunShare, launch: Int = 1, put: @escaping (RunEvent) throws(ResultsError) -> Void
    ) {
        sink = put
        self.launch = launch
        openCells = share.open
        written = []
        cacheQuality = share.cacheQuality
        needsProcessLine = !share.hasProcessLine
        isUnused = false
    }

    private func put(_ event: RunEvent) throws(ResultsError) {
        try sink(event)
        if case .ended = event {} else { isUnused = false }
        switch event {
        case .opened, .sampled: unsyncedLines += 1
        case .synced: unsyncedLines = 0
        case .cell, .process, .cacheFormat, .ended: break
        }
    }

    /// What is left to do of these cells.
    package func share(of workloads: [Workload]) -> RunShare {
        let left = workloads.filter { !hasFinished($0) }
        return RunShare(
            workloads: left, open: openCells.filter { left.contains($0.workload) }, cacheQuality: cacheQuality,
            hasProcessLine: !needsProcessLine)
    }

    /// Writes down what happened to a share.
    ///
    /// - Parameter host: where it happened.
    package func take(_ event: RunEvent, from host: String) throws(ResultsError) {
        switch event {
        case .opened(let workload, let preparation): try open(workload, preparation)
        case .sampled(let sample, let workload): try append(sample, to: workload)
        case .cell(var measurement, let isFinal):
            measurement.host = host
            try write(measurement, isFinal: isFinal)
        case .process(var record):
            record.host = host
            try write(record)
        // Two shares may have looked at the same format, and found the same.
        case .cacheFormat(let quality): if !cacheQuality.contains(quality) { try write(quality) }
        case .synced: try syncJournal()
        // The journal is that of all shares.
        case .ended: break
        }
    }

    /// What a kill tore off a results file and its journals, which going on with them drops. Nothing else is lost.
    public static func tornLines(_ path: String, launches: Int) throws(ResultsError) -> [Caution] {
        var cautions: [Caution] = []
        if try JSONLines.read(path).isTorn {
            cautions.append(
                Caution(
                    "the last line of \(path) is incomplete, since a run was ended while it wrote it; the line is left out"
                ))
        }
        for launch in 1...launches where isOpen(path, launch: launch) {
            let journal = journalPath(path, launch)
            if try JSONLines.read(journal).isTorn {
                cautions.append(
                    Caution(
                        "the last line of \(journal) is incomplete, since a run was ended while it wrote it; the line is left out, "
                            + "with the sample in it"))
            }
        }
        return cautions
    }

    /// True where a launch was begun and not ended: its journal is still there.
    public static func isOpen(_ path: String, launch: Int) -> Bool {
        FileManager.default.fileExists(atPath: journalPath(path, launch))
    }

    /// Beside `results.jsonl`, for launch 1: `results.launch1.partial.jsonl`.
    static func journalPath(_ path: String, _ launch: Int) -> String {
        ResultsLock.stem(of: path) + ".launch\(launch).partial.jsonl"
    }

    /// True for a cell whose line stands in the file for this launch.
    package func hasFinished(_ workload: Workload) -> Bool { written.contains(workload) }

    package func open(_ workload: Workload, _ preparation: SampleJournal.Preparation) throws(ResultsError) {
        try put(.opened(workload, preparation))
    }

    package func append(_ sample: SampleJournal.TakenSample, to workload: Workload) throws(ResultsError) {
        try put(.sampled(sample, of: workload))
        needsProcessLine = true
    }

    /// Writes the line of a cell.
    ///
    /// - Parameter isFinal: false where the run was interrupted and the cell stays open.
    /// - Precondition: the cell has no line yet.
    package func write(_ measurement: Measurement, isFinal: Bool = true) throws(ResultsError) {
        precondition(measurement.launch == launch, "a log of launch \(launch) cannot take launch \(measurement.launch)")
        precondition(written.insert(measurement.workload).inserted, "\(measurement.workload) was already written")
        try put(.cell(measurement, isFinal: isFinal))
        if isFinal, !measurement.isSkipped { needsProcessLine = true }
    }

    /// Writes what is known of the process that measured.
    public func write(_ record: LaunchRecord) throws(ResultsError) {
        precondition(record.launch == launch, "a log of launch \(launch) cannot take launch \(record.launch)")
        try put(.process(record))
    }

    /// Writes what a way to store a cache costs in accuracy.
    package func write(_ quality: CacheQuality) throws(ResultsError) {
        cacheQuality.append(quality)
        try put(.cacheFormat(quality))
    }

    package func syncJournal() throws(ResultsError) { try put(.synced) }

    /// The launch is over and nothing is open: the journal has done its duty.
    package func removeJournal() {
        try? put(.ended)
    }
}

/// A results file that is open for appending, and its journal.
private final class RunFiles {
    /// The right to write them.
    private let lock: ResultsLock
    private let file: JSONLines
    private let journal: SampleJournal
    private let journalPath: String

    /// - Parameter rewrite: writes the results file anew, once the journal has what is taken out of it.
    init(
        _ lock: ResultsLock, journal path: String, open: [SampleJournal.OpenCell],
        _ rewrite: () throws(ResultsError) -> Void
    ) throws(ResultsError) {
        self.lock = lock
        journalPath = path
        journal = try SampleJournal(path: path, open: open)
        try rewrite()
        file = try JSONLines(appendingTo: lock.path)
    }

    func put(_ event: RunEvent) throws(ResultsError) {
        switch event {
        case .opened(let workload, let preparation): try journal.open(workload, preparation)
        case .sampled(let sample, let workload): try journal.append(sample, to: workload)
        case .cell(let measurement, let isFinal):
            try append(.cell(measurement))
            if isFinal { try journal.close(measurement.workload) }
        case .process(let record): try append(.process(record))
        case .cacheFormat(let quality): try append(.cacheFormat(quality))
        case .synced: try journal.sync()
        case .ended: try? OutputFile.remove(journalPath)
        }
    }

    private func append(_ line: ResultsLine) throws(ResultsError) {
        try file.append(line)
        try file.sync()
    }
}
