import Attention
import Foundation
import Statistics

/// What a line of a results file is about; no two lines share it.
struct CellKey: Hashable {
    let workload: Workload
    let launch: Int
}

/// A results file as its lines and what they mean, so that lines can be kept as they are when others are taken out.
struct ResultsLines {
    let headerLine: Data
    let measurementLines: [Data]
    /// Those of launches, and of cache formats.
    let otherLines: [Data]
    let results: Results

    init(_ path: String) throws(ResultsError) {
        let (lines, isTorn) = try JSONLines.read(path)
        try self.init(lines, isTorn: isTorn, path: path)
    }

    /// - Throws: where another version wrote the file, or another run.
    init(resuming path: String, header: ResultsHeader) throws(ResultsError) {
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: path) }
        try self.init(path)
        let schema = results.header.schema
        guard schema == ResultsHeader.currentSchema else { throw .oldSchema(path: path, schema: schema) }
        let differing = results.header.differences(from: header)
        guard differing.isEmpty else { throw .differs(path: path, fields: differing) }
    }

    init(_ lines: [Data], isTorn: Bool, path: String) throws(ResultsError) {
        let reader = try LineReader(headerLine: lines.first, path: path)
        var measurements: [Measurement] = []
        var seen = Set<CellKey>()
        var launches: [LaunchRecord] = []
        var cacheQuality: [CacheQuality] = []
        var (measurementLines, otherLines): ([Data], [Data]) = ([], [])
        for (index, line) in lines.enumerated().dropFirst() {
            switch try reader.entry(line, number: index + 1) {
            case .launch(let record):
                launches.append(record)
                otherLines.append(line)
            case .cacheQuality(let quality):
                cacheQuality.append(quality)
                otherLines.append(line)
            case .measurement(let measurement):
                let key = CellKey(workload: measurement.workload, launch: measurement.launch)
                guard seen.insert(key).inserted else {
                    throw .duplicate(
                        path: path, line: index + 1, workload: "\(measurement.workload)", launch: measurement.launch)
                }
                measurements.append(measurement)
                measurementLines.append(line)
            }
        }
        headerLine = lines[0]
        self.measurementLines = measurementLines
        self.otherLines = otherLines
        results = Results(
            header: reader.header, measurements: measurements, launches: launches, cacheQuality: cacheQuality,
            cautions: isTorn ? [Caution("the last line of \(path) is torn and was dropped")] : [])
    }
}

/// Reads the lines after the header, in the version that the header names.
private struct LineReader {
    enum Entry {
        case measurement(Measurement)
        case launch(LaunchRecord)
        case cacheQuality(CacheQuality)
    }

    let header: ResultsHeader
    private let path: String
    /// Nil where the file is of today's version.
    private let version1: Version1Lines?

    init(headerLine: Data?, path: String) throws(ResultsError) {
        struct Schema: Decodable { let schema: String }
        guard let line = headerLine, let schema = try? JSONDecoder().decode(Schema.self, from: line).schema,
            schema.hasPrefix("attnbench/")
        else { throw .foreign(path: path) }
        self.path = path
        switch schema {
        case ResultsHeader.currentSchema:
            version1 = nil
            header = try JSONLines.sealedValue(ResultsHeader.self, of: line, number: 1, in: path)
        case Version1Lines.schema:
            let lines = try Version1Lines(headerLine: line, path: path)
            version1 = lines
            header = lines.header
        default: throw .unknownSchema(path: path, schema: schema)
        }
    }

    /// Each kind of line has a key that no other has.
    private static let launchMark = Data("\"conditions\":".utf8)
    private static let qualityMark = Data("\"keysArePerChannel\":".utf8)

    func entry(_ line: Data, number: Int) throws(ResultsError) -> Entry {
        if let version1 {
            return line.range(of: Self.launchMark) == nil
                ? .measurement(try version1.measurement(line, number: number, path: path))
                : .launch(try JSONLines.value(LaunchRecord.self, of: line, number: number, in: path))
        }
        if line.range(of: Self.launchMark) != nil {
            return .launch(try JSONLines.sealedValue(LaunchRecord.self, of: line, number: number, in: path))
        }
        if line.range(of: Self.qualityMark) != nil {
            return .cacheQuality(try JSONLines.sealedValue(CacheQuality.self, of: line, number: number, in: path))
        }
        return .measurement(try JSONLines.sealedValue(Measurement.self, of: line, number: number, in: path))
    }
}
