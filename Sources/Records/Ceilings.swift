/// What the pinned cores can do at best, measured in the same run as the kernels.
public struct Ceilings: Hashable, Codable, Sendable {
    public struct FLOPsPerSecond: Hashable, Codable, Sendable {
        /// Fused multiply-adds on float32 vectors, two FLOPs each.
        public let float32: Double
        /// bfloat16 pair products summed in float32; nil where the CPU or the build has no such instruction.
        public let bfloat16: Double?

        public init(float32: Double, bfloat16: Double?) {
            self.float32 = float32
            self.bfloat16 = bfloat16
        }
    }

    public let flopsPerSecond: FLOPsPerSecond
    /// Reading a buffer larger than the last cache, one pass after another.
    public let readBytesPerSecond: Double

    public init(flopsPerSecond: FLOPsPerSecond, readBytesPerSecond: Double) {
        self.flopsPerSecond = flopsPerSecond
        self.readBytesPerSecond = readBytesPerSecond
    }
}
