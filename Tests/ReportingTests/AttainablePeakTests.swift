import Analysis
import Testing

@testable import Reporting

@Suite struct AttainablePeakTests {
    @Test func theRooflineHasALineForTheRegisterTile() throws {
        func guides(_ rate: Double?) throws -> [String] {
            let findings = PlantedAnalysis(kernels: ["full"], windows: [], tileFLOPsPerSecond: rate).findings
            return try #require(RooflineBounds.figure(findings)).guides.map(\.name)
        }
        let without = try guides(nil)
        #expect(try guides(58e9) == [without[0], "register tile: 58.0 GFLOP/s"] + without.dropFirst())
    }
}
