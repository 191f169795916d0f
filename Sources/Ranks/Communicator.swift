import Foundation
import Hardware

/// A rank's connection to the others, which counts what arrives and writes down what the rank did when.
public final class Communicator {
    private let transport: any Transport
    private let clock: any NanosecondClock
    public private(set) var activities: [Activity] = []
    /// Bytes that other ranks sent to this one since `beginCall`.
    public private(set) var receivedBytes = 0

    public init(_ transport: any Transport, clock: any NanosecondClock = SystemClock()) {
        self.transport = transport
        self.clock = clock
        activities.reserveCapacity(1024)
    }

    public var rank: Int { transport.rank }
    public var rankCount: Int { transport.rankCount }
    /// The name of this rank's host. A system may have any text for it; what no name of a host contains is a question mark here.
    public var host: String {
        String(transport.host.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) ? $0 : "?" })
    }

    /// The rank `distance` places further on, in a ring of all.
    func neighbour(_ distance: Int) -> Int { ((rank + distance) % rankCount + rankCount) % rankCount }

    /// Forgets what was counted before.
    public func beginCall() {
        activities.removeAll(keepingCapacity: true)
        receivedBytes = 0
    }

    public func barrier() { transport.barrier() }

    @discardableResult
    public func progress() -> Bool { transport.progress() }

    /// What a team calls between two items of its work, so that messages move on while it computes.
    public var betweenItems: @Sendable () -> Void {
        // Only the thread that made the team calls it: the one that may use the transport.
        nonisolated(unsafe) let communicator = self
        return { communicator.progress() }
    }

    /// - Precondition: no message is to or from this rank itself.
    func start(_ messages: [Message], rowBytes: Int) {
        for case .receive(let rows, _) in messages { receivedBytes += rows.count }
        transport.start(messages, rowBytes: rowBytes)
    }

    func finish() { record(.waiting) { transport.finish() } }

    func allGather(
        _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int
    ) {
        receivedBytes += all.count - rows.count
        record(.waiting) { transport.allGather(rows, into: all, counts: counts, rowBytes: rowBytes) }
    }

    func allToAll(_ shares: Shares, rowBytes: Int) {
        receivedBytes += shares.received.count - shares.receivedCounts[rank] * rowBytes
        record(.waiting) { transport.allToAll(shares, rowBytes: rowBytes) }
    }

    /// Writes down that the rank did this meanwhile.
    func record(_ kind: Activity.Kind, _ body: () -> Void) {
        let start = clock.nanoseconds
        body()
        activities.append(Activity(kind: kind, startNanoseconds: start, endNanoseconds: clock.nanoseconds))
    }

    /// Sends a value that the other rank looks for when it likes to.
    public func post(_ value: some Encodable, to rank: Int) {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let bytes = try? encoder.encode(value) else { preconditionFailure("\(value) has no form in JSON") }
        transport.post([UInt8](bytes), to: rank)
    }

    /// The next value that a rank has posted to this one; nil where none has come.
    public func nextPosted<Value: Decodable>(_ type: Value.Type) -> (from: Int, value: Value)? {
        guard let letter = transport.nextLetter() else { return nil }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let value = try? decoder.decode(type, from: Data(letter.bytes)) else {
            preconditionFailure("rank \(letter.from), of the same build, posted no \(type)")
        }
        return (letter.from, value)
    }

    /// Waits for it, asleep most of the time: the other ranks may be measuring, and a rank that asks all the time would take power
    /// and memory from them.
    public func waitForPosted<Value: Decodable>(_ type: Value.Type) -> (from: Int, value: Value) {
        while true {
            if let posted = nextPosted(type) { return posted }
            usleep(Self.sleepMicroseconds)
        }
    }

    private static var sleepMicroseconds: UInt32 { 200 }

    /// Waits until all that this rank posted has left it.
    public func finishPosting() { transport.finishLetters() }

    /// Bytes of each rank, as many of all, in their order; not counted as bytes of a call.
    func gather(_ own: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer) {
        transport.allGather(own, into: all, counts: [Int](repeating: 1, count: rankCount), rowBytes: own.count)
    }

    /// One value of each rank, in their order.
    public func gathered<Value: BitwiseCopyable>(_ value: Value) -> [Value] {
        var values = [Value](repeating: value, count: rankCount)
        withUnsafeBytes(of: value) { own in
            values.withUnsafeMutableBytes { gather(own, into: $0) }
        }
        return values
    }
}

/// What a rank did from one time to another, by its own clock.
public struct Activity: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, Codable {
        case computing
        /// Inside a call that ends only when messages have arrived.
        case waiting
        /// Between tensors and the memory of messages.
        case copying
        /// Outputs over parts of the keys.
        case merging
    }

    public let kind: Kind
    public let startNanoseconds: Int
    public let endNanoseconds: Int

    public var nanoseconds: Int { endNanoseconds - startNanoseconds }
}

extension [Activity] {
    public func nanoseconds(_ kind: Activity.Kind) -> Int {
        reduce(0) { $1.kind == kind ? $0 + $1.nanoseconds : $0 }
    }
}
