import Attention
import Foundation
import Hardware
import Records

/// What two builds say to each other while one measures for the other: one JSON value a line, a reply for each request.
///
/// The builds differ by intent, so the very first line has a number that never moves: `{"attnbenchWorker": 1, …}`. Whoever
/// changes a message raises it.
enum WorkerProtocol {
    static let version = 1

    /// The first line, which a worker sends unasked.
    struct Greeting: Codable {
        /// The version.
        let attnbenchWorker: Int
        let build: ResultsHeader.Build
        let machine: Machine

        init(build: ResultsHeader.Build, machine: Machine) {
            attnbenchWorker = WorkerProtocol.version
            self.build = build
            self.machine = machine
        }
    }

    enum Request: Codable {
        /// Makes a cell ready; cells are numbered from 0 in the order in which they are asked for, refused ones too.
        case prepare(Version1Workload, isChecked: Bool)
        /// One untimed call, then one timed batch of calls, each followed by `extraTurns` turns of the frozen loop.
        case sample(cell: Int, iterations: Int, extraTurns: Int)
        /// The same of the frozen loop.
        case sampleFrozenLoop(turns: Int)
    }

    enum Reply: Codable {
        case prepared(PreparedFacts)
        /// The kernel does not take the problem, or this build has no such kernel.
        case refused(reason: String)
        case sampled(Sample)
    }
}

/// What a build says of one cell before it is timed.
public struct PreparedFacts: Sendable, Codable, Hashable {
    /// Pairs that one call went through, counted as it went.
    public let countedPairs: Int
    /// The same by the kernel's closed form.
    public let statedPairs: Int
    /// Growth of peak resident memory over what the process held before.
    public let peakResidentBytes: Int
    /// Q, K, V, O and the kernel's scratch, from the sizes.
    public let statedBytes: Int
    /// Calls that fill a sample.
    public let iterationsPerSample: Int
    /// The shortest call seen while these were found.
    public let callNanoseconds: Double
    /// What is wrong with the result; nil where it is right or was not checked.
    public let wrongness: String?

    public init(
        countedPairs: Int, statedPairs: Int, peakResidentBytes: Int, statedBytes: Int, iterationsPerSample: Int,
        callNanoseconds: Double, wrongness: String?
    ) {
        self.countedPairs = countedPairs
        self.statedPairs = statedPairs
        self.peakResidentBytes = peakResidentBytes
        self.statedBytes = statedBytes
        self.iterationsPerSample = iterationsPerSample
        self.callNanoseconds = callNanoseconds
        self.wrongness = wrongness
    }
}
