import Foundation

/// What one launch has measured of cells that are not finished, kept on disk sample by sample.
///
/// Rounds are interleaved, so nearly every cell is finished only at the end of a run, and its line of the results file
/// can only be written then. Until then its samples stand here, in a file of JSON Lines of three kinds: a cell is
/// opened (and numbered), a sample is taken, a cell is closed because its line now stands in the results file. A cell
/// that was opened and not closed is open, whatever the results file says: that is the whole rule, and it holds
/// wherever the process was killed. Rejected: rewriting a cell's line after each sample, which costs the square of the
/// number of samples in writing and needs a reader that accepts a cell twice.
package final class SampleJournal {
    /// A cell with what its preparation found and the samples that it has so far.
    package struct OpenCell: Equatable, Codable {
        package let workload: Workload
        package let preparation: Preparation
        package var samples: [TakenSample]
    }

    package struct Preparation: Codable, Equatable {
        package let iterationsPerSample: Int
        package let peakResidentBytes: Int
        package let maximumError: Double
        /// Pairs of one call, as the engine stated or counted them; nil where it did neither.
        package let computedPairs: Int?
        /// Nil where the engine does not say.
        package let scratchBytes: Int?
        package let startup: Startup?
        /// Of an engine whose calls read the tensors that it shares with this program; nil for all others.
        package let readsSharedTensors: Bool?

        package init(
            iterationsPerSample: Int, peakResidentBytes: Int, maximumError: Double, computedPairs: Int? = nil,
            scratchBytes: Int? = nil, startup: Startup? = nil, readsSharedTensors: Bool? = nil
        ) {
            self.iterationsPerSample = iterationsPerSample
            self.peakResidentBytes = peakResidentBytes
            self.maximumError = maximumError
            self.computedPairs = computedPairs
            self.scratchBytes = scratchBytes
            self.startup = startup
            self.readsSharedTensors = readsSharedTensors
        }
    }

    /// A sample, and the round in which it was taken; 0 for the call that was checked.
    package struct TakenSample: Codable, Equatable {
        package let round: Int
        package let sample: Sample

        package init(round: Int, _ sample: Sample) {
            self.round = round
            self.sample = sample
        }
    }

    struct Line: Codable {
        enum Event: Codable {
            case opened(Workload, Preparation)
            case sampled(TakenSample)
            case closed
        }

        let cell: Int
        let event: Event
    }

    private let file: JSONLines
    private var cells: [Workload: Int] = [:]

    /// Starts a journal that holds `open`, in place of any that was there.
    init(path: String, open: [OpenCell]) throws(ResultsError) {
        var lines: [Line] = []
        for (index, cell) in open.enumerated() {
            cells[cell.workload] = index
            lines.append(Line(cell: index, event: .opened(cell.workload, cell.preparation)))
            lines += cell.samples.map { Line(cell: index, event: .sampled($0)) }
        }
        try JSONLines.write(lines.map { JSONLines.sealed($0) }, to: path)
        file = try JSONLines(appendingTo: path)
    }

    /// The open cells of a journal; none where there is no file.
    static func openCells(_ path: String) throws(ResultsError) -> [OpenCell] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var cells: [Int: OpenCell] = [:]
        for (index, data) in try JSONLines.read(path).lines.enumerated() {
            let line = try JSONLines.sealedValue(Line.self, of: data, number: index + 1, in: path)
            switch line.event {
            case .opened(let workload, let preparation):
                cells[line.cell] = OpenCell(workload: workload, preparation: preparation, samples: [])
            case .sampled(let sample): cells[line.cell]?.samples.append(sample)
            case .closed: cells[line.cell] = nil
            }
        }
        return cells.sorted { $0.key < $1.key }.map(\.value)
    }

    func open(_ workload: Workload, _ preparation: Preparation) throws(ResultsError) {
        let index = cells.count
        cells[workload] = index
        try append(Line(cell: index, event: .opened(workload, preparation)))
    }

    /// - Precondition: the cell was opened.
    func append(_ sample: TakenSample, to workload: Workload) throws(ResultsError) {
        try append(Line(cell: cells[workload]!, event: .sampled(sample)))
    }

    /// - Precondition: the line of the cell stands in the results file. One that was never opened has nothing to close.
    func close(_ workload: Workload) throws(ResultsError) {
        guard let cell = cells[workload] else { return }
        try append(Line(cell: cell, event: .closed))
    }

    func sync() throws(ResultsError) {
        try file.sync()
    }

    private func append(_ line: Line) throws(ResultsError) {
        try file.append(line)
    }
}

extension Measurement.Record {
    /// What a cell has come to, by the samples that it has so far; nil while it has none.
    package init?(_ samples: [SampleJournal.TakenSample], _ preparation: SampleJournal.Preparation) {
        if samples.isEmpty { return nil }
        // Nil where the samples are of this program's own clock.
        let walls = samples.compactMap(\.sample.wallNanoseconds)
        let devices = samples.compactMap(\.sample.deviceNanoseconds)
        let sentinels = samples.compactMap(\.sample.sentinels)
        let counts = samples.compactMap(\.sample.counts)
        let ranks = samples.compactMap(\.sample.ranks)
        self.init(
            samplesNanoseconds: samples.map(\.sample.nanoseconds), rounds: samples.map(\.round),
            iterationsPerSample: preparation.iterationsPerSample, contamination: samples.map(\.sample.contamination),
            peakResidentBytes: preparation.peakResidentBytes, maximumError: preparation.maximumError,
            wallNanoseconds: walls.count == samples.count ? walls : nil,
            deviceNanoseconds: devices.count == samples.count ? devices : nil, startup: preparation.startup,
            idleCPUs: Self.idleCPUs(samples.map(\.sample)),
            readsSharedTensors: preparation.readsSharedTensors ?? false,
            sentinels: sentinels.count == samples.count ? sentinels : nil,
            counts: counts.count == samples.count ? counts : nil, ranks: ranks.count == samples.count ? ranks : nil,
            timeline: Self.timeline(samples.map(\.sample)))
    }

    /// Of the sample in the middle of all that have one.
    private static func timeline(_ samples: [Sample]) -> [[RankActivity]]? {
        let kept = samples.filter { $0.timeline != nil }.sorted { $0.nanoseconds < $1.nanoseconds }
        return kept.isEmpty ? nil : kept[kept.count / 2].timeline
    }

    /// Of the engines that were there for every sample: `--resume` may have been called with others.
    private static func idleCPUs(_ samples: [Sample]) -> [String: [Double]] {
        var all: [String: [Double]] = [:]
        for sample in samples {
            for (engine, share) in sample.idleCPUs ?? [:] { all[engine, default: []].append(share) }
        }
        return all.filter { $0.value.count == samples.count }
    }
}
