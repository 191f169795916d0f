/// What serves: memory, bandwidth and arithmetic of one device, from its data sheet.
public struct Accelerator: Sendable, Hashable, Decodable {
    public struct Link: Sendable, Hashable, Decodable {
        public let name: String
        /// Both directions added.
        public let bidirectionalGBs: Double
        /// Devices that share the link in the usual server.
        public let perNode: Int

        public var oneWayBytesPerSecond: Double { bidirectionalGBs * 1e9 / 2 }
    }

    public let id: String
    public let name: String
    /// Decimal gigabytes, as sold.
    public let memoryGB: Double
    public let bandwidthGBs: Double
    /// Dense; the doubled figure of some data sheets counts 2:4 sparsity.
    public let bf16TFLOPS: Double
    public let fp8TFLOPS: Double?
    public let link: Link
    public let sources: [String]
    public let notes: [String]?

    public var memoryBytes: Double { memoryGB * 1e9 }
    public var bytesPerSecond: Double { bandwidthGBs * 1e9 }
    public var flopsPerSecond: Double { bf16TFLOPS * 1e12 }

    /// FLOPs per byte above which arithmetic is the limit, not memory.
    public var ridge: Double { flopsPerSecond / bytesPerSecond }
}
