import Attention
import Hardware
import Records

/// Links between ranks are measured before a run, by messages that go to and fro.
extension RankLink {
    /// The latency is that of the shortest message, and the time for each byte that of the longest ones: between them a link may
    /// let some kilobytes pass at once, and a library changes its way of sending.
    ///
    /// - Parameter points: at least two sizes, from the shortest on.
    init(fittedTo points: [(bytes: Double, seconds: Double)]) {
        let shortest = points[0]
        // Relative errors count: else the longest message alone would decide.
        var (products, squares) = (0.0, 0.0)
        for point in points.dropFirst().suffix(2) {
            let (bytes, seconds) = (point.bytes - shortest.bytes, point.seconds - shortest.seconds)
            let weight = 1 / (point.seconds * point.seconds)
            products += weight * bytes * seconds
            squares += weight * bytes * bytes
        }
        let slope = products / squares
        self.init(
            latencySeconds: max(0, shortest.seconds - shortest.bytes * slope), secondsPerByte: max(slope, 1e-15))
    }

    /// The slowest link between a rank and the next one; nil for a single rank. Every rank calls it at once.
    static func slowest(of communicator: Communicator) -> RankLink? {
        let links = (0..<communicator.rankCount - 1).map { first in
            communicator.gathered(between(first, communicator))[first]
        }
        return links.max { $0.seconds(bytes: 1 << 20) < $1.seconds(bytes: 1 << 20) }
    }

    private static let sizes = [8, 256, 4096, 65_536, 1 << 20, 4 << 20]
    private static let exchanges = 9

    /// Between a rank and the next one; ranks that are neither of them only wait for it.
    private static func between(_ first: Int, _ communicator: Communicator) -> RankLink {
        communicator.barrier()
        let points = sizes.map { size in
            (bytes: Double(size), seconds: oneWaySeconds(communicator, first, byteCount: size))
        }
        communicator.barrier()
        let copies = LinkCopies(communicator, first)?.secondsPerByte(byteCount: sizes.last!) ?? 0
        let link = RankLink(fittedTo: points)
        // A core copies what it sends and what it receives, each in the time of a transfer at most. What is beyond that
        // disturbed the machine.
        return RankLink(
            latencySeconds: link.latencySeconds, secondsPerByte: link.secondsPerByte,
            copySecondsPerByte: min(copies, 2 * link.secondsPerByte))
    }

    /// Half the median time of a message to the next rank and back.
    private static func oneWaySeconds(_ communicator: Communicator, _ first: Int, byteCount: Int) -> Double {
        let memory = MessageMemory(byteCount: byteCount)
        let bytes = UnsafeRawBufferPointer(memory.bytes)
        func exchange(_ message: Message) {
            communicator.start([message], rowBytes: byteCount)
            communicator.finish()
        }
        // The first exchange opens the connection.
        let times = (0..<exchanges + 1).map { _ -> Double in
            let watch = Stopwatch()
            if communicator.rank == first {
                exchange(.send(bytes, to: first + 1))
                exchange(.receive(memory.bytes, from: first + 1))
            } else if communicator.rank == first + 1 {
                exchange(.receive(memory.bytes, from: first))
                exchange(.send(bytes, to: first))
            }
            return watch.seconds / 2
        }
        return max(times.dropFirst().sorted()[exchanges / 2], 1e-9)
    }
}

/// Two neighbours that compute while each sends the other one a message, as in a ring. How much longer they compute than
/// without the message is what moving its bytes costs their cores.
private struct LinkCopies {
    private let communicator: Communicator
    private let other: Int

    /// Nil for a rank that is neither of the two.
    init?(_ communicator: Communicator, _ first: Int) {
        switch communicator.rank {
        case first: other = first + 1
        case first + 1: other = first
        default: return nil
        }
        self.communicator = communicator
    }

    private static let exchanges = 5
    /// Some 20 µs of arithmetic: about as much as a kernel computes between two looks at its messages.
    private static let stepsOfAnItem = 20_000

    /// The median of some exchanges.
    func secondsPerByte(byteCount: Int) -> Double {
        let (sent, received) = (MessageMemory(byteCount: byteCount), MessageMemory(byteCount: byteCount))
        let costs = (0..<Self.exchanges).map { _ -> Double in
            communicator.start(
                [.receive(received.bytes, from: other), .send(UnsafeRawBufferPointer(sent.bytes), to: other)],
                rowBytes: byteCount)
            let (count, seconds) = compute { communicator.progress() }
            communicator.finish()
            let alone = compute(items: count)
            return max(0, seconds - alone) / Double(byteCount)
        }
        return costs.sorted()[Self.exchanges / 2]
    }

    /// Items until the messages have arrived, and their time.
    private func compute(until haveArrived: () -> Bool) -> (items: Int, seconds: Double) {
        var generator = SplitMix64(seed: 1)
        let watch = Stopwatch()
        var items = 0
        repeat {
            Self.item(&generator)
            items += 1
        } while !haveArrived()
        return (items, watch.seconds)
    }

    private func compute(items: Int) -> Double {
        var left = items
        return compute {
            communicator.progress()
            left -= 1
            return left <= 0
        }.seconds
    }

    private static func item(_ generator: inout SplitMix64) {
        var sum: UInt64 = 0
        for _ in 0..<stepsOfAnItem { sum &+= generator.next() }
        // What nobody reads would not be computed.
        generator = SplitMix64(seed: sum)
    }
}
