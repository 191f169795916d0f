import Attention
import Foundation
import Records

/// What the first rank asks all others to do with it. A request is a message of a fixed size, so that the others can wait for
/// it without knowing what comes.
enum RankRequest: Codable {
    /// Make a kernel ready, as cell number `cell`; its inputs follow.
    case prepare(cell: Int, kernel: String, workload: Workload, tuning: Tuning)
    /// Other inputs follow.
    case load(cell: Int)
    case spoilOutput(cell: Int)
    case sample(cell: Int, calls: Int, warmUpCalls: Int)
    /// Send the outputs to the first rank.
    case collect(cell: Int)
    /// Let go of the kernel.
    case release(cell: Int)
    /// The run is over.
    case end

    static let byteCount = 4096

    /// Filled up with spaces, which JSON allows.
    var bytes: [UInt8] {
        guard let text = try? JSONEncoder().encode(self), text.count <= Self.byteCount else {
            preconditionFailure("a request is longer than \(Self.byteCount) bytes: \(self)")
        }
        return text + [UInt8](repeating: 0x20, count: Self.byteCount - text.count)
    }

    init(bytes: [UInt8]) {
        guard let request = try? JSONDecoder().decode(RankRequest.self, from: Data(bytes)) else {
            preconditionFailure("another rank sent no request; all ranks have to be the same build")
        }
        self = request
    }
}

extension Communicator {
    /// Sends a request from the first rank to all others.
    func send(_ request: RankRequest) {
        guard rankCount > 1 else { return }
        request.bytes.withUnsafeBytes { bytes in
            start((1..<rankCount).map { .send(bytes, to: $0) }, rowBytes: RankRequest.byteCount)
            finish()
        }
    }

    /// Waits for the first rank's next request, asleep most of the time: the first rank may be measuring alone, and a rank
    /// that asks all the time would take power and memory from it.
    func nextRequest() -> RankRequest {
        var bytes = [UInt8](repeating: 0, count: RankRequest.byteCount)
        bytes.withUnsafeMutableBytes { bytes in
            start([.receive(bytes, from: 0)], rowBytes: RankRequest.byteCount)
            while !progress() { usleep(Self.sleepMicroseconds) }
            finish()
        }
        return RankRequest(bytes: bytes)
    }

    private static var sleepMicroseconds: UInt32 { 200 }
}
