import Attention

/// What the pinned cores can do at best, measured in the same run as the kernels.
public struct Ceilings: Hashable, Codable, Sendable {
    public struct FLOPsPerSecond: Hashable, Codable, Sendable {
        /// Fused multiply-adds on float32 vectors, two FLOPs each.
        public let float32: Double
        /// bfloat16 pair products summed in float32; nil where the CPU or the build has no such instruction.
        public let bfloat16: Double?
        /// Nil where float16 is computed in float32, as on the CPUs that this program measures. Devices of engines may say it.
        public let float16: Double?

        public init(float32: Double, bfloat16: Double?, float16: Double? = nil) {
            self.float32 = float32
            self.bfloat16 = bfloat16
            self.float16 = float16
        }
    }

    public let flopsPerSecond: FLOPsPerSecond
    /// Reading a buffer that no cache holds.
    public let readBytesPerSecond: Double
    /// The attainable peak: float32 products of a register tile on operands in the first cache, on a quiet machine. A kernel
    /// has to load its operands, which the multiply-adds of `flopsPerSecond` do not. Nil in files of earlier builds.
    public let tileFLOPsPerSecond: Double?

    /// Of float32's peak on one CPU, by the CPU's own counters; nil where these cannot be read.
    public let peakFLOPsPerCycle: Double?

    public init(
        flopsPerSecond: FLOPsPerSecond, readBytesPerSecond: Double, tileFLOPsPerSecond: Double? = nil,
        peakFLOPsPerCycle: Double? = nil
    ) {
        self.flopsPerSecond = flopsPerSecond
        self.readBytesPerSecond = readBytesPerSecond
        self.tileFLOPsPerSecond = tileFLOPsPerSecond
        self.peakFLOPsPerCycle = peakFLOPsPerCycle
    }

    /// Whether memory, rather than arithmetic, is what bounds work of so many FLOPs and bytes.
    public func memoryBounds(_ work: Work) -> Bool {
        Double(work.flops) * readBytesPerSecond < Double(work.bytes) * flopsPerSecond.float32
    }
}
