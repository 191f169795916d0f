import Attention
import CVector
import Hardware

/// Attention in one pass over the keys, scores never in memory (FlashAttention, Dao 2022 and 2023), for every mask.
///
/// Lanes are queries. A block of `QueryBlock.width` queries is held transposed, Qᵀ[d][width]. Then, for each tile of
/// keys that any of them sees:
///
///     Sᵀ[keys][width]  = K · Qᵀ                 K in its natural rows
///     Pᵀ               = e^(scale · (Sᵀ − running max))   element-wise, OnlineSoftmax
///     Oᵀ[d][width]    += Vᵀ · Pᵀ                V in its natural rows
///
/// and at the end O = Oᵀ / sum. K and V are never packed; only Q on entry and O on exit are transposed. The queries of
/// all heads that share a key/value head fill the lanes of one block (lane = row · groupSize + head of the group), so
/// grouped-query attention reads K and V once a group, and wastes less at the edges of a mask.
///
/// A mask appears in two places only: the key ranges that a block goes over (sinks, then the band that is the union of
/// its lanes' bands) and, on the keys that only some lanes see, a select against each lane's own bounds. Tiles that the
/// mask excludes are not computed.
///
/// Tile sizes: 128 keys hold K or V's tile (d = 128: 64 KiB) in L2 and Pᵀ (16 KiB) with Qᵀ in L1.
public class FusedAttention {
    /// Which keys a block goes over: those that its mask shows, or all, masked one by one (what a dense mask costs).
    class var coverage: KeyCoverage { .visible }

    private let problem: AttentionProblem
    private let team: WorkerTeam
    private let workspaces: [FusedWorkspace]
    private let blocks: QueryBlocks

    public required init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        guard problem.elementType == .float32 else {
            throw UnsupportedProblem("this kernel computes in float32, not \(problem.elementType)")
        }
        guard problem.shape.keyLength < Int(Int32.max) else {
            throw UnsupportedProblem("\(problem.shape.keyLength) keys are more than 2,147,483,646")
        }
        self.problem = problem
        self.team = team
        blocks = QueryBlocks(problem: problem, coverage: Self.coverage)
        workspaces = (0..<team.threadCount).map { _ in
            FusedWorkspace(problem: problem)
        }
    }

    public class func computedPairs(for problem: AttentionProblem) -> Int {
        let blocks = QueryBlocks(problem: problem, coverage: coverage)
        let perHeadGroup = (0..<blocks.countPerGroup).reduce(0) { $0 + blocks.computedPairs(block: $1) }
        return perHeadGroup * blocks.groups
    }

    public class func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int {
        threads * FusedWorkspace.byteCount(headDimension: problem.shape.headDimension)
    }

    public var computedPairs: Int { workspaces.reduce(0) { $0 + $1.computedPairs } }

    public func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (problem, blocks, workspaces) = (problem, blocks, workspaces)
        for workspace in workspaces { workspace.computedPairs = 0 }
        inputs.query.withFloats { query in
            inputs.key.withFloats { key in
                inputs.value.withFloats { value in
                    output.withMutableFloats { output in
                        // The bounds of these are the tensors': AttentionInputs and the problem agree on them.
                        nonisolated(unsafe) let tensors = TensorPointers(
                            query: query.baseAddress!, key: key.baseAddress!, value: value.baseAddress!,
                            output: output.baseAddress!)
                        team.forEach(count: blocks.groups * blocks.countPerGroup) { worker, index in
                            let (group, block) = blocks.place(ofItem: index)
                            workspaces[worker].attend(
                                block: block, group: group, blocks: blocks, problem: problem, tensors)
                        }
                    }
                }
            }
        }
    }
}

struct TensorPointers {
    let query: UnsafePointer<Float>
    let key: UnsafePointer<Float>
    let value: UnsafePointer<Float>
    let output: UnsafeMutablePointer<Float>
}
