import Attention
import Hardware
import Records

/// What decides how much memory the fused driver takes.
struct FusedSize {
    let problem: AttentionProblem
    let workers: Int
    /// That share a pass.
    let blocks: Int
    let tuning: Tuning
}

/// The fused driver for each element type. An enum and not a protocol: a call through `any` would run the generic code
/// as it is written, some thirty times slower than its specialisation, which calls on a known type get.
enum FusedEngine: Sendable {
    case float32(TypedFusedEngine<Float32Element>)
    case bfloat16(TypedFusedEngine<BFloat16Element>)
    case widenedBFloat16(TypedFusedEngine<WidenedElement<BFloat16Rows>>)
    case float16(TypedFusedEngine<WidenedElement<Float16Rows>>)

    init(_ size: FusedSize) {
        self =
            switch (size.problem.elementType, size.tuning.bfloat16.prefill) {
            case (.float32, _): .float32(TypedFusedEngine(size))
            case (.bfloat16, .dot): .bfloat16(TypedFusedEngine(size))
            case (.bfloat16, .widened): .widenedBFloat16(TypedFusedEngine(size))
            case (.float16, _): .float16(TypedFusedEngine(size))
            }
    }

    static func scratchBytes(_ size: FusedSize) -> Int {
        switch (size.problem.elementType, size.tuning.bfloat16.prefill) {
        case (.float32, _): TypedFusedEngine<Float32Element>.scratchBytes(size)
        case (.bfloat16, .dot): TypedFusedEngine<BFloat16Element>.scratchBytes(size)
        case (.bfloat16, .widened): TypedFusedEngine<WidenedElement<BFloat16Rows>>.scratchBytes(size)
        case (.float16, _): TypedFusedEngine<WidenedElement<Float16Rows>>.scratchBytes(size)
        }
    }

    var countedPairs: Int {
        switch self {
        case .float32(let engine): engine.countedPairs
        case .bfloat16(let engine): engine.countedPairs
        case .widenedBFloat16(let engine): engine.countedPairs
        case .float16(let engine): engine.countedPairs
        }
    }

    func run(_ tensors: TensorPointers, on team: WorkerTeam, _ passes: SharedPasses) {
        switch self {
        case .float32(let engine): engine.run(tensors, on: team, passes)
        case .bfloat16(let engine): engine.run(tensors, on: team, passes)
        case .widenedBFloat16(let engine): engine.run(tensors, on: team, passes)
        case .float16(let engine): engine.run(tensors, on: team, passes)
        }
    }
}

/// The workers of one element type, and the words that they share.
final class TypedFusedEngine<Element: FusedElement>: @unchecked Sendable {
    private let problem: AttentionProblem
    private let workspaces: [FusedWorkspace<Element>]
    private let shared: UnsafeMutableBufferPointer<Float>

    init(_ size: FusedSize) {
        problem = size.problem
        let shared = UnsafeMutableBufferPointer<Float>.allocate(capacity: Element.sharedWords(for: size.problem) + 1)
        self.shared = shared
        workspaces = (0..<size.workers).map { _ in FusedWorkspace(size, shared: shared.baseAddress!) }
    }

    deinit { shared.deallocate() }

    static func scratchBytes(_ size: FusedSize) -> Int {
        let words =
            Element.sharedWords(for: size.problem) + size.workers * FusedWorkspaceSize(Element.self, size).total
        return words * MemoryLayout<Float>.size
    }

    var countedPairs: Int { workspaces.reduce(0) { $0 + $1.countedPairs } }

    func run(_ tensors: TensorPointers, on team: WorkerTeam, _ passes: SharedPasses) {
        nonisolated(unsafe) let (tensors, shared) = (tensors, shared.baseAddress!)
        let (problem, workspaces) = (problem, workspaces)
        for workspace in workspaces { workspace.countedPairs = 0 }
        let preparations = Element.preparations(for: problem)
        if preparations > 0 {
            team.forEach(count: preparations) { _, item in Element.prepare(item, for: problem, tensors, shared) }
        }
        let threads = team.threadCount
        team.forEach(count: passes.items) { worker, item in
            workspaces[worker].attend(item: item, of: passes, threads: threads, tensors)
        }
    }
}

/// Where the elements of a call lie, whatever their type.
struct TensorPointers: AttendedTensors {
    let query: UnsafeRawPointer
    let key: UnsafeRawPointer
    let value: UnsafeRawPointer
    let output: UnsafeMutableRawPointer
    /// [batch][queryHeads][queryLength]; nil where nobody asked for it.
    let logSumExp: UnsafeMutablePointer<Float>?
    /// Nil where the weighting has none.
    let gates: GatePointers?
    /// [queryHeads]; nil where heads have none.
    let sinkLogits: UnsafePointer<Float>?

    /// The pointers are good within `body` only. Their bounds are those of the problem that the tensors are for.
    static func with<Result>(
        _ inputs: borrowing AttentionInputs, _ output: inout Tensor, logSumExp: UnsafeMutablePointer<Float>? = nil,
        _ body: (TensorPointers) -> Result
    ) -> Result {
        inputs.query.withBytes { query in
            inputs.key.withBytes { key in
                inputs.value.withBytes { value in
                    output.withMutableBytes { output in
                        GatePointers.with(inputs) { gates in
                            withSinkLogits(of: inputs) { sinkLogits in
                                body(
                                    TensorPointers(
                                        query: query.baseAddress!, key: key.baseAddress!, value: value.baseAddress!,
                                        output: output.baseAddress!, logSumExp: logSumExp, gates: gates,
                                        sinkLogits: sinkLogits))
                            }
                        }
                    }
                }
            }
        }
    }
}

extension TensorPointers {
    /// The pointer is good within `body` only; nil where the inputs have no sink logits.
    private static func withSinkLogits<Result>(
        of inputs: borrowing AttentionInputs, _ body: (UnsafePointer<Float>?) -> Result
    ) -> Result {
        guard inputs.hasSinkLogits else { return body(nil) }
        return inputs.withSinkLogits { logits in logits.withFloats { body($0.baseAddress!) } }
    }
}

/// Where the gates of a state lie.
struct GatePointers {
    let logDecay: UnsafeRawPointer
    let writingStrength: UnsafeRawPointer

    /// The pointers are good within `body` only; nil where the inputs have no gates.
    fileprivate static func with<Result>(
        _ inputs: borrowing AttentionInputs, _ body: (GatePointers?) -> Result
    ) -> Result {
        guard inputs.hasGates else { return body(nil) }
        return inputs.withGates { gates in
            gates.logDecay.withBytes { logDecay in
                gates.writingStrength.withBytes { strength in
                    body(
                        GatePointers(logDecay: logDecay.baseAddress!, writingStrength: strength.baseAddress!))
                }
            }
        }
    }
}
