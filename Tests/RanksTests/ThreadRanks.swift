import Foundation
import Ranks

/// Ranks that are threads of the test, so that messages can be late, and wrong, as a test wants them.
enum ThreadRanks {
    /// Runs `body` on each rank and gives what each came to.
    ///
    /// - Parameter hosts: of each rank.
    static func run<Value: Sendable>(
        _ count: Int, delaysSeed: UInt64? = nil, fault: Fault = .none, hosts: [String]? = nil,
        _ body: @escaping @Sendable (Communicator) throws -> Value
    ) throws -> [Value] {
        let exchange = Exchange(count, fault)
        let results = Results<Value>()
        let group = DispatchGroup()
        for rank in 0..<count {
            group.enter()
            let thread = Thread {
                let transport = ThreadTransport(
                    rank, exchange, delaysSeed: delaysSeed, host: hosts?[rank] ?? "test")
                let result = Result { try body(Communicator(transport)) }
                results.put(result, of: rank)
                group.leave()
            }
            thread.stackSize = 8 << 20
            thread.start()
        }
        group.wait()
        return try (0..<count).map { try results.of(rank: $0) }
    }

    private final class Results<Value>: @unchecked Sendable {
        private let lock = NSLock()
        private var all: [Int: Result<Value, any Error>] = [:]

        func put(_ result: Result<Value, any Error>, of rank: Int) { lock.withLock { all[rank] = result } }

        func of(rank: Int) throws -> Value { try lock.withLock { try all[rank]!.get() } }
    }

    /// What the messages do that they should not.
    enum Fault {
        case none
        /// Every message has one byte changed.
        case changedByte
    }
}

/// Letters from each rank to each other.
final class Exchange: @unchecked Sendable {
    let count: Int
    private let fault: ThreadRanks.Fault
    private let condition = NSCondition()
    private var letters: [[[UInt8]]]
    /// What was posted to each rank.
    private var posted: [[Letter]]
    private var arrived = 0
    private var barriers = 0

    init(_ count: Int, _ fault: ThreadRanks.Fault) {
        self.count = count
        self.fault = fault
        letters = Array(repeating: [], count: count * count)
        posted = Array(repeating: [], count: count)
    }

    func send(_ bytes: UnsafeRawBufferPointer, from: Int, to: Int) {
        var letter = Array(bytes)
        // The exponent of a float32, and nearly the largest one.
        if fault == .changedByte, letter.count > 3 { letter[letter.count / 2 | 3] = 0x7F }
        condition.withLock {
            letters[from * count + to].append(letter)
            condition.broadcast()
        }
    }

    func receive(_ bytes: UnsafeMutableRawBufferPointer, from: Int, to: Int) {
        condition.withLock {
            while letters[from * count + to].isEmpty { condition.wait() }
            let letter = letters[from * count + to].removeFirst()
            precondition(letter.count == bytes.count, "\(letter.count) bytes came for \(bytes.count)")
            bytes.copyBytes(from: letter)
        }
    }

    func post(_ letter: Letter, to: Int) { condition.withLock { posted[to].append(letter) } }

    func nextLetter(to: Int) -> Letter? {
        condition.withLock { posted[to].isEmpty ? nil : posted[to].removeFirst() }
    }

    func barrier() {
        condition.withLock {
            let own = barriers
            arrived += 1
            if arrived == count {
                (arrived, barriers) = (0, barriers + 1)
                condition.broadcast()
            }
            while barriers == own { condition.wait() }
        }
    }
}

final class ThreadTransport: Transport {
    let rank: Int
    let host: String
    private let exchange: Exchange
    private var awaited: [(UnsafeMutableRawBufferPointer, from: Int)] = []
    /// Of the generator of delays; nil where nothing is late.
    private var delays: UInt64?

    init(_ rank: Int, _ exchange: Exchange, delaysSeed: UInt64?, host: String) {
        self.rank = rank
        self.host = host
        self.exchange = exchange
        delays = delaysSeed.map { $0 &+ UInt64(rank) &* 977 }
    }

    var rankCount: Int { exchange.count }

    private func delay() {
        guard let state = delays else { return }
        let next = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        delays = next
        usleep(UInt32(next >> 33) % 400)
    }

    func barrier() { exchange.barrier() }

    func start(_ messages: [Message], rowBytes: Int) {
        for message in messages {
            switch message {
            case .send(let bytes, let to):
                delay()
                exchange.send(bytes, from: rank, to: to)
            case .receive(let bytes, let from): awaited.append((bytes, from))
            }
        }
    }

    func progress() -> Bool { true }

    func post(_ letter: [UInt8], to other: Int) {
        delay()
        exchange.post(Letter(from: rank, bytes: letter), to: other)
    }

    func nextLetter() -> Letter? { exchange.nextLetter(to: rank) }
    func finishLetters() {}

    func finish() {
        delay()
        for (bytes, from) in awaited { exchange.receive(bytes, from: from, to: rank) }
        awaited = []
    }

    func allGather(
        _ rows: UnsafeRawBufferPointer, into all: UnsafeMutableRawBufferPointer, counts: [Int], rowBytes: Int
    ) {
        for to in 0..<rankCount {
            delay()
            exchange.send(rows, from: rank, to: to)
        }
        take(counts, from: all, rowBytes: rowBytes)
    }

    func allToAll(_ shares: Shares, rowBytes: Int) {
        for (to, (start, count)) in zip(shares.sentCounts.offsets, shares.sentCounts).enumerated() {
            delay()
            let part = shares.sent[start * rowBytes..<(start + count) * rowBytes]
            exchange.send(UnsafeRawBufferPointer(rebasing: part), from: rank, to: to)
        }
        take(shares.receivedCounts, from: shares.received, rowBytes: rowBytes)
    }

    private func take(_ counts: [Int], from all: UnsafeMutableRawBufferPointer, rowBytes: Int) {
        for (from, (start, count)) in zip(counts.offsets, counts).enumerated() {
            let part = all[start * rowBytes..<(start + count) * rowBytes]
            exchange.receive(UnsafeMutableRawBufferPointer(rebasing: part), from: from, to: rank)
        }
    }
}
