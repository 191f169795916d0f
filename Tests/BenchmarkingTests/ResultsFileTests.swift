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
            workload: workload, origin: .planted(workload.kernel), launch: launch,
            work: Work(workload.phase, problem: workload.problem, computedPairs: 4000), scratchBytes: 512,
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
            try measurement(4, .wrong(reason: "wrong", maximumError: .infinity)),
        ]
    }

    private func write(_ measurements: [Measurement]) throws -> String {
        let path = folder.file("\(UUID().uuidString).jsonl")
        try JSONLines.write(
            [JSONLines.sealed(fakeHeader())] + measurements.map { JSONLines.sealed(ResultsLine.cell($0)) }, to: path)
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
        let data = try JSONLines.object(ResultsLine.cell(try threeOutcomes()[0]))
        #expect(
            String(decoding: data, as: UTF8.self) == """
                {"contamination":[{"involuntarySwitches":1,"migrated":false,"offCPUNanoseconds":6,"runDelayNanoseconds":5,\
                "stealNanoseconds":0},{"involuntarySwitches":1,"migrated":false,"offCPUNanoseconds":6,\
                "runDelayNanoseconds":5,"stealNanoseconds":0}],"engine":{"name":"attnbench","version":"planted"},\
                "iterationsPerSample":3,"kernel":"full","launch":1,"line":"cell","maximumError":2e-07,"outcome":"measured",\
                "peakResidentBytes":4096,"phase":"prefill","place":0,"predictedBytes":1536,"problem":{"batch":1,\
                "elementType":"float32","keyCacheFormat":"float32","keyHeadDimension":1,"keyLength":64,"keyValueHeads":1,\
                "mask":{"chunk":null,"left":null,"right":0,"sinks":0},"positions":"none","queryHeads":1,"queryLength":64,"scale":1,"selection":null,\
                "valueCacheFormat":"float32","valueHeadDimension":1,"valuesInKeys":false,"weighting":"softmax"},"rounds":[1,2],\
                "samplesNanoseconds":[1000001,1000002],"scratchBytes":512,"threads":1,\
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
        func error(_ lines: [Data]) throws -> String? {
            try Data(lines.joined(separator: Data("\n".utf8)) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
            return #expect(throws: ResultsError.self) { try ResultsFile.load(path) }?.description
        }
        /// The line with other words in it, and the checksum of these.
        func changed(_ line: String, _ old: String = "", _ new: String = "") -> Data {
            LineChecksum.sealing(Data(line.replacing(old, with: new).utf8))
        }
        let header = String(decoding: try JSONLines.object(fakeHeader()), as: UTF8.self)
        let line = String(decoding: try JSONLines.object(ResultsLine.cell(try threeOutcomes()[0])), as: UTF8.self)
        let (first, second) = (changed(header), changed(line))
        #expect(
            try error([Data("{\"a\": 1}".utf8)])
                == "\(path):1: this is not a results file: its first line is not a header of attnbench")
        #expect(
            try error([changed(header, "attnbench/2", "attnbench/9")])
                == "\(path):1: schema \"attnbench/9\" is not \"attnbench/2\"; read it with the build that wrote it")
        #expect(try error([first, Data("{\"kernel\":".utf8), second])?.hasPrefix("\(path):2: ") == true)
        #expect(
            try error([first, changed(line, "\"launch\":1,"), second])
                == "\(path):2: `launch` is missing; delete the line to continue without it")
        #expect(
            try error([first, changed(line, "[1,2]", "[1]")])?.contains("there are 1 of them for 2 samples") == true)
        #expect(
            try error([first, changed(line, "\"queryLength\":64", "\"queryLength\":0")])?
                .contains("queryLength is 0; it must be at least 1") == true)
        #expect(
            try error([first, first, second])
                == "\(path):2: this is a second header: the file contains two results files; delete the line to "
                + "continue without it")
        #expect(
            try error([changed(header, "\"seed\":", "\"root\":"), second])?
                .hasPrefix("\(path):1: the header cannot be read: `seed` is missing; no line can be read without it")
                == true)
        #expect(
            try error([first, second, second])
                == "\(path):3: full 64 d=1 occurs twice for launch 1; delete one of the two lines")
        #expect(try error([first, Data("{\"kernel\":".utf8), second])?.contains(".;") == false)
        let sum = String(decoding: second.suffix(10).prefix(8), as: UTF8.self)
        var wrong = second
        wrong.replaceSubrange(second.range(of: Data("1000001".utf8))!, with: Data("1000009".utf8))
        let changedLine = try error([first, second, wrong])
        #expect(
            changedLine?.hasPrefix("\(path):3: the line was changed after it was written: its checksum is \(sum), ")
                == true)
        #expect(changedLine?.hasSuffix("; delete the line to continue without it") == true)
        #expect(
            try error([first, Data(line.utf8)])
                == "\(path):2: the line does not end with its checksum; delete the line to continue without it")
        let missing = #expect(throws: ResultsError.self) { try ResultsFile.load(folder.file("none.jsonl")) }
        #expect(missing?.description == "cannot read \(folder.file("none.jsonl")): no such file or directory")
    }
}
