import Attention
import Foundation
import TestSupport
import Testing

@testable import Records

/// One line of the results file, as docs/results-file.md describes it.
@Suite struct MeasurementLineTests {
    private func line(
        engine: String = "acme", kernel: String = "flash", computedPairs: String = "null",
        scratchBytes: String = "null",
        predictedBytes: String = "null", usefulPairs: Int = 2080, extra: String = ""
    ) -> Data {
        Data(
            """
            {"engine":{"name":"\(engine)","version":"2.1"},"kernel":"\(kernel)","place":3,"phase":"prefill",\
            "problem":{"batch":1,"elementType":"float32","keyCacheFormat":"float32","keyHeadDimension":1,"keyLength":64,\
            "keyValueHeads":1,"mask":\(Self.causal),"positions":"none","queryHeads":1,"queryLength":64,"scale":1,\
            "valueCacheFormat":"float32","valueHeadDimension":1},"threads":1,"launch":1,\
            "work":{"bytes":1024,"computedPairs":\(computedPairs),"flops":8320,"usefulPairs":\(usefulPairs)},\
            "scratchBytes":\(scratchBytes),"predictedBytes":\(predictedBytes),"outcome":"skipped","reason":"a test"\(extra)}
            """.utf8)
    }

    private static var causal: String { String(decoding: try! JSONEncoder().encode(Mask.causal), as: UTF8.self) }

    private func read(_ line: Data) throws -> Records.Measurement {
        try JSONLines.value(Records.Measurement.self, of: line, number: 7, in: "r.jsonl")
    }

    private func fault(_ line: Data) -> String? {
        #expect(throws: ResultsError.self) { try read(line) }?.description
    }

    @Test func anEngineOfSomebodyElseIsRead() throws {
        let measurement = try read(line())
        #expect(measurement.workload.kernel == "acme/flash")
        #expect(measurement.origin == KernelOrigin(engine: EngineIdentity(name: "acme", version: "2.1"), place: 3))
        #expect(measurement.work.computedPairs == nil && measurement.work.overhead == nil)
        #expect(measurement.scratchBytes == nil && measurement.predictedBytes == nil)
        #expect(try read(try JSONLines.object(measurement)) == measurement)
    }

    @Test func aVariantIsOfAKernelOfItsOwnEngine() throws {
        let measurement = try read(line(extra: ",\"variantOf\":\"tiled\""))
        #expect(measurement.origin.variantOf == "acme/tiled")
        #expect(try read(try JSONLines.object(measurement)) == measurement)
    }

    @Test func whatAnEngineSaysOfItselfIsKept() throws {
        let measurement = try read(line(extra: ",\"engineDetails\":{\"MKL\":\"AVX-512\"}"))
        #expect(measurement.origin.engineDetails == ["MKL": "AVX-512"])
        #expect(try read(try JSONLines.object(measurement)) == measurement)
    }

    @Test func thisProgramsKernelsHaveBareNames() throws {
        let measurement = try read(
            line(
                engine: "attnbench", kernel: "full", computedPairs: "4000", scratchBytes: "512", predictedBytes: "1536")
        )
        #expect(measurement.workload.kernel == "full")
        #expect(measurement.work.computedPairs == 4000 && measurement.predictedBytes == 4 * 64 * 4 + 512)
    }

    /// Numbers that no run writes: sums and products with them could overflow.
    @Test(arguments: [
        ("\"place\":3", "\"place\":-1", "`place` is -1"), ("\"launch\":1", "\"launch\":0", "`launch` is 0"),
        ("\"threads\":1", "\"threads\":1000000000000", "`threads`: it is 1000000000000"),
        ("\"scratchBytes\":null", "\"scratchBytes\":\(Int.max)", "`scratchBytes` is \(Int.max)"),
        ("\"scratchBytes\":null", "\"scratchBytes\":-1", "`scratchBytes` is -1"),
        ("\"computedPairs\":null", "\"computedPairs\":1", "`work.computedPairs` is 1, fewer than the 2080"),
    ])
    func numbersThatNoRunWritesAreRefused(old: String, new: String, fault: String) throws {
        let text = String(decoding: line(), as: UTF8.self)
        // Predicted bytes have to be those of the scratch, or the line is refused for that.
        let scratch = Int(new.split(separator: ":")[1]).map { $0.addingReportingOverflow(1024) }
        let predicted = scratch.map { $0.overflow ? Int.max : $0.partialValue } ?? 0
        let changed = text.replacing(old, with: new).replacing(
            "\"predictedBytes\":null",
            with: new.hasPrefix("\"scratchBytes") ? "\"predictedBytes\":\(predicted)" : "\"predictedBytes\":null")
        let message = try #require(self.fault(Data(changed.utf8)))
        #expect(message.contains(fault), "\(message)")
    }

    @Test func fieldsOfLaterVersionsAreIgnored() throws {
        #expect(try read(line(extra: ",\"energyJoules\":3.5")) == read(line()))
    }

    /// Null says that a kernel does not tell; a field that is not there was forgotten.
    @Test func unknownCountsAreWrittenAsNull() throws {
        let text = String(decoding: try JSONLines.object(read(line())), as: UTF8.self)
        for field in ["computedPairs", "scratchBytes", "predictedBytes"] { #expect(text.contains("\"\(field)\":null")) }
        let without = String(decoding: line(), as: UTF8.self).replacing("\"scratchBytes\":null,", with: "")
        #expect(
            fault(Data(without.utf8)) == "r.jsonl:7: `scratchBytes` is missing; delete the line to continue without it")
    }

    @Test func whatDoesNotFollowFromTheProblemIsRefused() {
        #expect(
            fault(line(usefulPairs: 2081))
                == "r.jsonl:7: work.usefulPairs is 2081, but the problem gives 2080; delete the line to continue without it"
        )
        #expect(
            fault(line(scratchBytes: "512", predictedBytes: "1537"))?.contains(
                "it is 1537, but the problem and the scratch give 1536") == true)
    }

    @Test func keysAndValuesOfDifferentSizesAreNamed() {
        let text = String(decoding: line(), as: UTF8.self)
        #expect(
            fault(Data(text.replacing("\"valueHeadDimension\":1", with: "\"valueHeadDimension\":2").utf8))?
                .contains("values of 2 elements beside keys of 1 cannot be counted by this build") == true)
    }

    @Test func ownKernelsComeFirst() {
        func origin(_ engine: String, _ place: Int) -> KernelOrigin {
            KernelOrigin(engine: EngineIdentity(name: engine, version: "1"), place: place)
        }
        let sorted = [origin("zeta", 0), origin("acme", 1), origin("attnbench", 9), origin("acme", 0)].sorted()
        #expect(sorted == [origin("attnbench", 9), origin("acme", 0), origin("acme", 1), origin("zeta", 0)])
    }
}
