import Foundation
import Statistics

/// What a line of a results file is about; no two lines share it.
struct CellKey: Hashable {
    let engine: EngineIdentity
    let workload: Workload
    let launch: Int
}

/// A results file as its lines and what they mean, so that lines can be kept as they are when others are taken out.
struct ResultsLines {
    let headerLine: Data
    let measurementLines: [Data]
    /// All others but the header: those of processes and cache formats, and those that a later build added.
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
            case .process(let record):
                launches.append(record)
                otherLines.append(line)
            case .cacheFormat(let quality):
                cacheQuality.append(quality)
                otherLines.append(line)
            case nil: otherLines.append(line)
            case .cell(let measurement):
                let key = CellKey(
                    engine: measurement.origin.engine, workload: measurement.workload, launch: measurement.launch)
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
            header: reader.header, measurements: measurements.judgedBySentinels(), launches: launches,
            cacheQuality: cacheQuality,
            cautions: isTorn ? [Caution("the last line of \(path) is incomplete and was left out")] : [])
    }
}

/// Reads the lines after the header, in the version that the header names.
private struct LineReader {
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
        do throws(ResultsError) {
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
        } catch .badLine(_, _, let reason) {
            throw .badHeader(path: path, reason: reason)
        }
    }

    /// Nil for a line about something that this build does not know.
    func entry(_ line: Data, number: Int) throws(ResultsError) -> ResultsLine? {
        if let version1 { return try version1.entry(line, number: number, path: path) }
        func value<Value: Decodable>(_ type: Value.Type) throws(ResultsError) -> Value {
            try JSONLines.value(type, of: line, number: number, in: path)
        }
        switch try kind(line, number: number) {
        case .cell: return .cell(try value(Measurement.self))
        case .process: return .process(try value(LaunchRecord.self))
        case .cacheFormat: return .cacheFormat(try value(CacheQuality.self))
        case nil: return nil
        }
    }

    /// What the line, whose checksum has to hold, is about. It is found without decoding it twice: within a JSON text these bytes cannot stand, since its
    /// quotation marks are escaped.
    private func kind(_ line: Data, number: Int) throws(ResultsError) -> ResultsLine.Kind? {
        if let fault = LineChecksum.fault(of: line) { throw .badLine(path: path, line: number, reason: fault) }
        if line.range(of: Data("\"schema\":\"attnbench/".utf8)) != nil {
            throw .badLine(
                path: path, line: number, reason: "this is a second header: the file contains two results files")
        }
        guard let start = line.range(of: Data("\"line\":\"".utf8))?.upperBound,
            let end = line[start...].firstIndex(of: UInt8(ascii: "\""))
        else {
            throw .badLine(
                path: path, line: number, reason: "the line does not say what it describes: its field `line` is missing"
            )
        }
        return ResultsLine.Kind(rawValue: String(decoding: line[start..<end], as: UTF8.self))
    }
}
