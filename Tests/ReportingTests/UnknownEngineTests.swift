import Analysis
import Attention
import Foundation
import Records
import Testing
import TestSupport

@testable import Drawing
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
        let work = Work(phase, problem: problem, computedPairs: computedPairs)
        func json(_ value: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        }
        let tensors = phase == .decode ? 64 * 4 : phase.tensorBytes(of: problem)
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

    private static func results(_ more: [Data] = []) throws -> Results {
        var lines = more
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

    /// full takes 0.6 and acme/flash 0.5 ns a pair. acme/masked goes over the pairs of the whole text, 0.4 ns each: of the pairs
    /// of its window, which begin as n² too, that is nearly the second power.
    @Test func enginesOnOneProblemAreRanked() throws {
        let window = Mask.slidingWindow(128)
        let more = try Self.lengths.flatMap { length -> [Data] in
            let all = Double(length * (length + 1) / 2)
            let allowed = Double(PairCount(mask: window, length: length).allowed)
            return [
                try Self.line(
                    engine: "acme", kernel: "masked", place: 3, mask: window, length: length,
                    nanosecondsPerPair: 0.4 * all / allowed),
                try Self.line(
                    engine: "attnbench", kernel: "sliding-window", place: 3, mask: window, length: length,
                    nanosecondsPerPair: 0.8),
            ]
        }
        let findings = Findings(ScalingAnalysis(results: try Self.results(more)))
        let standings = findings[EngineStandings.self]
        #expect(standings.map(\.problem).map { $0.prefix(6) } == ["causal", "slidin"])
        let full = try #require(standings.first)
        #expect(full.rows.map(\.series) == ["acme/flash", "full"] && full.length == 2896)
        #expect(full.rows[0].timeRatio.value == 1 && abs(full.rows[1].timeRatio.value - 1.2) < 0.01)
        #expect(full.rows.allSatisfy { $0.maximumError == 1e-7 && $0.fastestFrom == nil })
        let windowed = try #require(standings.last)
        #expect(
            windowed.rows.map(\.series) == [
                "acme/flash-window(128)", "sliding-window(128)", "acme/masked(128)",
            ])
        let sentences = EngineStandings.sentences(findings)
        #expect(sentences.count == 2)
        #expect(sentences[0].hasPrefix("acme/flash is the fastest of 2 engines at 2,896 tokens"))
        #expect(sentences[1].contains("acme/masked(128) (exponent 1.9"), "\(sentences[1])")
        // n² over n·w − w²/2: its exponent at n is 2·(1 − w/2n). The fit leaves out the shortest length.
        let exponent = try #require(windowed.rows[2].exponent).value
        let (low, high) = (2 - 128.0 / 724, 2 - 128.0 / 2896)
        #expect(low < exponent && exponent < high)
        let names = [EngineStandings.figure(findings), EngineWindows.figure(findings)].map { $0?.name }
        #expect(names == ["engines", "engine-windows"])
    }

    /// The names of libraries and kernels are long, and an interval may be wide.
    @Test func standingsFitANarrowTerminal() throws {
        let lines = try Self.lengths.enumerated().flatMap { index, length in
            try [("torch-avx512", "sdpa-slices-window", 12.0 + Double(index)), ("onnxruntime", "gqa-window", 3.0)].map {
                try Self.line(
                    engine: $0.0, kernel: $0.1, place: 3, mask: .slidingWindow(128), length: length,
                    nanosecondsPerPair: $0.2)
            }
        }
        let findings = Findings(ScalingAnalysis(results: try Self.results(lines)))
        let text = findings.summaries.map { caption, table in
            (TerminalTable.wrap(caption, width: 80) + [TerminalTable.text(table, width: 80)]).joined(separator: "\n")
        }.joined(separator: "\n")
        #expect(text == Golden.text("standings-80", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }

    /// Two engines decode; the figure has both, and a share of the bandwidth.
    @Test func decodingHasAFigureByEngine() throws {
        let lines = try Self.lengths.map { length in
            try Self.line(
                engine: "attnbench", kernel: "decode-full", place: 9, phase: .decode, mask: .causal, length: length,
                nanosecondsPerPair: 5)
        }
        let findings = Findings(ScalingAnalysis(results: try Self.results(lines)))
        let plot = try #require(EngineSteps.figure(findings))
        #expect(plot.name == "engine-steps" && Set(plot.traces.map(\.series)) == ["decode-full", "acme/paged"])
        #expect(plot.yLabel.contains("read bandwidth") && plot.title.contains("2,896 cached tokens"))
        #expect(try EngineSteps.figure(Findings(ScalingAnalysis(results: Self.results()))) == nil)
    }

    /// Eight kernels are more than there are colours; windows stand apart from causal attention then.
    @Test func aFigureOfManyKernelsIsDrawnInParts() throws {
        let lines = try Self.lengths.flatMap { length in
            try (0..<8).map { kernel in
                try Self.line(
                    engine: "other", kernel: "k\(kernel)", place: kernel,
                    mask: kernel < 4 ? .causal : .slidingWindow(128), length: length,
                    nanosecondsPerPair: 1 + Double(kernel))
            }
        }
        let few = Findings(ScalingAnalysis(results: try Self.results()))
        #expect(FigureParts.of(few, drawing: .only(.prefill)).map(\.names) == [[]])
        let many = Findings(ScalingAnalysis(results: try Self.results(lines)))
        let parts = FigureParts.of(many, drawing: .only(.prefill))
        #expect(parts.map(\.names) == [["causal"], ["sliding-window(128)"]])
        #expect(parts.map { $0.findings.analysis.series.count } == [6, 5])
        let plots = many.plots().filter { $0.name.hasPrefix("time") || $0.name.hasPrefix("throughput") }
        #expect(
            plots.map(\.name) == [
                "time-causal", "time-sliding-window-128", "throughput-causal", "throughput-sliding-window-128",
            ])
        #expect(plots[1].title.hasPrefix("sliding-window(128): Time per call"))
        #expect(plots[1].traces.allSatisfy { $0.series.contains("(128)") })
    }

    /// From 724 to 1,448 tokens the curves of the two cross: acme starts later and costs less a pair.
    @Test func theLengthFromWhichTheFastestIsFasterIsFound() throws {
        let mask = Mask.symmetricWindow(radius: 64)
        let lines = try Self.lengths.flatMap { length -> [Data] in
            let pairs = Double(PairCount(mask: mask, length: length).allowed)
            return [
                try Self.line(
                    engine: "acme", kernel: "late", place: 3, mask: mask, length: length,
                    nanosecondsPerPair: 0.5 + 60_000 / pairs),
                try Self.line(
                    engine: "attnbench", kernel: "symmetric-window", place: 5, mask: mask, length: length,
                    nanosecondsPerPair: 1),
            ]
        }
        let found = Findings(ScalingAnalysis(results: try Self.results(lines)))[EngineStandings.self]
        let rows = try #require(found.last?.rows)
        #expect(rows.map(\.series) == ["acme/late(64)", "symmetric-window(64)"])
        // 0.5 · 129 · n = 60,000
        #expect(try abs(#require(rows[1].fastestFrom).value / 930 - 1) < 0.05)
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
