import Foundation
import Testing

/// Documents that refer to what is there.
@Suite struct DocumentTests {
    @Test func relativeLinksLeadSomewhere() {
        let documents = Repository.documents
        #expect(documents.count >= 6)
        for document in documents {
            let folder = (document.path as NSString).deletingLastPathComponent
            for target in links(in: document.text) {
                let path = ((folder as NSString).appendingPathComponent(target) as NSString).standardizingPath
                #expect(Repository.exists(path), "\(document.path) links to \(target), which is not there")
            }
        }
    }

    /// Paths in code spans, except of files that the reader is to write ("MyAttention.swift").
    @Test func pathsInDocumentsAreThere() {
        for document in Repository.documents where !document.path.hasPrefix("reports/") {
            for match in document.text.matches(of: #/`((?:Sources|Tests|scripts|docs|Benchmarks)/[\w.\/-]*)`/#) {
                let path = String(match.1)
                #expect(path.contains("/My") || Repository.exists(path), "\(document.path) names \(path)")
            }
        }
    }

    /// Records have a number each, in order, the list names each, and all have their parts in one order.
    @Test func decisionsAreNumberedAndListed() throws {
        let list = Repository.contents("docs/decisions/README.md")
        let records = Repository.files(in: ["docs/decisions"], extensions: ["md"])
            .filter { !$0.path.hasSuffix("README.md") }
        #expect(!records.isEmpty)
        var numbers: Set<Int> = []
        for record in records {
            let name = (record.path as NSString).lastPathComponent
            let number = try #require(Int(name.prefix(4)), "\(name) should begin with a number of four digits")
            #expect(numbers.insert(number).inserted, "two records have the number \(number)")
            #expect(record.lines[0].hasPrefix("# \(number). "), "\(name) should begin with \"# \(number). \"")
            #expect(list.contains("(\(name))"), "docs/decisions/README.md does not list \(name)")
            let headings = record.lines.filter { $0.hasPrefix("## ") && $0 != "## Consequences" }
            #expect(headings == ["## Decision", "## Why", "## Rejected"], "\(name) has \(headings)")
        }
    }

    @Test func findsLinks() {
        let text = """
            [a](docs/a.md#part) ![b](b.svg) [c](https://example.org/c.md) [d](#here) `[e](f.md)`
            ```
            [g](h.md)
            ```
            """
        #expect(links(in: text) == ["docs/a.md", "b.svg"])
    }

    /// Targets within the package; code is not text.
    private func links(in text: String) -> [String] {
        var isCode = false
        return text.components(separatedBy: "\n").flatMap { line -> [String] in
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { return [] }
            return line.replacing(#/`[^`]*`/#, with: "").matches(of: #/\]\(([^)\s]+)\)/#)
                .map { String($0.1.prefix { $0 != "#" }) }
                .filter { !$0.isEmpty && !$0.contains("://") && !$0.hasPrefix("mailto:") }
        }
    }
}
