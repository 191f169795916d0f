import Files
import Foundation
import Records

/// Results files that a report has beside its pages, so that it can be written again from them.
///
/// A directory has the report of one set of results. Where it holds a line of results that the report would not have,
/// nothing is written at all. Files are told apart by identity and contents, since a path says neither: two names may be
/// one file, and one name may be another file tomorrow.
struct ResultsCopies {
    private struct Copy {
        let source: String
        let place: URL
    }

    private let directory: URL
    private let copies: [Copy]

    /// - Parameter sources: a file and the name that it has in the directory, each.
    init(of sources: [(path: String, name: String)], in directory: URL) throws(DirectoryTaken) {
        self.directory = directory
        copies = sources.map { Copy(source: $0.path, place: directory.appendingPathComponent($0.name)) }
        try ReportDirectory.requireNoForeignPages(in: directory)
        for name in ReportDirectory.results(in: directory) where !mayStand(name) {
            throw ReportDirectory.taken(directory, by: name, .otherResults)
        }
    }

    /// Whether everything that a file of the directory holds is there after `write` too.
    private func mayStand(_ name: String) -> Bool {
        let place = directory.appendingPathComponent(name)
        guard let identity = FileIdentity(place.path) else { return true }
        let (sources, own) = (copies.map(\.source), copies.first { $0.place == place }?.source)
        if let own, identity == FileIdentity(own) { return true }
        // It is read later, so nothing may overwrite it before.
        if sources.contains(where: { FileIdentity($0) == identity }) { return own == nil }
        guard let lines = Self.lines(place.path) else { return false }
        return lines.isSubset(of: (own.map { [$0] } ?? sources).reduce(into: []) { $0.formUnion(Self.lines($1) ?? []) })
    }

    /// Writes those that are not there already.
    func write() throws {
        for copy in copies where FileIdentity(copy.source) != FileIdentity(copy.place.path) {
            let contents: Data
            do throws(UnreadableFile) { contents = try InputFile.read(copy.source) } catch {
                throw ResultsError.unreadable(error)
            }
            let found = try? InputFile.read(copy.place.path)
            if found == contents { continue }
            // A run may be writing this file, and would continue to write a file that has no name any more.
            let lock = try ResultsLock(copy.place.relativePath)
            defer { lock.release() }
            do throws(UnwritableFile) {
                try OutputFile.write(
                    contents, to: copy.place.relativePath, existing: found == nil ? .isKept : .isReplaced)
            } catch {
                guard error.cause == SystemError(code: EEXIST) else { throw error }
                throw ReportDirectory.taken(directory, by: copy.place.lastPathComponent, .otherResults)
            }
        }
    }

    /// Nil where the file cannot be read.
    private static func lines(_ path: String) -> Set<[UInt8]>? {
        guard let contents = try? InputFile.read(path) else { return nil }
        return Set(contents.split(separator: UInt8(ascii: "\n")).map { [UInt8]($0) })
    }
}
