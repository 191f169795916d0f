import Attention
import Faults
import Records
import Statistics

/// Times of the same cells in several results files, oldest first, and where they stepped.
public struct History: Sendable, Codable {
    public static let currentSchema = "attnbench-history/1"

    /// A results file.
    public struct Entry: Sendable, Codable, Hashable {
        public let path: String
        public let startedAt: String
        public let commit: String
        public let dirty: Bool

        /// "3f2a91c", with a mark where the sources were others: "3f2a91c+".
        public var label: String { commit.prefix(7) + (dirty ? "+" : "") }
    }

    public enum Order: String, Sendable, CaseIterable {
        /// When they were measured.
        case started
        /// As they are given, such as that of their commits.
        case given
    }

    public let schema: String
    public let entries: [Entry]
    public let cells: [CellHistory]
    /// Relative changes that are not larger are not told.
    public let smallestChange: Double

    /// - Throws: `DifferentMachines` where two of the files were not measured on one machine.
    public init(
        _ files: [(path: String, results: Results)], order: Order = .started, smallestChange: Double
    ) throws(DifferentMachines) {
        precondition(!files.isEmpty, "a history of no results")
        for file in files.dropFirst() {
            let fields = files[0].results.header.machineDifferences(from: file.results.header)
            guard fields.isEmpty else {
                throw DifferentMachines(first: files[0].path, second: file.path, fields: fields)
            }
        }
        let ordered = order == .given ? files : Self.byTime(files)
        schema = Self.currentSchema
        self.smallestChange = smallestChange
        entries = ordered.map {
            let header = $0.results.header
            return Entry(
                path: $0.path, startedAt: header.startedAt, commit: header.build.commit, dirty: header.build.dirty)
        }
        cells = Self.cells(ordered.map(\.results.measurements), smallestChange: smallestChange)
    }

    /// Cells whose newest level is slower than the one before it.
    public var slower: [CellHistory] { cells.filter(\.isSlower) }

    /// ISO 8601 in UTC is in the order of its letters; files of one second keep theirs.
    private static func byTime(_ files: [(path: String, results: Results)]) -> [(path: String, results: Results)] {
        files.enumerated().sorted {
            ($0.element.results.header.startedAt, $0.offset) < ($1.element.results.header.startedAt, $1.offset)
        }.map(\.element)
    }

    private static func cells(_ measurements: [[Measurement]], smallestChange: Double) -> [CellHistory] {
        var timings: [Workload: [CellHistory.Point]] = [:]
        for (entry, all) in measurements.enumerated() {
            for (workload, launches) in Dictionary(grouping: all, by: \.workload) {
                guard let timing = timing(of: launches) else { continue }
                timings[workload, default: []].append(CellHistory.Point(entry: entry, timing))
            }
        }
        let keys = SeriesOrder(measurements.flatMap(\.self)).sorted(Set(timings.keys.map { SeriesKey($0) }))
        let labels = Dictionary(uniqueKeysWithValues: zip(keys, SeriesLabels.labels(for: keys)))
        let order = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ($1, $0) })
        let workloads = timings.keys.sorted {
            (order[SeriesKey($0)]!, $0.problem.shape.keyLength) < (order[SeriesKey($1)]!, $1.problem.shape.keyLength)
        }
        // Of a history without a change, one in twenty has a false step in some cell.
        var search = StepSearch(level: 0.05 / Double(max(1, workloads.count)), smallestChange: smallestChange)
        return workloads.map { workload in
            CellHistory(
                workload, series: labels[SeriesKey(workload)]!, points: timings[workload]!, &search)
        }
    }

    /// Nil where the cell was skipped, or its result wrong, or its engine broke: that is no time.
    private static func timing(of launches: [Measurement]) -> CellTiming? {
        var records: [Measurement.Record] = []
        for launch in launches.sorted(by: { $0.launch < $1.launch }) {
            switch launch.outcome {
            case .wrong, .broken: return nil
            case .skipped: continue
            case .measured(let record): records.append(record)
            }
        }
        return records.isEmpty ? nil : try? CellTiming(launches: records)
    }
}

/// Times of different machines make no history.
public struct DifferentMachines: Fault, Equatable {
    public let first: String
    public let second: String
    public let fields: [String]

    public init(first: String, second: String, fields: [String]) {
        self.first = first
        self.second = second
        self.fields = fields
    }

    public var exitStatus: ExitStatus { .baselineMissing }

    public var description: String {
        "\(second) was measured on another machine than \(first): they differ in \(fields.joined(separator: ", ")); "
            + "give results of one machine"
    }
}
