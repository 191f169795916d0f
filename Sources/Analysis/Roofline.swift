import Attention
import Records

/// What a kernel could attain on measured cores (Williams, Waterman and Patterson, "Roofline", 2009): a call of
/// `intensity` FLOPs a byte can do no more than the peak of its element type, and no more than memory feeds it.
///
/// Both ceilings are those of one core times the cores, or those of the device that the engine runs on. For the arithmetic
/// of cores that is exact; memory is shared, so several cores may get less than that, never more. Bytes are the least that must move (`Work.bytes`): a call whose tensors lie
/// in a cache may pass the memory roof.
public struct Roofline: Sendable, Hashable {
    public let elementType: ElementType
    /// Of all threads, and of all ranks.
    public let cores: Int
    /// Nil for the CPUs of the machine.
    public let device: String?
    public let peakFLOPsPerSecond: Double
    public let readBytesPerSecond: Double

    /// Nil where a ceiling was not measured.
    public init?(_ ceilings: Ceilings, device: Device? = nil, elementType: ElementType, cores: Int) {
        let roof = Roof(over: device, ceilings, elementType: elementType, cores: cores)
        guard roof.peakFLOPsPerSecond > 0, roof.readBytesPerSecond > 0 else { return nil }
        peakFLOPsPerSecond = roof.peakFLOPsPerSecond
        readBytesPerSecond = roof.readBytesPerSecond
        self.elementType = elementType
        self.cores = cores
        self.device = device?.name
    }

    /// FLOPs a byte from where on arithmetic is the limit.
    public var ridge: Double { peakFLOPsPerSecond / readBytesPerSecond }

    /// FLOP/s.
    public func attainable(intensity: Double) -> Double { min(peakFLOPsPerSecond, intensity * readBytesPerSecond) }

    /// Useful FLOP/s of a measured cell over what it could attain.
    public func fractionOfAttainable(_ point: Point) -> Double {
        let peak = peakFLOPsPerSecond * (point.utilisation.relativePeak ?? 1)
        return Double(point.work.flops) / (point.median.value * 1e-9)
            / min(peak, point.work.intensity * readBytesPerSecond)
    }
}

extension ScalingAnalysis {
    /// The roof over a series; nil where no ceiling was measured.
    public func roofline(of series: Series) -> Roofline? {
        Roofline(
            ceilings, device: series.device, elementType: series.parameters.elementType,
            cores: series.cores)
    }
}

/// The ceilings over one cell; 0 where one was not measured.
struct Roof {
    let cores: Int
    let peakFLOPsPerSecond: Double
    let readBytesPerSecond: Double
    /// The peak beside the samples of the cell, over that before the run; nil where the machine has not drifted.
    var relativePeak: Double?
    /// Of all cores together; nil where nobody counted cycles.
    let peakFLOPsPerCycle: Double?

    /// - Parameters:
    ///   - device: what the cell was measured on; nil for so many cores.
    ///   - ceilings: of one core.
    init(over device: Device?, _ ceilings: Ceilings, elementType: ElementType, cores: Int) {
        self.cores = cores
        let (ceilings, count) = device.map { ($0.ceilings ?? .unknown, 1) } ?? (ceilings, cores)
        peakFLOPsPerSecond = ceilings.peakFLOPsPerSecond(of: elementType, cores: count)
        readBytesPerSecond = ceilings.readBytesPerSecond * Double(count)
        // A type with instructions of its own does as many more a cycle as a second.
        let float32 = ceilings.flopsPerSecond.float32
        peakFLOPsPerCycle = ceilings.peakFLOPsPerCycle.flatMap { [peakFLOPsPerSecond] perCycle in
            float32 > 0 ? perCycle * peakFLOPsPerSecond / float32 : nil
        }
    }
}
