import Attention
import Records

/// What a kernel could attain on measured cores (Williams, Waterman and Patterson, "Roofline", 2009): a call of
/// `intensity` FLOPs a byte can do no more than the peak of its element type, and no more than memory feeds it.
///
/// Both ceilings are those of one core times the threads. For arithmetic that is exact; memory is shared, so several
/// cores may get less than that, never more. Bytes are the least that must move (`Work.bytes`): a call whose tensors lie
/// in a cache may pass the memory roof.
public struct Roofline: Sendable, Hashable {
    public let elementType: ElementType
    public let threads: Int
    public let peakFLOPsPerSecond: Double
    public let readBytesPerSecond: Double

    /// Nil where a ceiling was not measured.
    public init?(_ ceilings: Ceilings, elementType: ElementType, threads: Int) {
        peakFLOPsPerSecond = ceilings.peakFLOPsPerSecond(of: elementType, threads: threads)
        readBytesPerSecond = ceilings.readBytesPerSecond * Double(threads)
        guard peakFLOPsPerSecond > 0, readBytesPerSecond > 0 else { return nil }
        self.elementType = elementType
        self.threads = threads
    }

    /// FLOPs a byte from where on arithmetic is the limit.
    public var ridge: Double { peakFLOPsPerSecond / readBytesPerSecond }

    /// FLOP/s.
    public func attainable(intensity: Double) -> Double { min(peakFLOPsPerSecond, intensity * readBytesPerSecond) }

    /// Useful FLOP/s of a measured cell over what it could attain.
    public func fractionOfAttainable(_ point: Point) -> Double {
        Double(point.flops) / (point.medianNanoseconds * 1e-9) / attainable(intensity: point.intensity)
    }
}

extension Point {
    /// FLOPs per byte of the least traffic.
    public var intensity: Double { Double(flops) / Double(bytes) }
}

extension ScalingAnalysis {
    /// The roof over a series; nil where no ceiling was measured.
    public func roofline(of series: Series) -> Roofline? {
        Roofline(ceilings, elementType: series.parameters.elementType, threads: series.parameters.threads)
    }
}
