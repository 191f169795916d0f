/// How ranks exchange messages. A message consists of whole rows, whose bytes all ranks agree on. Messages of one rank to
/// another arrive in the order in which they were started.
public protocol Transport: AnyObject {
    var rank: Int { get }
    var rankCount: Int { get }
    /// The name of the host that this rank runs on.
    var host: String { get }

    func barrier()

    /// Starts messages to and from other ranks. Their memory stays where it is, and is not touched, until `finish`.
    /// - Precondition: those that were started before are finished.
    func start(_ messages: [Message], rowBytes: Int)
    /// Moves the messages under way on, and tells whether all have arrived. It costs little, and is called between parts of a
    /// computation.
    @discardableResult
    func progress() -> Bool
    /// Waits for all messages that were started.
    func finish()

    /// Every rank gets the rows of all, in the order of ranks. `counts` are the rows of each.
    func allGather(
        _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int)
    /// Rank r gets the r-th part of what each rank sends.
    func allToAll(_ shares: Shares, rowBytes: Int)

    /// Sends bytes that the other rank looks for when it likes to. Letters from one rank to another arrive in their order.
    func post(_ letter: [UInt8], to rank: Int)
    /// The next letter that has come from any rank; nil where none has.
    func nextLetter() -> Letter?
    /// Waits until all letters of this rank have left it.
    func finishLetters()
}

/// Bytes from another rank that nobody had to expect.
public struct Letter {
    public let from: Int
    public let bytes: [UInt8]

    public init(from: Int, bytes: [UInt8]) {
        self.from = from
        self.bytes = bytes
    }
}

/// Rows on their way to another rank, or from one.
public enum Message {
    case send(UnsafeRawBufferPointer, to: Int)
    case receive(UnsafeMutableRawBufferPointer, from: Int)
}

/// What each rank gives to each other: rows that lie in the order of ranks, and how many they are.
public struct Shares {
    public let sent: UnsafeRawBufferPointer
    public let sentCounts: [Int]
    public let received: UnsafeMutableRawBufferPointer
    public let receivedCounts: [Int]

    public init(
        sent: UnsafeRawBufferPointer, sentCounts: [Int], received: UnsafeMutableRawBufferPointer, receivedCounts: [Int]
    ) {
        self.sent = sent
        self.sentCounts = sentCounts
        self.received = received
        self.receivedCounts = receivedCounts
    }
}

extension [Int] {
    /// Where each part begins that lies behind those before it.
    public var offsets: [Int] {
        var sum = 0
        return map { count in
            defer { sum += count }
            return sum
        }
    }
}

/// The only rank: a program that was not started by `mpirun`, or by `mpirun -n 1`.
public final class SingleRank: Transport {
    public init() {}

    public var rank: Int { 0 }
    public var rankCount: Int { 1 }
    public var host: String { "" }

    public func barrier() {}
    public func start(_ messages: [Message], rowBytes: Int) {
        precondition(messages.isEmpty, "there is no other rank")
    }
    public func progress() -> Bool { true }
    public func finish() {}

    public func allGather(
        _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int
    ) {
        all.copyMemory(from: rows)
    }

    public func allToAll(_ shares: Shares, rowBytes: Int) { shares.received.copyMemory(from: shares.sent) }

    public func post(_ letter: [UInt8], to rank: Int) { preconditionFailure("there is no rank \(rank)") }
    public func nextLetter() -> Letter? { nil }
    public func finishLetters() {}
}
