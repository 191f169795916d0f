/// Accelerators rented together, and how well they are used.
public struct Deployment: Sendable, Hashable {
    /// Shares of the data sheet that serving reaches.
    public struct Utilization: Sendable, Hashable {
        /// Of peak FLOP/s, in prefill (model FLOPs utilisation).
        public let compute: Double
        /// Of memory bandwidth, in decode (model bandwidth utilisation).
        public let bandwidth: Double

        public init(compute: Double = 0.5, bandwidth: Double = 0.7) {
            precondition(compute > 0 && compute <= 1 && bandwidth > 0 && bandwidth <= 1, "a share lies in (0, 1]")
            self.compute = compute
            self.bandwidth = bandwidth
        }

        /// The roofline itself.
        public static let peak = Utilization(compute: 1, bandwidth: 1)
    }

    public let accelerator: Accelerator
    public let count: Int
    public let utilization: Utilization
    /// Which memory of a card is planned with.
    public enum CardMemory: String, Sendable, Hashable, CaseIterable {
        /// Decimal gigabytes, as sold.
        case sold
        /// What a program finds on the card.
        case real
    }

    /// Share of memory kept free for activations, fragments and the runtime.
    public let reserve: Double
    public var cardMemory = CardMemory.sold
    /// Nil where no price is known.
    public let dollarsPerAcceleratorHour: Double?

    public init(
        _ accelerator: Accelerator, count: Int, utilization: Utilization = Utilization(), reserve: Double = 0.1,
        dollarsPerAcceleratorHour: Double? = nil
    ) {
        precondition(count >= 1, "a deployment has at least one accelerator")
        precondition(reserve >= 0 && reserve < 1, "the reserve is a share of memory in [0, 1)")
        self.accelerator = accelerator
        self.count = count
        self.utilization = utilization
        self.reserve = reserve
        self.dollarsPerAcceleratorHour = dollarsPerAcceleratorHour
    }

    /// Bytes for weights and caches.
    public var usableBytes: Double {
        let card = cardMemory == .sold ? accelerator.memoryBytes : accelerator.realMemoryBytes
        return Double(count) * card * (1 - reserve)
    }
    public var flopsPerSecond: Double { Double(count) * accelerator.flopsPerSecond * utilization.compute }
    public var bytesPerSecond: Double { Double(count) * accelerator.bytesPerSecond * utilization.bandwidth }
    public var nodes: Int { (count + accelerator.link.perNode - 1) / accelerator.link.perNode }

    public var dollarsPerSecond: Double? { dollarsPerAcceleratorHour.map { $0 * Double(count) / 3600 } }

    public func with(count: Int) -> Deployment {
        var deployment = Deployment(
            accelerator, count: count, utilization: utilization, reserve: reserve,
            dollarsPerAcceleratorHour: dollarsPerAcceleratorHour)
        deployment.cardMemory = cardMemory
        return deployment
    }
}
