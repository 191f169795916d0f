import Foundation

/// How long a message takes between two neighbouring ranks: a latency, and a time for each byte. While a rank computes, each
/// byte also takes some of its core's time.
public struct RankLink: Hashable, Sendable, Codable, BitwiseCopyable {
    /// α.
    public let latencySeconds: Double
    /// 1/β.
    public let secondsPerByte: Double
    /// How much longer a computation takes for each byte that comes in meanwhile. It is 0 where a device moves the bytes, and
    /// near 1/β where the core itself copies them.
    public let copySecondsPerByte: Double

    public init(latencySeconds: Double, secondsPerByte: Double, copySecondsPerByte: Double = 0) {
        self.latencySeconds = latencySeconds
        self.secondsPerByte = secondsPerByte
        self.copySecondsPerByte = copySecondsPerByte
    }

    /// β.
    public var bytesPerSecond: Double { 1 / secondsPerByte }

    /// α + bytes/β; nothing takes no time.
    public func seconds(bytes: Int) -> Double { bytes == 0 ? 0 : latencySeconds + Double(bytes) * secondsPerByte }
}

/// The ranks of a run, as their engine tells them in each line of a results file.
public struct RankSetting: Hashable, Sendable, Codable {
    /// Host and CPU of each rank, in their order.
    public let places: [String]
    /// The slowest link between neighbours; nil for a single rank.
    public let link: RankLink?

    public init(places: [String], link: RankLink? = nil) {
        self.places = places
        self.link = link
    }

    public var count: Int { places.count }

    /// The engine whose kernels ranks share.
    public static let engine = "ranks"

    /// What stands for a rank that may run on any CPU.
    public static let unbound = "not bound"

    private var areBound: Bool { !places.contains { $0.hasSuffix(Self.unbound) } }

    /// Cores that the ranks have together: ranks that are not bound may have one each.
    public var coreCount: Int { areBound ? Set(places).count : count }

    /// What forbids to take their times for a speed-up.
    public var remarks: [String] {
        if !areBound { return ["ranks are not bound to CPUs, so the system may move them"] }
        guard coreCount < count else { return [] }
        return [
            "ranks share a CPU (\(places.joined(separator: ", "))): their times say nothing of a speed-up; start at most one "
                + "rank for each core"
        ]
    }
}

/// As `engineDetails` has it: one text for each name.
extension RankSetting {
    private static let separator = ", "

    public var details: [String: String] {
        var details = ["ranks": "\(count)", "places": places.joined(separator: Self.separator)]
        if let link {
            details["latencySeconds"] = "\(link.latencySeconds)"
            details["bytesPerSecond"] = "\(link.bytesPerSecond.rounded())"
            details["copySecondsPerByte"] = "\(link.copySecondsPerByte)"
        }
        return details
    }

    /// Nil where these are not the details of ranks.
    public init?(details: [String: String]) {
        guard let places = details["places"]?.components(separatedBy: Self.separator),
            details["ranks"] == "\(places.count)"
        else { return nil }
        // A file may claim anything.
        func number(_ name: String) -> Double? { details[name].flatMap(Double.init).flatMap { $0.isFinite ? $0 : nil } }
        var link: RankLink?
        if let latency = number("latencySeconds"), let rate = number("bytesPerSecond"), rate >= 1 {
            link = RankLink(
                latencySeconds: max(0, latency), secondsPerByte: 1 / rate,
                copySecondsPerByte: max(0, number("copySecondsPerByte") ?? 0))
        }
        self.init(places: places, link: link)
    }
}

extension KernelOrigin {
    /// Nil where one process computes a call.
    public var ranks: RankSetting? { RankSetting(details: engineDetails) }
}
