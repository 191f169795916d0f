import Attention
import Kernels
import Records

/// Q, K and V that cells of one shape and element type share: a kernel only reads them.
final class SharedInputs {
    let tensors: AttentionInputs

    init(for problem: AttentionProblem, seed: UInt64) {
        tensors = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
    }
}

/// Finds inputs again while some cell still holds them.
struct InputPool {
    struct Key: Hashable {
        let shape: AttentionShape
        let elementType: ElementType

        init(_ problem: AttentionProblem) {
            shape = problem.shape
            elementType = problem.elementType
        }
    }

    private struct Weak {
        weak var inputs: SharedInputs?
    }

    let seed: UInt64
    private var held: [Key: Weak] = [:]

    init(seed: UInt64) { self.seed = seed }

    mutating func inputs(for problem: AttentionProblem) -> SharedInputs {
        if let inputs = held[Key(problem)]?.inputs { return inputs }
        let inputs = SharedInputs(for: problem, seed: seed)
        held[Key(problem)] = Weak(inputs: inputs)
        return inputs
    }

    /// Whether some cell still holds them.
    func holds(inputsFor problem: AttentionProblem) -> Bool { held[Key(problem)]?.inputs != nil }

    /// The inputs that others of its shape and element type hold, or `own`, which others will then find.
    mutating func adopt(_ own: SharedInputs, for problem: AttentionProblem) -> SharedInputs {
        if let inputs = held[Key(problem)]?.inputs { return inputs }
        held[Key(problem)] = Weak(inputs: own)
        return own
    }
}

/// A kernel with all that one call needs, so that a call is nothing but the kernel's `run`.
final class PreparedCell {
    let workload: Workload
    private(set) var inputs: SharedInputs
    private let kernel: any KernelInstance
    private var output: Tensor

    init(
        _ workload: Workload, _ instruments: Instruments, inputs: () -> SharedInputs
    ) throws(UnsupportedProblem) {
        let problem = workload.problem
        self.workload = workload
        kernel = try instruments.kernel(named: workload.kernel)
            .prepare(for: problem, on: try instruments.team(workload.threads))
        self.inputs = inputs()
        kernel.fillCache(from: self.inputs.tensors)
        output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        // The pages are touched here: the first call would otherwise pay for getting them from the system.
        output.withMutableBytes { bytes in for start in stride(from: 0, to: bytes.count, by: 4096) { bytes[start] = 0 }
        }
    }

    /// Pairs that the last call counted.
    var computedPairs: Int { kernel.computedPairs }

    func call() {
        kernel.run(inputs.tensors, into: &output)
        BlackHole.consume(output)
    }

    func check(_ instruments: Instruments) -> Instruments.Correctness {
        instruments.check(workload.problem, inputs.tensors, output)
    }

    /// Checks one more call: on other inputs than those of all calls before, into an output that holds nothing of them.
    func checkAnew(seed: UInt64, _ instruments: Instruments) -> Instruments.Correctness {
        inputs = SharedInputs(for: workload.problem, seed: seed)
        kernel.fillCache(from: inputs.tensors)
        output.spoil()
        call()
        return check(instruments)
    }

    func share(through pool: inout InputPool) {
        inputs = pool.adopt(inputs, for: workload.problem)
    }
}

extension AttentionProblem {
    /// Bytes of Q, K and V.
    var inputBytes: Int { (shape.queryCount + 2 * shape.keyCount) * elementType.byteCount }
}
