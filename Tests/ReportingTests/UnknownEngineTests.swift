import Analysis
import Attention
import Foundation
import Records
import Testing
import TestSupport

@testable import Reporting

/// Results of an engine that this build has never heard of, as lines that another program wrote.
@Suite struct UnknownEngineTests {
    private static let lengths = [512, 724, 1024, 1448, 2048, 2896]

    /// - Parameter nanosecondsPerPair: nil for a cell that was skipped.
    private static func line(
        engine: String, kernel: String, place: Int, phase: Phase = .prefill, mask: Mask, length: Int,
        computedPairs: Int? = nil, scratchBytes: Int? = nil, nanosecondsPerPair: Double?
    ) throws -> Data {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: phase == .decode ? 1 : length, keyLength: length, headDimension: 64),
            mask: mask)
        let work = Work(problem: problem, computedPairs: computedPairs)
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        }
        let tensors = phase == .decode ? 64 * 4 : problem.tensorBytes
        var fields = [
            "\"line\":\"cell\"", "\"engine\":{\"name\":\"\(engine)\",\"version\":\"9\"}", "\"kernel\":\"\(kernel)\"",
            "\"place\":\(place)",
            "\"phase\":\"\(phase.rawValue)\"", "\"problem\":\(try json(problem))", "\"threads\":1", "\"launch\":1",
            "\"work\":{\"usefulPairs\":\(work.usefulPairs),\"computedPairs\":\(try json(computedPairs)),"
                + "\"flops\":\(work.flops),\"bytes\":\(work.bytes)}",
            "\"scratchBytes\":\(try json(scratchBytes))",
            "\"predictedBytes\":\(try json(scratchBytes.map { $0 + tensors }))", "\"temperatureCelsius\":61",
        ]
        if let nanosecondsPerPair {
            let quiet = Contamination(
                migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0,
                involuntarySwitches: 0)
            let time = 2000 + nanosecondsPerPair * Double(work.usefulPairs)
            let samples = (0..<12).map { Int(time * (1 + 0.001 * sin(Double(7 * $0 + length)))) }
            fields += [
                "\"outcome\":\"measured\"", "\"samplesNanoseconds\":\(samples)", "\"wallNanoseconds\":\(samples)",
                "\"rounds\":\(Array(1...12))", "\"iterationsPerSample\":1",
                "\"contamination\":\(try json(samples.map { _ in quiet }))", "\"peakResidentBytes\":1048576",
                "\"maximumError\":1e-7",
            ]
        } else {
            fields += ["\"outcome\":\"skipped\"", "\"reason\":\"acme said no\""]
        }
        return Data("{\(fields.joined(separator: ","))}".utf8)
    }

    private static func results() throws -> Results {
        var lines: [Data] = []
        for length in lengths {
            let useful = length * (length + 1) / 2
            lines.append(
                try line(
                    engine: "acme", kernel: "flash", place: 0, mask: .causal, length: length, nanosecondsPerPair: 0.5))
            lines.append(
                try line(
                    engine: "acme", kernel: "flash-window", place: 1, mask: .slidingWindow(128), length: length,
                    nanosecondsPerPair: 0.7))
            lines.append(
                try line(
                    engine: "attnbench", kernel: "full", place: 0, mask: .causal, length: length,
                    computedPairs: useful + 16 * length, scratchBytes: 4096, nanosecondsPerPair: 0.6))
            lines.append(
                try line(
                    engine: "acme", kernel: "paged", place: 2, phase: .decode, mask: .causal, length: length,
                    nanosecondsPerPair: 9))
        }
        lines.append(
            try line(
                engine: "acme", kernel: "flash", place: 0, mask: .causal, length: 4096, nanosecondsPerPair: nil))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("results.jsonl").path
        let all = [try JSONLines.object(PlantedResults.header)] + lines
        try JSONLines.write(all.map { JSONLines.sealing($0) }, to: path)
        return try ResultsFile.load(path)
    }

    private static func text(_ format: Report.Format, of name: String) throws -> String {
        let results = try results()
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("attnbench-\(UUID())")
        defer { try? FileManager.default.removeItem(at: directory) }
        try Report([ReportSource(label: "acme", results: results)])
            .write(to: directory, formats: [format])
        return try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
    }

    @Test func everySeriesHasItsEnginesName() throws {
        let analysis = ScalingAnalysis(results: try Self.results())
        #expect(analysis.series.map(\.label) == ["full", "acme/flash", "acme/flash-window(128)", "acme/paged"])
        #expect(analysis.series.map(\.parameters.phase) == [.prefill, .prefill, .prefill, .decode])
        #expect(analysis.series[1].verdict == .matches && analysis.series[1].exponentOnComputedPairs == nil)
        #expect(Findings(analysis)[Crossovers.self].contains { $0.faster == "acme/flash-window(128)" })
        #expect(analysis.absent.map(\.series) == ["acme/flash"])
    }

    @Test func unknownPairsAreADash() throws {
        let text = try Self.text(.md, of: "README.md")
        let rows = text.split(separator: "\n").map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        #expect(rows.contains { $0.starts(with: ["acme/flash", "2K"]) && $0.contains("–") }, "\(text)")
        #expect(rows.contains { $0.starts(with: ["acme/flash", "4K", "skipped", "acme said no"]) })
        #expect(text.contains("acme/flash does not state its scratch memory"))
    }

    @Test func dataFilesLeaveThemOut() throws {
        let table = try Self.text(.csv, of: "cells.csv").split(separator: "\r\n").flatMap { $0.split(separator: "\n") }
        let columns = table[0].split(separator: ",", omittingEmptySubsequences: false)
        let pairs = try #require(columns.firstIndex(of: "computedPairs"))
        for row in table where row.contains("acme/flash,") && row.contains("measured") {
            #expect(row.split(separator: ",", omittingEmptySubsequences: false)[pairs].isEmpty)
        }
        #expect(table.count { $0.contains("acme/flash,") } == Self.lengths.count + 1)
    }

    @Test(arguments: Export<ReportSource>.all.map(\.name)) func everyExportIsWritten(name: String) throws {
        let export = try #require(Export<ReportSource>.all.first { $0.name == name })
        let results = try Self.results()
        let source = ReportSource(label: "acme", results: results)
        #expect(try export.text(source).contains("acme/flash"))
    }
}
