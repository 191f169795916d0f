import Attention
import CVector

/// The rows of earlier tokens, [batch][token], as the element type has them: keys and values at once.
final class LatentCache: @unchecked Sendable {
    private let plan: LatentPlan
    private var storage: Tensor
    /// Whether a value has come that the product of bfloat16 words might lose (`BFloat16Range`).
    private(set) var hasSmallValues = false

    /// Tokens of a batch, in whole pairs: the product of pairs reads a row of zeros behind an odd one.
    private static func capacity(_ plan: LatentPlan) -> Int { (plan.problem.shape.keyLength + 1) / 2 * 2 }

    static func byteCount(_ plan: LatentPlan) -> Int {
        plan.problem.shape.batch * capacity(plan) * plan.rowBytes
    }

    /// Elements between rows stay 0, and so does half of the last pair of an odd row.
    init(_ plan: LatentPlan) {
        self.plan = plan
        storage = Tensor(dimensions: [Self.byteCount(plan) / MemoryLayout<Float>.size])
    }

    /// Forgets all tokens, before as many come again.
    func removeAll() { hasSmallValues = false }

    /// Takes the row of a token, in every batch.
    func write(_ inputs: borrowing AttentionInputs, token: Int) {
        let (shape, type) = (plan.problem.shape, plan.problem.elementType)
        let byteCount = plan.d * type.byteCount
        inputs.key.withBytes { keys in
            storage.withMutableBytes { rows in
                for batch in 0..<shape.batch {
                    let source = keys.baseAddress! + (batch * shape.keyLength + token) * byteCount
                    let target = rows.baseAddress! + (batch * Self.capacity(plan) + token) * plan.rowBytes
                    target.copyMemory(from: source, byteCount: byteCount)
                    // Whole words: an odd value is looked at with one element more.
                    if type == .bfloat16, !hasSmallValues {
                        hasSmallValues = !BFloat16Range.areValuesExact(target, words: (plan.m + 1) / 2)
                    }
                }
            }
        }
    }

    /// Lends the rows of a batch; they are good within `body` only.
    func withRows<Result>(ofBatch batch: Int, _ body: (LatentRows) -> Result) -> Result {
        let (rowBytes, first) = (plan.rowBytes, batch * Self.capacity(plan) * plan.rowBytes)
        return storage.withBytes { body(LatentRows(start: $0.baseAddress! + first, rowBytes: rowBytes)) }
    }
}

/// The rows of one batch, by token.
struct LatentRows {
    fileprivate let start: UnsafeRawPointer
    let rowBytes: Int

    subscript(token: Int) -> UnsafeRawPointer { start + token * rowBytes }
}

/// The queries of a call as products take them: Qᵀ [steps][width] for each block of heads of each batch. They are transposed once a
/// call, and all workers read them.
final class LatentQueries: @unchecked Sendable {
    private let plan: LatentPlan
    private let floats: UnsafeMutablePointer<Float>

    /// Columns come in whole vectors.
    private static func blockFloats(_ plan: LatentPlan) -> Int { (plan.steps + Lanes.lanes) * QueryBlock.width }

    static func floatCount(_ plan: LatentPlan) -> Int {
        plan.problem.shape.batch * plan.blocks * blockFloats(plan)
    }

    init(_ plan: LatentPlan) {
        self.plan = plan
        floats = .allocateZeros(Self.floatCount(plan))
    }

    deinit { floats.deallocate() }

    /// - Parameter item: batch · blocks + block
    func take(_ item: Int, from query: UnsafeRawPointer) {
        let (batch, block) = item.quotientAndRemainder(dividingBy: plan.blocks)
        let lanes = BlockLanes(block: block, group: batch, shape: plan.problem.shape)
        let target = floats + item * Self.blockFloats(plan)
        switch plan.problem.elementType {
        case .float32: lanes.loadQueries(query, vector_element_float32, into: target)
        case .float16: lanes.loadQueries(query, vector_element_float16, into: target)
        case .bfloat16 where !plan.multipliesPairs:
            lanes.loadQueries(query, vector_element_widened_bfloat16, into: target)
        case .bfloat16:
            lanes.loadQueries(query, vector_element_bfloat16, into: target)
            guard !plan.d.isMultiple(of: 2) else { return }
            // The other half of the last word is the next query's.
            let last = target + (plan.steps - 1) * QueryBlock.width
            for lane in 0..<QueryBlock.width { last[lane] = Float(bitPattern: last[lane].bitPattern & 0xFFFF) }
        }
    }

    func block(_ block: Int, batch: Int) -> UnsafePointer<Float> {
        UnsafePointer(floats + (batch * plan.blocks + block) * Self.blockFloats(plan))
    }
}
