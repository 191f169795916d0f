import Attention
import Faults
import Files
import Foundation
import Statistics

/// A results file: JSON Lines, the header, then one object per workload and launch and one per process that measured.
/// `RunLog` writes all but the header.
public enum ResultsFile {
    /// Writes the header.
    ///
    /// - Throws: `ResultsError.exists` rather than overwrite a file.
    public static func create(_ path: String, header: ResultsHeader) throws(ResultsError) {
        do throws(ResultsError) {
            try JSONLines.write([JSONLines.encoded(header)], to: path, existing: .isKept)
        } catch {
            if case .unwritable(let file) = error, file.cause == SystemError(code: EEXIST) { throw .exists(path: path) }
            throw error
        }
    }

    /// Reads a file that a run with this header is to go on with.
    ///
    /// - Throws: `ResultsError.missing` or `.differs`, besides what `load` throws.
    public static func load(_ path: String, resuming header: ResultsHeader) throws(ResultsError) -> Results {
        try ResultsLines(resuming: path, header: header).results
    }

    /// - Throws: `ResultsError` naming file and line for anything but a torn last line, which is dropped with a caution.
    public static func load(_ path: String) throws(ResultsError) -> Results {
        try ResultsLines(path).results
    }
}

/// What a line of a results file is about; no two lines share it.
struct CellKey: Hashable {
    let workload: Workload
    let launch: Int
}

/// A results file as its lines and what they mean, so that lines can be kept as they are when others are taken out.
struct ResultsLines {
    let headerLine: Data
    let measurementLines: [Data]
    let launchLines: [Data]
    let isTorn: Bool
    let results: Results

    init(_ path: String) throws(ResultsError) {
        let (lines, isTorn) = try JSONLines.read(path)
        try self.init(lines, isTorn: isTorn, path: path)
    }

    init(resuming path: String, header: ResultsHeader) throws(ResultsError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        try self.init(path)
        let differing = results.header.differences(from: header)
        guard differing.isEmpty else { throw .differs(path: path, fields: differing) }
    }

    init(_ lines: [Data], isTorn: Bool, path: String) throws(ResultsError) {
        let header = try Self.header(lines.first, path)
        var measurements: [Measurement] = []
        var seen = Set<CellKey>()
        var launches: [LaunchRecord] = []
        var (measurementLines, launchLines): ([Data], [Data]) = ([], [])
        for (index, line) in lines.enumerated().dropFirst() {
            if LaunchRecord.mayBe(line) {
                launches.append(try JSONLines.value(LaunchRecord.self, of: line, number: index + 1, in: path))
                launchLines.append(line)
                continue
            }
            let measurement = try JSONLines.value(Measurement.self, of: line, number: index + 1, in: path)
            let key = CellKey(workload: measurement.workload, launch: measurement.launch)
            guard seen.insert(key).inserted else {
                throw .duplicate(
                    path: path, line: index + 1, workload: "\(measurement.workload)", launch: measurement.launch)
            }
            measurements.append(measurement)
            measurementLines.append(line)
        }
        let cautions = isTorn ? [Caution("the last line of \(path) is torn and was dropped")] : []
        headerLine = lines[0]
        self.measurementLines = measurementLines
        self.launchLines = launchLines
        self.isTorn = isTorn
        results = Results(header: header, measurements: measurements, launches: launches, cautions: cautions)
    }

    private static func header(_ line: Data?, _ path: String) throws(ResultsError) -> ResultsHeader {
        struct Schema: Decodable { let schema: String }
        guard let line, let schema = try? JSONDecoder().decode(Schema.self, from: line).schema,
            schema.hasPrefix("attnbench/")
        else { throw .foreign(path: path) }
        guard schema == ResultsHeader.currentSchema else { throw .unknownSchema(path: path, schema: schema) }
        return try JSONLines.value(ResultsHeader.self, of: line, number: 1, in: path)
    }
}

/// What is wrong with a results file, or with writing to it.
public enum ResultsError: Fault, Equatable {
    case unreadable(path: String, reason: String)
    case unwritable(UnwritableFile)
    /// The first line is no header.
    case foreign(path: String)
    case unknownSchema(path: String, schema: String)
    case badLine(path: String, line: Int, reason: String)
    case duplicate(path: String, line: Int, workload: String, launch: Int)
    /// There is nothing to go on with.
    case missing(path: String)
    /// A new run would overwrite it.
    case exists(path: String)
    /// Another process is writing it; its number is missing where it could not be found out.
    case locked(path: String, process: Int32?)
    /// What is in it was measured otherwise.
    case differs(path: String, fields: [String])

    public var exitStatus: ExitStatus {
        if case .unwritable = self { .internalFailure } else { .usage }
    }

    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .unwritable(let file): file.description
        case .foreign(let path):
            "\(path):1: this is no results file: its first line is not an attnbench header"
        case .unknownSchema(let path, let schema):
            "\(path):1: schema \"\(schema)\" is not \"\(ResultsHeader.currentSchema)\"; read it with the build that "
                + "wrote it"
        case .badLine(let path, let line, let reason):
            "\(path):\(line): \(reason); delete the line to go on without it"
        case .duplicate(let path, let line, let workload, let launch):
            "\(path):\(line): \(workload) is there twice for launch \(launch); delete one of the two lines"
        case .missing(let path):
            "there is no \(path) to go on with; leave out --resume to start it"
        case .exists(let path):
            "\(path) is already there; --resume goes on with it, another --output leaves it alone"
        case .locked(let path, let process):
            "\(process.map { "process \($0)" } ?? "another process") is measuring into \(path); wait until it has ended, "
                + "or choose another --output"
        case .differs(let path, let fields):
            "\(path) cannot be resumed: it differs in \(fields.joined(separator: ", ")); "
                + "run again with what it was made with, or choose another --output"
        }
    }
}
