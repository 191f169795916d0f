import Foundation
import Hardware
import Records

/// A rank's connection to the others, which counts what arrives and writes down what the rank did when.
public final class Communicator {
    private let transport: any Transport
    private let clock: any NanosecondClock
    public private(set) var activities: [RankActivity] = []
    /// Bytes that other ranks sent to this one since `beginCall`.
    public private(set) var receivedBytes = 0
    private var begin = 0
    /// When the messages under way were started; nil where there are none.
    private var underWaySince: Int?

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

    /// Forgets what was counted before, and begins to count time.
    public func beginCall() {
        activities.removeAll(keepingCapacity: true)
        receivedBytes = 0
        begin = clock.nanoseconds
    }

    private var now: Int { clock.nanoseconds - begin }

    public func barrier() { transport.barrier() }

    @discardableResult
    public func progress() -> Bool {
        let haveArrived = transport.progress()
        if haveArrived { endTransfer() }
        return haveArrived
    }

    private func endTransfer() {
        guard let start = underWaySince else { return }
        underWaySince = nil
        append(.transfer, since: start)
    }

    private func append(_ kind: RankActivity.Kind, since start: Int) {
        activities.append(RankActivity(kind, startNanoseconds: start, endNanoseconds: now))
    }

    /// What a team calls between two items of its work, so that messages move on while it computes.
    public var betweenItems: @Sendable () -> Void {
        // Only the thread that made the team calls it: the one that may use the transport.
        nonisolated(unsafe) let communicator = self
        return { communicator.progress() }
    }

    /// - Precondition: no message is to or from this rank itself.
    func start(_ messages: [Message], rowBytes: Int) {
        for case .receive(let rows, _) in messages { receivedBytes += rows.count }
        if !messages.isEmpty { underWaySince = now }
        transport.start(messages, rowBytes: rowBytes)
    }

    func finish() {
        record(.waiting) { transport.finish() }
        endTransfer()
    }

    func allGather(
        _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int
    ) {
        receivedBytes += all.count - rows.count
        exchange { transport.allGather(rows, into: all, counts: counts, rowBytes: rowBytes) }
    }

    func allToAll(_ shares: Shares, rowBytes: Int) {
        receivedBytes += shares.received.count - shares.receivedCounts[rank] * rowBytes
        exchange { transport.allToAll(shares, rowBytes: rowBytes) }
    }

    /// A rank waits from the beginning of a collective operation to its end.
    private func exchange(_ body: () -> Void) {
        underWaySince = now
        record(.waiting, body)
        endTransfer()
    }

    /// Writes down that the rank did this meanwhile.
    func record(_ kind: RankActivity.Kind, _ body: () -> Void) {
        let start = now
        body()
        append(kind, since: start)
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

    /// What each rank did, in their order; nil where it is more than `most` activities in all.
    func gathered(_ activities: ArraySlice<RankActivity>, most: Int) -> [[RankActivity]]? {
        let counts = gathered(activities.count)
        guard let longest = counts.max(), longest > 0, counts.reduce(0, +) <= most else { return nil }
        let kinds = RankActivity.Kind.allCases
        var own = activities.flatMap { [kinds.firstIndex(of: $0.kind)!, $0.startNanoseconds, $0.endNanoseconds] }
        own += [Int](repeating: 0, count: 3 * longest - own.count)
        var all = [Int](repeating: 0, count: own.count * rankCount)
        own.withUnsafeBytes { own in all.withUnsafeMutableBytes { gather(own, into: $0) } }
        return counts.enumerated().map { rank, count in
            (0..<count).map { index in
                let place = 3 * (rank * longest + index)
                return RankActivity(kinds[all[place]], startNanoseconds: all[place + 1], endNanoseconds: all[place + 2])
            }
        }
    }
}
