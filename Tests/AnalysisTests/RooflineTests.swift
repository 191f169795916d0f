import Attention
import Records
import Testing

@testable import Analysis

/// Planted ceilings: 200 GFLOP/s in float32, 400 in bfloat16, 40 GB/s; so ridges at 5 and 10 FLOPs a byte.
@Suite struct RooflineTests {
    private func roof(_ type: ElementType = .float32, cores: Int = 1) throws -> Roofline {
        try #require(Roofline(Planted.ceilings, elementType: type, cores: cores))
    }

    @Test func turnsFromMemoryToArithmeticAtItsRidge() throws {
        let roof = try roof()
        #expect(roof.ridge == 5)
        #expect(roof.attainable(intensity: 1) == 40e9)
        #expect(roof.attainable(intensity: 5) == 200e9)
        #expect(roof.attainable(intensity: 500) == 200e9)
        #expect(try self.roof(.bfloat16).ridge == 10)
        #expect(try self.roof(.float16).peakFLOPsPerSecond == 200e9, "float16 is computed in float32")
    }

    @Test func bothCeilingsGrowWithTheThreads() throws {
        let two = try roof(cores: 2)
        #expect(two.attainable(intensity: 1) == 80e9)
        #expect(two.attainable(intensity: 500) == 400e9)
        #expect(two.ridge == 5)
    }

    @Test func thereIsNoneWithoutCeilings() {
        let ceilings = Ceilings(flopsPerSecond: .init(float32: 0, bfloat16: nil), readBytesPerSecond: 40e9)
        #expect(Roofline(ceilings, elementType: .float32, cores: 1) == nil)
        let silent = Device(name: "Model 7", ceilings: nil)
        #expect(Roofline(Planted.ceilings, device: silent, elementType: .float32, cores: 1) == nil)
    }

    /// However many threads feed it, there is one device.
    @Test func aDeviceHasItsOwnRoof() throws {
        let peaks = Ceilings(
            flopsPerSecond: .init(float32: 1e12, bfloat16: 2e12, float16: 4e12), readBytesPerSecond: 5e11)
        let device = Device(name: "Model 7", ceilings: peaks)
        for (type, peak) in [(ElementType.float32, 1e12), (.bfloat16, 2e12), (.float16, 4e12)] {
            let roof = try #require(Roofline(Planted.ceilings, device: device, elementType: type, cores: 4))
            #expect(roof.peakFLOPsPerSecond == peak && roof.readBytesPerSecond == 5e11 && roof.device == "Model 7")
        }
        let unread = Ceilings(flopsPerSecond: .init(float32: 1e9, bfloat16: nil), readBytesPerSecond: 0)
        #expect(Roofline(unread, elementType: .float32, cores: 1) == nil)
    }

    /// A million nanoseconds a call at n = 1024, d = 64, by hand: 524,800 pairs, 256 FLOPs each, over 1 MiB.
    @Test func placesAMeasuredCell() throws {
        var generator = SplitMix64(seed: 5)
        let planted = Planted(law: { _ in 1e6 }, roundNoise: 0)
        let analysis = Planted.analysis(planted.measurements([1024], using: &generator))
        let series = try #require(analysis.series.first)
        let point = try #require(series.points.first)
        #expect(point.work.bytes == 1 << 20)
        #expect(point.work.intensity == 128.125)
        let fraction = try #require(analysis.roofline(of: series)).fractionOfAttainable(point)
        #expect(abs(fraction - 524_800 * 256 / 1e-3 / 200e9) < 1e-9)
    }

    /// One query against 4096 keys: each key is used once, so memory is the limit.
    @Test func decodeIsBoundByMemory() throws {
        var generator = SplitMix64(seed: 5)
        let planted = Planted(law: { _ in 1e5 }, roundNoise: 0, queryLength: 1)
        let analysis = Planted.analysis(planted.measurements([4096], using: &generator))
        let series = try #require(analysis.series.first)
        let point = try #require(series.points.first)
        let roof = try #require(analysis.roofline(of: series))
        #expect(point.work.intensity < 0.51 && point.work.intensity < roof.ridge)
        let seconds = Double(point.work.bytes) / 40e9
        #expect(abs(roof.fractionOfAttainable(point) - seconds / 1e-4) < 1e-9)
    }
}
