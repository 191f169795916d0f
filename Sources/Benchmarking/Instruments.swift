import Attention
import Hardware
import Kernels
import Records

/// Everything that a run reads from the world, so that a test can put a world of its own in its place.
public struct Instruments {
    /// Resident memory of this process, in bytes.
    public struct Memory {
        /// What the process holds now.
        public let residentBytes: () -> Int
        /// Forgets the highest level so far.
        public let resetPeak: () -> Void
        /// The highest level since it was forgotten.
        public let peakResidentBytes: () -> Int
        /// What the system could still give.
        public let availableBytes: () -> Int

        public init(
            residentBytes: @escaping () -> Int, resetPeak: @escaping () -> Void,
            peakResidentBytes: @escaping () -> Int, availableBytes: @escaping () -> Int
        ) {
            self.residentBytes = residentBytes
            self.resetPeak = resetPeak
            self.peakResidentBytes = peakResidentBytes
            self.availableBytes = availableBytes
        }
    }

    /// What a check of one output says.
    public enum Correctness: Equatable, Sendable {
        case right(maximumError: Double)
        case wrong(maximumError: Double, reason: String)
    }

    public let kernels: [Kernel]
    /// The team for a number of threads; throws where the machine has no such team.
    public let team: (Int) throws(UnsupportedProblem) -> WorkerTeam
    /// Compares an output with the oracle.
    public let check: (AttentionProblem, borrowing AttentionInputs, borrowing Tensor) -> Correctness
    public let memory: Memory
    public let clock: any NanosecondClock
    public let sampler: Sampler

    public init(
        kernels: [Kernel] = Kernel.builtIn,
        team: @escaping (Int) throws(UnsupportedProblem) -> WorkerTeam,
        check: @escaping (AttentionProblem, borrowing AttentionInputs, borrowing Tensor) -> Correctness,
        memory: Memory, clock: any NanosecondClock, sampler: Sampler
    ) {
        self.kernels = kernels
        self.team = team
        self.check = check
        self.memory = memory
        self.clock = clock
        self.sampler = sampler
    }

    func kernel(named name: String) throws(UnsupportedProblem) -> Kernel {
        guard let kernel = kernels.first(where: { $0.name == name }) else {
            throw UnsupportedProblem("this build has no kernel \"\(name)\"")
        }
        return kernel
    }

    /// - Precondition: the kernel is one of these.
    func origin(of workload: Workload) -> KernelOrigin {
        KernelOrigin(
            engine: EngineIdentity(name: EngineIdentity.builtInName, version: BuildFacts.commit),
            place: kernels.firstIndex { $0.name == workload.kernel }!)
    }

    /// Seconds that `body` takes.
    func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
        let watch = Stopwatch(clock)
        try body()
        return watch.seconds
    }
}
