import Attention
import Hardware
import Kernels

/// The kernels of this program.
public final class BuiltInEngine: ServedEngine {
    private let topology: Topology
    public let greeting: EngineGreeting

    public init() throws(TopologyError) {
        topology = try Topology()
        greeting = EngineGreeting(
            engine: EngineGreeting.Engine(
                name: "attnbench", version: BuildFacts.commit,
                details: ["simd": BuildFacts.simd, "compiler": BuildFacts.compiler]),
            kernels: Kernel.builtIn.map { kernel in
                EngineGreeting.Kernel(
                    name: kernel.name, summary: kernel.summary, phase: kernel.phase.rawValue,
                    mask: kernel.masks.name, elementTypes: kernel.elementTypes.map(\.rawValue))
            })
    }

    public func prepare(
        _ kernel: String, for problem: AttentionProblem, on seat: EngineSeat
    ) throws -> any ServedKernel {
        let kernel = try Kernel.builtIn.named(kernel)
        let team = try WorkerTeam(
            threads: seat.threads, placement: seat.cpus.isEmpty ? .unpinned : .cpus(seat.cpus), on: topology)
        return BuiltInKernel(
            try kernel.prepare(for: problem, on: team), computedPairs: kernel.computedPairs(for: problem),
            scratchBytes: kernel.scratchBytes(for: problem, threads: seat.threads))
    }
}

private final class BuiltInKernel: ServedKernel {
    private let kernel: any KernelInstance
    let computedPairs: Int?
    let scratchBytes: Int?

    init(_ kernel: any KernelInstance, computedPairs: Int?, scratchBytes: Int?) {
        self.kernel = kernel
        self.computedPairs = computedPairs
        self.scratchBytes = scratchBytes
    }

    func load(_ inputs: borrowing AttentionInputs) { kernel.fillCache(from: inputs) }
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) { kernel.run(inputs, into: &output) }
}
