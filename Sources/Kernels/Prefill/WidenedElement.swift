import Attention
import CVector

/// Elements of 16 bits that are multiplied as float32: each tile of K and V is widened into the worker's own memory, some
/// 24·d instructions for 512·d multiply-adds a key tile. So it is for float16, of which no CPU at hand multiplies pairs into
/// float32; and for bfloat16 where that is faster than the CPU's own product of pairs (`Tuning`).
struct WidenedElement<Rows: ElementRows>: FusedElement {
    typealias Product = Float32Product
    static var layout: vector_element { Rows.layout }

    private let d: Int
    private let keyLength: Int
    /// [keyTile][d], and room for a vector that ends past it; twice: keys, values.
    private let keys: UnsafeMutablePointer<Float>
    private let values: UnsafeMutablePointer<Float>

    private static func tileWords(_ d: Int, keyTile: Int) -> Int { keyTile * d + Lanes.lanes }

    static func workerWords(for problem: AttentionProblem, keyTile: Int) -> Int {
        2 * tileWords(problem.shape.headDimension, keyTile: keyTile)
    }

    init(
        problem: AttentionProblem, keyTile: Int, shared: UnsafePointer<Float>, worker: UnsafeMutablePointer<Float>
    ) {
        d = problem.shape.headDimension
        keyLength = problem.shape.keyLength
        keys = worker
        values = worker + Self.tileWords(d, keyTile: keyTile)
    }

    var keySteps: Int { d }

    func keys(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> (UnsafePointer<Float>, Int) {
        (widen(tensors.key + (group * keyLength + start) * d * 2, count: count * d, into: keys), d)
    }

    func values(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> UnsafePointer<Float> {
        widen(tensors.value + (group * keyLength + start) * d * 2, count: count * d, into: values)
    }

    private func widen(
        _ source: UnsafeRawPointer, count: Int, into tile: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        for index in stride(from: 0, to: count, by: Lanes.lanes) {
            store(Rows.widened(source + index * 2), tile, index)
        }
        return UnsafePointer(tile)
    }

    func addresses(
        from start: Int, group: Int, _ tensors: TensorPointers
    ) -> (key: UnsafeRawPointer, value: UnsafeRawPointer) {
        let offset = (group * keyLength + start) * d * 2
        return (tensors.key + offset, tensors.value + offset)
    }
}
