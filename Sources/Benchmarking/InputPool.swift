import Attention
import Engines
import Records

/// Finds inputs again while some cell still holds them.
struct InputPool {
    struct Key: Hashable {
        let tensors: [CallTensor]

        init(_ phase: Phase, _ problem: AttentionProblem) { tensors = phase.inputs(of: problem) }

        init(_ workload: Workload) { self.init(workload.phase, workload.problem) }
    }

    private struct Weak {
        weak var inputs: SharedInputs?
    }

    let seed: UInt64
    private var held: [Key: Weak] = [:]

    init(seed: UInt64) { self.seed = seed }

    mutating func inputs(for workload: Workload) -> SharedInputs {
        if let inputs = held[Key(workload)]?.inputs { return inputs }
        let inputs = SharedInputs(for: workload, seed: seed)
        held[Key(workload)] = Weak(inputs: inputs)
        return inputs
    }

    /// The inputs that others of its shape and element type hold, or `own`, which others will then find.
    mutating func adopt(_ own: SharedInputs, for workload: Workload) -> SharedInputs {
        if let inputs = held[Key(workload)]?.inputs { return inputs }
        held[Key(workload)] = Weak(inputs: own)
        return own
    }
}
