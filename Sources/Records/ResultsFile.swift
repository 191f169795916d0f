import Attention
import Faults
import Files
import Foundation
import Statistics

/// A results file: JSON Lines. The header, then one object for each workload and launch, one for each process that measured,
/// and one for each way to store a cache whose accuracy was looked at. `RunLog` writes all but the header.
public enum ResultsFile {
    /// Writes the header.
    ///
    /// - Throws: `ResultsError.exists` rather than overwrite a file.
    public static func create(_ path: String, header: ResultsHeader) throws(ResultsError) {
        do throws(ResultsError) {
            try JSONLines.write([JSONLines.sealed(header)], to: path, existing: .isKept)
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

/// What is wrong with a results file, or with writing to it.
public enum ResultsError: Fault, Equatable {
    case unreadable(UnreadableFile)
    case unwritable(UnwritableFile)
    /// The first line is no header.
    case foreign(path: String)
    case unknownSchema(path: String, schema: String)
    /// Of a version that this build reads and does not write.
    case oldSchema(path: String, schema: String)
    /// Nothing can be read without it.
    case badHeader(path: String, reason: String)
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
        case .unreadable(let file): file.description
        case .unwritable(let file): file.description
        case .foreign(let path):
            "\(path):1: this is not a results file: its first line is not a header of attnbench"
        case .unknownSchema(let path, let schema):
            "\(path):1: schema \"\(schema)\" is not \"\(ResultsHeader.currentSchema)\"; read it with the build that "
                + "wrote it"
        case .oldSchema(let path, let schema):
            "\(path) has schema \"\(schema)\", which this build reads and does not write, so it cannot be resumed; continue "
                + "with the build that wrote it, or choose another --output"
        case .badHeader(let path, let reason):
            "\(path):1: the header cannot be read: \(reason); no line can be read without it, so use a copy of the file"
        case .badLine(let path, let line, let reason):
            "\(path):\(line): \(reason); delete the line to continue without it"
        case .duplicate(let path, let line, let workload, let launch):
            "\(path):\(line): \(workload) occurs twice for launch \(launch); delete one of the two lines"
        case .missing(let path):
            "there is no \(path) to continue; leave out --resume to start a run"
        case .exists(let path):
            "\(path) exists already; continue it with --resume, or choose another --output"
        case .locked(let path, let process):
            "\(process.map { "process \($0)" } ?? "another process") is measuring into \(path); wait until it has ended, "
                + "or choose another --output"
        case .differs(let path, let fields):
            "\(path) cannot be resumed: it differs in \(fields.joined(separator: ", ")); "
                + "run again with the values that it was measured with, or choose another --output"
        }
    }
}
