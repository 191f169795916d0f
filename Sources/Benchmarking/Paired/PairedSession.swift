import Attention
import Engines
import Foundation
import Hardware
import Kernels
import Records

/// Two engines made ready to be compared on this machine, as often as anybody likes.
///
/// Each side is a process of its own that is bound to the same CPUs, where it waits on its pipe, costing nothing, while
/// another one is asked. So the samples of a pair lie milliseconds apart on the same silicon, and whatever disturbs the
/// machine for longer disturbs both. Rejected: running the two at once on two cores, which share cache, memory and often,
/// behind a hypervisor, a core; and one after the other, which measures the time of day.
public final class PairedSession {
    /// Under which conditions the two are compared.
    public struct Setting {
        public var placement: Placement
        /// Of the inputs.
        public var seed: UInt64
        /// The user's own.
        public var environment: [String: String]
        /// This program, whose frozen loop stands in for that of an engine which has none.
        public var program: String
        public var cancellation: Cancellation

        public init(
            placement: Placement, seed: UInt64, environment: [String: String], program: String,
            cancellation: Cancellation
        ) {
            self.placement = placement
            self.seed = seed
            self.environment = environment
            self.program = program
            self.cancellation = cancellation
        }
    }

    public let machine: Machine
    /// What either engine says of itself.
    public let baseline: EngineGreeting
    public let candidate: EngineGreeting
    /// All that a sweep may name: the candidate's kernels, then those that only the baseline has.
    public let kernels: [Kernel]
    /// How a kernel of the baseline's engine is measured, by its name there: `new/flash` for `old/flash`.
    public let names: [String: String]
    /// Of the baseline, under the name of its own engine.
    private let greetedKernels: [Kernel]
    private let compared: Compared
    private let setting: Setting
    private let topology: Topology
    private let naming: ProgramEngine.Naming

    /// - Throws: `UnusableProgram`, `TooTolerantEngine`, `UnusableEngine` where one does not greet, and
    ///   `NoKernelInCommon`.
    public init(_ compared: Compared, _ setting: Setting) throws {
        try compared.check()
        let topology = try Topology()
        machine = Machine.current(
            topology: topology,
            team: try WorkerTeam(threads: 1, placement: setting.placement, on: topology))
        // The facts are those of the CPU that is measured on; this thread, which only waits, may stay out of the way.
        Pinning.unbindCurrentThread(on: topology)
        (self.compared, self.setting, self.topology) = (compared, setting, topology)
        let starter = Starter(compared: compared, setting: setting, topology: topology)
        let isOfBuilds = if case .builds = compared { true } else { false }
        let first: ProgramEngine.Naming = isOfBuilds ? .bare : .full
        let started = starter.start(
            [ComparedEngine.baseline, .candidate].map { (engine: $0, naming: first, environment: setting.environment) })
        let (baselineEngine, candidateEngine) = (try started[0].get(), try started[1].get())
        // Engines get one name for both, which sweeps that are measured with the candidate have already.
        naming = isOfBuilds ? .bare : .prefixed(try EngineName(candidateEngine.identity.name))
        (baseline, candidate) = (baselineEngine.greeting, candidateEngine.greeting)
        let own = candidateEngine.kernels
        let prefix = isOfBuilds ? "" : candidateEngine.identity.name + "/"
        let others = baselineEngine.greeting.kernels.compactMap { $0.kernel(named: prefix + $0.name) }
        kernels = own + others.filter { kernel in !own.contains { $0.name == kernel.name } }
        greetedKernels = baselineEngine.kernels
        names = Dictionary(
            zip(baselineEngine.kernels, others).map { ($0.name, $1.name) }, uniquingKeysWith: { first, _ in first })
        if Set(own.map(\.name)).isDisjoint(with: others.map(\.name)) {
            throw NoKernelInCommon(baseline: baselineEngine.kernels, candidate: own)
        }
    }

