import Hardware

/// How long a message takes between two ranks: a latency, and a time for each byte, from messages that go to and fro.
public struct Link: Hashable, Sendable, BitwiseCopyable {
    public let latencySeconds: Double
    public let secondsPerByte: Double

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
        secondsPerByte = products / squares
        latencySeconds = shortest.seconds - shortest.bytes * secondsPerByte
    }

    private static let sizes = [8, 256, 4096, 65_536, 1 << 20, 4 << 20]
    private static let exchanges = 9

    /// The slowest link between a rank and the next one; nil for a single rank. Every rank calls it at once.
    public static func slowest(of communicator: Communicator) -> Link? {
        let links = (0..<communicator.rankCount - 1).map { first -> Link in
            communicator.barrier()
            let points = sizes.map { size in
                (bytes: Double(size), seconds: oneWaySeconds(communicator, first, byteCount: size))
            }
            return communicator.gathered(Link(fittedTo: points))[first]
        }
        return links.max { $0.seconds(bytes: 1 << 20) < $1.seconds(bytes: 1 << 20) }
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

    /// α + bytes/β.
    public func seconds(bytes: Int) -> Double { latencySeconds + Double(bytes) * secondsPerByte }

    /// As results have it.
    var details: [String: String] {
        ["latencySeconds": "\(latencySeconds)", "bytesPerSecond": "\((1 / secondsPerByte).rounded())"]
    }
}
