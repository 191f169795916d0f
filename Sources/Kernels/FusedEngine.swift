import Attention
import Hardware

/// The fused driver for one element type: its workers, and the words that they share.
protocol FusedEngine: AnyObject, Sendable {
    func run(_ tensors: TensorPointers, on team: WorkerTeam, blocks: QueryBlocks)
    var computedPairs: Int { get }
}

final class TypedFusedEngine<Element: FusedElement>: FusedEngine, @unchecked Sendable {
    private let problem: AttentionProblem
    private let workspaces: [FusedWorkspace<Element>]
    private let shared: UnsafeMutableBufferPointer<Float>

    init(problem: AttentionProblem, workers: Int) {
        self.problem = problem
        let shared = UnsafeMutableBufferPointer<Float>.allocate(capacity: Element.sharedWords(for: problem) + 1)
        self.shared = shared
        workspaces = (0..<workers).map { _ in FusedWorkspace(problem: problem, shared: shared.baseAddress!) }
    }

    deinit { shared.deallocate() }

    static func scratchBytes(for problem: AttentionProblem, workers: Int) -> Int {
        let words =
            Element.sharedWords(for: problem)
            + workers * FusedWorkspaceSize(Element.self, problem: problem).total
        return words * MemoryLayout<Float>.size
    }

    var computedPairs: Int { workspaces.reduce(0) { $0 + $1.computedPairs } }

    func run(_ tensors: TensorPointers, on team: WorkerTeam, blocks: QueryBlocks) {
        nonisolated(unsafe) let (tensors, shared) = (tensors, shared.baseAddress!)
        let (problem, workspaces) = (problem, workspaces)
        for workspace in workspaces { workspace.computedPairs = 0 }
        let preparations = Element.preparations(for: problem)
        if preparations > 0 {
            team.forEach(count: preparations) { _, item in Element.prepare(item, for: problem, tensors, shared) }
        }
        team.forEach(count: blocks.groups * blocks.countPerGroup) { worker, item in
            let (group, block) = blocks.place(ofItem: item)
            workspaces[worker].attend(block: block, group: group, blocks: blocks, tensors)
        }
    }
}

/// Where the elements of a call lie, whatever their type.
struct TensorPointers {
    let query: UnsafeRawPointer
    let key: UnsafeRawPointer
    let value: UnsafeRawPointer
    let output: UnsafeMutableRawPointer

    /// The pointers are good within `body` only. Their bounds are those of the problem that the tensors are for.
    static func with<Result>(
        _ inputs: borrowing AttentionInputs, _ output: inout Tensor, _ body: (TensorPointers) -> Result
    ) -> Result {
        inputs.query.withBytes { query in
            inputs.key.withBytes { key in
                inputs.value.withBytes { value in
                    output.withMutableBytes { output in
                        body(
                            TensorPointers(
                                query: query.baseAddress!, key: key.baseAddress!, value: value.baseAddress!,
                                output: output.baseAddress!))
                    }
                }
            }
        }
    }
}
