import Analysis
import Benchmarking
import Foundation
import Kernels
import Testing

@testable import OwnKernelExample

/// The example of a package that times a kernel of its own. `scripts/check-example` builds it from outside.
@Suite struct OwnKernelTests {
    @Test func theKernelIsRight() {
        let conformance = Conformance(of: .row)
        #expect(conformance.isConforming, "\(conformance.failures)")
        #expect(conformance.elementTypes == [.float32])
    }

    @Test func itIsMeasuredAndFittedBesideOurs() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("own-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sweep = OwnKernel.sweep
            .replacing("128..2K*sqrt2", with: "32..128*sqrt2").replacing("20s", with: "2m")
        let results = try OwnKernel.measure(sweep, into: path)
        #expect(results.measurements.count == 10)
        for measurement in results.measurements {
            guard case .measured = measurement.outcome else {
                Issue.record("\(measurement.workload): \(measurement.outcome)")
                continue
            }
        }
        let analysis = ScalingAnalysis(results: results)
        #expect(Set(analysis.series.map(\.label)) == ["full", "row"])
        #expect(analysis.series.allSatisfy { $0.points.count == 5 && $0.exponent != nil })
    }

    @Test func itsSweepIsRead() throws {
        let sweep = try SweepFile.parse(OwnKernel.sweep, file: "own", kernels: OwnKernel.kernels)
        #expect(try sweep.workloads(kernels: OwnKernel.kernels).count == 18)
    }
}
