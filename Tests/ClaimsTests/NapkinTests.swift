import Foundation
import Serving
import Testing

@testable import Claims

private func accelerator(_ id: String) throws -> Accelerator {
    try AcceleratorCatalogue.shipped.accelerator(named: id)
}

private func rounded(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// The articles' own figures, reproduced.
@Suite struct NapkinTests {
    @Test func fourBitsByFortyLayers() {
        let napkin = Napkin.societysBackend
        #expect(napkin.bytesPerToken == 40_960)
        #expect(napkin.cacheBytes(tokens: 1_000_000) == 40.96e9)
        #expect(napkin.cacheBytes(tokens: 10_000_000) == 409.6e9)
        #expect(napkin.with(bits: StorageType.q40.bitsPerElement).bytesPerToken == 46_080)
    }

    /// Two precisions by four lengths.
    @Test(arguments: [
        (16.0, 1000, "0.123"), (16, 10_000, "1.229"), (16, 1_000_000, "122.880"), (16, 10_000_000, "1228.800"),
        (8, 1000, "0.061"), (8, 10_000, "0.614"), (8, 1_000_000, "61.440"), (8, 10_000_000, "614.400"),
    ])
    func eightRows(bits: Double, tokens: Int, gigabytes: String) {
        #expect(rounded(Napkin.unboxingLLMs.with(bits: bits).cacheBytes(tokens: tokens) / 1e9, 3) == gigabytes)
    }

    @Test func hardwareUnderTheArticlesAssumptions() throws {
        func millions(_ id: String, _ count: Int) throws -> String {
            let deployment = Deployment(try accelerator(id), count: count, reserve: 0.1)
            return rounded(Double(Napkin.unboxingLLMs.longestContext(on: deployment)) / 1e6, 2)
        }
        #expect(Napkin.unboxingLLMs.bytesPerToken == 122_880)
        #expect(try millions("h100-sxm", 8) == "4.41")
        #expect(try millions("h200-sxm", 8) == "7.99")
        #expect(try millions("h100-sxm", 32) == "18.47")
        #expect(try millions("a100-80-sxm", 32) == "18.47")
        let h100 = Deployment(try accelerator("h100-sxm"), count: 1, reserve: 0.1)
        #expect(rounded(Napkin.unboxingLLMs.accelerators(tokens: 10_000_000, like: h100), 1) == "17.5")
        #expect(rounded(Napkin.societysBackend.accelerators(tokens: 10_000_000, like: h100), 2) == "6.45")
        let full = Deployment(try accelerator("h100-sxm"), count: 1, reserve: 0)
        #expect(rounded(Napkin.societysBackend.accelerators(tokens: 10_000_000, like: full), 2) == "5.81")
    }
}
