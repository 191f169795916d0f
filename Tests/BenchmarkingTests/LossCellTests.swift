import Attention
import Engines
import Hardware
import Kernels
import Records
import Testing

@testable import Benchmarking

/// Losses as cells of a run.
struct LossCellTests {
    private let world = FakeWorld()
    private let folder: TemporaryFolder
    private let workload: Workload

    init() throws {
        folder = try TemporaryFolder()
        let loss = try CrossEntropyProblem(tokens: 24, vocabulary: 900, hiddenSize: 16)
        workload = Workload(kernel: "planted", phase: .loss, problem: try .loss(loss))
    }

    /// A real kernel and the real check, after which a fault is planted: only the clock is fake.
    private func outcome(after fault: @escaping @Sendable (inout Tensor) -> Void) throws -> Measurement.Outcome {
        let (clock, fake) = (world.clock, world.instruments())
        let kernel = Kernel(
            "planted", summary: "a loss", phase: .loss, masks: .full, computedPairs: { $0.pairs.allowed },
            scratchBytes: { _, _ in 0 },
            make: { problem, team throws(UnsupportedProblem) in
                guard let cut = Kernel.builtIn.first(where: { $0.name == "cross-entropy-cut" }) else {
                    throw UnsupportedProblem("there is no such kernel")
                }
                return PlantedFault(try cut.prepare(for: problem, on: team)) {
                    clock.advance(seconds: 0.01)
                    fault(&$0)
                }
            })
        let engine = world.engine(kernels: [kernel])
        let real = Instruments.system(engines: [engine], seed: 3)
        let instruments = Instruments(
            engines: [engine], check: real.check, availableBytes: fake.availableBytes, clock: clock)
        return try FakeWorld.$current.withValue(world) {
            let log = try RunLog.create(folder.file("results.jsonl"), header: fakeHeader())
            var options = RunOptions(seed: 1)
            options.rounds = 6
            return try #require(Runner(instruments, options).run([workload], into: log).measurements.first).outcome
        }
    }

    @Test func aRightLossIsMeasured() throws {
        guard case .measured(let record) = try outcome(after: { _ in }) else {
            Issue.record("it was not measured")
            return
        }
        #expect(record.samplesNanoseconds.count == 6 && record.maximumError > 0)
    }

    /// Words that were left out, gradients of a sum in the place of a mean, and a loss that was not written.
    @Test(arguments: [0, 1, 2]) func aWrongLossGetsNoTime(fault: Int) throws {
        let outcome = try outcome { output in
            switch fault {
            case 0: for index in (24 + 40) * 16..<(24 + 80) * 16 { output[index] = 0 }
            case 1: for index in 0..<output.count - 24 { output[index] *= 24 }
            default: output[output.count - 5] = .nan
            }
        }
        guard case .wrong(let reason, _) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.hasPrefix("differs from the reference by"), "\(reason)")
    }

    @Test func aLossSharesNoInputsWithAText() throws {
        var pool = InputPool(seed: 1)
        let text = Workload(
            kernel: "any", phase: .prefill,
            problem: try AttentionProblem(shape: workload.problem.shape, mask: .full, scale: 1))
        let loss = pool.inputs(for: workload)
        #expect(pool.inputs(for: text) !== loss)
        #expect(pool.inputs(for: workload) === loss)
        #expect(loss.tensors.targets.count == 24)
    }
}

/// A kernel whose output is changed after each call.
private final class PlantedFault: KernelInstance {
    private let kernel: any KernelInstance
    private let fault: (inout Tensor) -> Void

    init(_ kernel: any KernelInstance, fault: @escaping @Sendable (inout Tensor) -> Void) {
        (self.kernel, self.fault) = (kernel, fault)
    }

    var countedPairs: Int { kernel.countedPairs }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        kernel.run(inputs, into: &output)
        fault(&output)
    }
}
