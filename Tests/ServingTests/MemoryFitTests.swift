import Foundation
import Testing

@testable import Serving

@Suite struct MemoryFitTests {
    private static func scout(_ weights: StorageType = .bf16, cache: StorageType = .bf16) throws -> MemoryFit {
        MemoryFit(KVCache(try model("llama-4-scout").storing(weights: WeightStorage(weights)), type: cache))
    }

    private static func deployment(_ id: String, _ count: Int, reserve: Double = 0.1) throws -> Deployment {
        Deployment(try accelerator(id), count: count, reserve: reserve)
    }

    @Test func longestContextOfScout() throws {
        let fit = try Self.scout()
        #expect(fit.weightBytes == 218e9)
        func millions(_ fit: MemoryFit, _ id: String, _ count: Int) throws -> Double {
            Double(try #require(fit.longestContext(on: Self.deployment(id, count)))) / 1e6
        }
        #expect(rounded(try millions(fit, "h100-sxm", 8), 2) == "7.26")
        #expect(rounded(try millions(fit, "h200-sxm", 8), 1) == "16.2")
        #expect(rounded(try millions(Self.scout(.int4), "h100-sxm", 1), 3) == "0.331")
        #expect(rounded(try millions(Self.scout(.int4, cache: .q40), "h100-sxm", 1), 2) == "1.24")
        let full = MemoryFit(KVCache(try model("llama-4-scout").withAllLayersFull, type: .bf16))
        #expect(rounded(try millions(full, "h100-sxm", 8), 2) == "1.82")
        #expect(rounded(try millions(full, "h200-sxm", 8), 2) == "4.05")
    }

    @Test func weightsThatDoNotFitLeaveNoContext() throws {
        #expect(try Self.scout().longestContext(on: Self.deployment("h100-sxm", 2)) == 0)
        #expect(try Self.scout().largestBatch(tokens: 1000, on: Self.deployment("h100-sxm", 2)) == 0)
    }

    @Test func aBoundedCacheHasNoLongestContext() throws {
        let fit = MemoryFit(KVCache(try model("mistral-7b-v0.1"), type: .bf16))
        #expect(try fit.longestContext(on: Self.deployment("h100-sxm", 1)) == nil)
    }

    @Test func fewestAcceleratorsAndTheServersTheyAreRentedIn() throws {
        let fit = MemoryFit(KVCache(try model("llama-3.1-70b"), type: .bf16))
        let one = try Self.deployment("h100-sxm", 1)
        #expect(fit.fewestAccelerators(tokens: 1 << 20, like: one) == 7)
        #expect(fit.smallestDeployment(tokens: 1 << 20, like: one).count == 8)
        #expect(fit.smallestDeployment(tokens: 1024, like: one).count == 2)
        #expect(fit.fewestAccelerators(tokens: 10_000_000, like: one) == 48)
        #expect(fit.smallestDeployment(tokens: 10_000_000, like: one).count == 48)
        #expect(fit.smallestDeployment(tokens: 10_000_000, like: one).nodes == 6)
        // Hybrid 4-bit Scout with 4-bit weights: three H100, not seven.
        #expect(try Self.scout(.int4, cache: .int4).fewestAccelerators(tokens: 10_000_000, like: one) == 3)
    }

    @Test func theBatchFillsWhatWeightsLeave() throws {
        let fit = MemoryFit(KVCache(try model("llama-3.1-70b"), type: .bf16))
        let node = try Self.deployment("h100-sxm", 8)
        let batch = fit.largestBatch(tokens: 8192, on: node)
        #expect(batch == 161)
        #expect(fit.bytes(tokens: 8192, batch: batch) <= node.usableBytes)
        #expect(fit.bytes(tokens: 8192, batch: batch + 1) > node.usableBytes)
    }

    @Test(arguments: [
        ("a100-80-sxm", 153.0), ("h200-sxm", 206), ("tpu-v5e", 243), ("mi300x", 247), ("b200-hgx", 281),
        ("h100-sxm", 295), ("h100-pcie", 378), ("l40s", 419),
    ])
    func ridges(id: String, ridge: Double) throws {
        #expect(abs(try accelerator(id).ridge - ridge) < 0.5)
    }

    @Test func pricesComeWithDateAndRange() throws {
        let h100 = try accelerator("h100-sxm")
        let price = try #require(PriceList.shipped.price(of: h100))
        #expect(price.dollarsPerAcceleratorHour == 3.5)
        #expect(price.date.description == "2025-04")
        let range = try #require(PriceList.shipped.range(of: h100))
        #expect(range.lowerBound == 2.5)
        #expect(rounded(range.upperBound, 2) == "12.29")
        #expect(PriceList.shipped.price(of: try accelerator("l40s")) == nil)
        for price in PriceList.shipped.prices { _ = try accelerator(price.accelerator) }
    }

    @Test func aPriceFileReplacesThem() throws {
        let own = try PriceList(
            yaml: "- {accelerator: h100-sxm, dollarsPerHour: 1.75, date: 2027-01}", from: "mine.yaml")
        #expect(own.price(of: try accelerator("h100-sxm"))?.dollarsPerAcceleratorHour == 1.75)
        let measured = try PriceList(
            yaml: "- {accelerator: h100-sxm, dollarsPerHour: 14, accelerators: 8, date: 2027-01, mfu: 0.4, mbu: 0.8}",
            from: "mine.yaml")
        let price = try #require(measured.prices.first)
        #expect(price.dollarsPerAcceleratorHour == 1.75 && price.mfu == 0.4 && price.mbu == 0.8)
        for wrong in ["mfu: 40", "mbu: 0", "accelerators: 0"] {
            #expect(throws: PriceError.self) {
                try PriceList(
                    yaml: "- {accelerator: h100-sxm, dollarsPerHour: 14, date: 2027-01, \(wrong)}", from: "mine.yaml")
            }
        }
        #expect {
            try PriceList(yaml: "- {accelerator: h100-sxm, date: 2027-01}", from: "mine.yaml")
        } throws: {
            "\($0)".hasPrefix("mine.yaml: entry 1 needs \"dollarsPerHour\"")
        }
    }

    @Test func aPriceFileNamesKnownAccelerators() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("prices-\(UUID().uuidString).yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("- {accelerator: h100-sxn, dollarsPerHour: 2, date: 2027-01}".utf8).write(to: file)
        #expect {
            try PriceList(path: file.path)
        } throws: {
            "\($0)".contains("\"h100-sxn\" is not an accelerator; did you mean \"h100-sxm\"?")
        }
        try Data("- {accelerator: H100 SXM, dollarsPerHour: 2, date: 2027-01}".utf8).write(to: file)
        #expect(try PriceList(path: file.path).price(of: accelerator("h100-sxm"))?.dollarsPerHour == 2)
    }
}