    /// Measures one block.
    ///
    /// - Parameter progress: called after each visit.
    /// - Throws: `GateInterrupted`, `UnusableEngine`.
    public func measure(
        _ request: PairedRequest, progress: (_ visitsDone: Int, _ visits: Int) -> Void = { _, _ in }
    ) throws -> (block: PairedBlock, seconds: Double) {
        let watch = Stopwatch()
        var generator = SplitMix64(seed: request.seed)
        let starter = Starter(compared: compared, setting: setting, topology: topology)
        // The system's own randomisation of addresses is left on for the same reason as the environment is padded.
        let environments = PairedSide.allCases.map { _ in EnvironmentPadding.pad(setting.environment, using: &generator)
        }
        let started = starter.start(
            PairedSide.allCases.map { (engine: $0.engine, naming: naming, environment: environments[$0.rawValue]) })
        let engines = try PairedValues { side throws(UnusableEngine) in try started[side.rawValue].get() }
        let harness = try harnessEngine(starter)
        var block = BlockUnderWay(
            sides: PairedValues { side in
                BlockUnderWay.Side(
                    instruments: .system(engines: [engines[side]], seed: setting.seed),
                    loopEngine: harness ?? engines[side])
            }, request: request, seed: setting.seed)
        for workload in request.workloads {
            try requireGoingOn()
            block.prepare(workload)
        }
        let preparationSeconds = watch.seconds
        let entries = block.entryCount
        let orders = (0..<entries).map { _ in PairedOrder.sides(rounds: request.rounds, using: &generator) }
        let rounds = PairedOrder.cells(count: entries, rounds: request.rounds, using: &generator)
        for (round, order) in rounds.enumerated() {
            for (done, entry) in order.enumerated() {
                try requireGoingOn()
                block.visit(entry, inOrder: orders[entry][round])
                progress(round * entries + done + 1, request.rounds * entries)
            }
        }
        if request.isChecked { block.checkAgain() }
        return (try block.measured(preparationSeconds: preparationSeconds), watch.seconds)
    }

    /// All that a sweep of engines may name: the kernels that are compared, under the name of either engine.
    public var namedKernels: [Kernel] {
        kernels + greetedKernels.filter { named in !kernels.contains { $0.name == named.name } }
    }

    /// What makes the two differ beside what is to be compared.
    public var cautions: [String] {
        if let before = baseline.attnbench?.build, let after = candidate.attnbench?.build, case .builds = compared {
            let pairs = [
                ("compilers", before.compiler, after.compiler), ("flags", before.flags, after.flags),
                ("vectors", before.simd, after.simd), ("cores of OpenBLAS", before.blasCore, after.blasCore),
            ]
            return pairs.filter { $0.1 != $0.2 }.map {
                "the builds have different \($0.0): \($0.1), and \($0.2); build both in the same way to compare only their sources"
            } + tuningCautions
        }
        let (before, after) = (baseline.engine.details ?? [:], candidate.engine.details ?? [:])
        var cautions = Set(before.keys).union(after.keys).sorted().filter { before[$0] != after[$0] }.map {
            "the engines differ in \($0): \(before[$0] ?? "not stated"), and \(after[$0] ?? "not stated")"
        }
        if !haveFrozenLoop {
            cautions.append(
                "the engines have no frozen loop; a loop in another process on the same CPU was timed between "
                    + "their samples instead")
        }
        return cautions
    }

    /// Each build chooses for itself what its kernels leave to the machine; builds from before that say nothing of it.
    private var tuningCautions: [String] {
        guard let before = baseline.engine.details?["tuning"], let after = candidate.engine.details?["tuning"],
            before != after
        else { return [] }
        return [
            "the builds chose different sizes and forms of their kernels, which the ratios contain: \(before), and \(after)"
        ]
    }

    private var haveFrozenLoop: Bool { baseline.attnbench != nil && candidate.attnbench != nil }

    private func requireGoingOn() throws(GateInterrupted) {
        if setting.cancellation.isCancelled { throw GateInterrupted() }
    }

    /// A process of this program, which lends its frozen loop; nil where both engines have one.
    private func harnessEngine(_ starter: Starter) throws(EngineError) -> ProgramEngine? {
        haveFrozenLoop ? nil : try starter.startHarness()
    }

    /// Starts engines where they are to be measured.
    private struct Starter {
        let compared: Compared
        let setting: Setting
        let topology: Topology

        func start(
            _ sides: [(engine: ComparedEngine, naming: ProgramEngine.Naming, environment: [String: String])]
        ) -> [Result<ProgramEngine, UnusableEngine>] {
            let setups = sides.map { side in
                ProgramEngine.Setup(
                    compared.source(of: side.engine), naming: side.naming, environment: side.environment)
            }
            return zip(sides, ProgramEngine.starting(setups, cpus: cpus)).map { side, result in
                result.mapError { UnusableEngine(engine: side.engine, compared: compared, cause: $0) }
            }
        }

        func startHarness() throws(EngineError) -> ProgramEngine {
            let source = EngineSource(command: EngineCommand([setting.program, "serve"]))
            return try ProgramEngine(source, naming: .bare, environment: setting.environment, cpus: cpus)
        }

        private func cpus(threads: Int) throws(UnsupportedProblem) -> [Int] {
            do throws(PlacementError) { return try setting.placement.cpus(forThreads: threads, on: topology) } catch {
                throw UnsupportedProblem("\(error)")
            }
        }
    }
}
