import Attention
import Foundation
import TestSupport
import Testing

@testable import Benchmarking
@testable import Records

struct ResultsFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func measurement(_ index: Int, launch: Int = 1, _ outcome: Measurement.Outcome) throws -> Measurement {
        let workload = try fakeWorkloads(lengths: [64, 128, 256])[index]
        return Measurement(
            workload: workload, launch: launch, work: Work(problem: workload.problem, computedPairs: 4000),
            outcome: outcome)
    }

    private func threeOutcomes() throws -> [Measurement] {
        let contamination = Contamination(
            migrated: false, runDelayNanoseconds: 5, offCPUNanoseconds: 6, stealNanoseconds: 0, involuntarySwitches: 1)
        let record = Measurement.Record(
            samplesNanoseconds: [1_000_001, 1_000_002], rounds: [1, 2], iterationsPerSample: 3,
            contamination: [contamination, contamination], peakResidentBytes: 4096, maximumError: 2e-7)
        return [
            try measurement(0, .measured(record)), try measurement(3, .skipped(reason: "no \"room\"")),
            try measurement(4, .failed(reason: "wrong", maximumError: .infinity)),
        ]
    }

    private func write(_ measurements: [Measurement]) throws -> String {
        let path = folder.file("\(UUID().uuidString).jsonl")
        try JSONLines.write(
            [JSONLines.object(fakeHeader())] + measurements.map { try JSONLines.object($0) }, to: path)
        return path
    }

    @Test func everyOutcomeSurvives() throws {
        let measurements = try threeOutcomes()
        let results = try ResultsFile.load(try write(measurements))
        #expect(results.header == fakeHeader())
        #expect(results.measurements == measurements)
        #expect(results.cautions.isEmpty)
    }

    @Test func theLineIsFlatAndItsKeysAreThoseOfTheContract() throws {
        let data = try JSONLines.object(try threeOutcomes()[0])
        #expect(
            String(decoding: data, as: UTF8.self) == """
                {"contamination":[{"involuntarySwitches":1,"migrated":false,"offCPUNanoseconds":6,"runDelayNanoseconds":5,\
                "stealNanoseconds":0},{"involuntarySwitches":1,"migrated":false,"offCPUNanoseconds":6,\
                "runDelayNanoseconds":5,"stealNanoseconds":0}],"iterationsPerSample":3,"kernel":"full","launch":1,\
                "maximumError":2e-07,"outcome":"measured","peakResidentBytes":4096,"problem":{"batch":1,\
                "elementType":"float32","headDimension":1,"keyLength":64,"keyValueHeads":1,"mask":\
                {"chunk":null,"left":null,"right":0,"sinks":0},\
                "queryHeads":1,"queryLength":64},"rounds":[1,2],"samplesNanoseconds":[1000001,1000002],"threads":1,\
                "work":{"bytes":1024,"computedPairs":4000,"flops":8320,"usefulPairs":2080}}
                """)
    }

    /// A kill while writing: whatever is left of the file, all whole lines are read.
    @Test func everyTruncationAfterTheHeaderIsRead() throws {
        let measurements = try threeOutcomes()
        let path = try write(measurements)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let headerEnd = whole.firstIndex(of: UInt8(ascii: "\n"))! + 1
        func read(_ length: Int) throws -> Results {
            let (lines, isTorn) = JSONLines.split(whole.prefix(length))
            return try ResultsLines(lines, isTorn: isTorn, path: "cut.jsonl").results
        }
        for length in headerEnd...whole.count {
            let results = try read(length)
            let ends = whole.prefix(length).dropFirst(headerEnd).count { $0 == UInt8(ascii: "\n") }
            let lacksOnlyTheLineFeed = length < whole.count && whole[length] == UInt8(ascii: "\n")
            let isWhole = length == headerEnd || whole[length - 1] == UInt8(ascii: "\n")
            #expect(results.measurements == Array(measurements.prefix(ends + (lacksOnlyTheLineFeed ? 1 : 0))))
            #expect(results.cautions.isEmpty == (isWhole || lacksOnlyTheLineFeed))
        }
        for length in 0..<headerEnd - 1 {
            #expect(throws: ResultsError.foreign(path: "cut.jsonl")) { try read(length) }
        }
    }

    @Test func errorsNameFileAndLine() throws {
        let path = folder.file("bad.jsonl")
        func error(_ lines: [String]) throws -> String? {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
            return #expect(throws: ResultsError.self) { try ResultsFile.load(path) }?.description
        }
        let header = String(decoding: try JSONLines.object(fakeHeader()), as: UTF8.self)
        let line = String(decoding: try JSONLines.object(try threeOutcomes()[0]), as: UTF8.self)
        #expect(
            try error(["{\"a\": 1}"])
                == "\(path):1: this is no results file: its first line is not an attnbench header")
        #expect(
            try error([header.replacing("attnbench/1", with: "attnbench/9")])
                == "\(path):1: schema \"attnbench/9\" is not \"attnbench/1\"; read it with the build that wrote it")
        #expect(try error([header, "{\"kernel\":", line])?.hasPrefix("\(path):2: ") == true)
        #expect(
            try error([header, line.replacing("\"launch\":1,", with: ""), line])
                == "\(path):2: `launch` is missing; delete the line to go on without it")
        #expect(try error([header, line.replacing("[1,2]", with: "[1]")])?.contains("1 rounds") == true)
        #expect(
            try error([header, line.replacing("\"queryLength\":64", with: "\"queryLength\":0")])?
                .contains("queryLength is 0; it must be at least 1") == true)
        #expect(
            try error([header, line, line])
                == "\(path):3: full 64 d=1 is there twice for launch 1; delete one of the two lines")
        #expect(try error([header, "{\"kernel\":", line])?.contains(".;") == false)
        let missing = #expect(throws: ResultsError.self) { try ResultsFile.load(folder.file("none.jsonl")) }
        #expect(missing?.description == "cannot read \(folder.file("none.jsonl")): no such file or directory")
    }
}
