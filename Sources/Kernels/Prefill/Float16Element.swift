import Attention
import CVector

/// float16: no CPU at hand multiplies pairs of them into float32, so each tile of K and V is widened into the worker's
/// own memory and goes on as float32: some 24·d instructions for 512·d multiply-adds a key tile.
struct Float16Element: FusedElement {
    typealias Product = Float32Product
    static var layout: vector_element { vector_element_float16 }

    private let d: Int
    private let keyLength: Int
    /// [keyTile][d], and room for a vector that ends past it; twice: keys, values.
    private let tiles: UnsafeMutablePointer<Float>

    private static func tileWords(_ d: Int) -> Int { FusedWorkspaceSize.keyTile * d + Lanes.lanes }

    static func workerWords(for problem: AttentionProblem) -> Int { 2 * tileWords(problem.shape.headDimension) }

    init(problem: AttentionProblem, shared: UnsafePointer<Float>, worker: UnsafeMutablePointer<Float>) {
        d = problem.shape.headDimension
        keyLength = problem.shape.keyLength
        tiles = worker
    }

    var keySteps: Int { d }

    func keys(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> (UnsafePointer<Float>, Int) {
        (widen(tensors.key + (group * keyLength + start) * d * 2, count: count * d, into: tiles), d)
    }

    func values(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> UnsafePointer<Float> {
        widen(tensors.value + (group * keyLength + start) * d * 2, count: count * d, into: tiles + Self.tileWords(d))
    }

    private func widen(
        _ source: UnsafeRawPointer, count: Int, into tile: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        for index in stride(from: 0, to: count, by: Lanes.lanes) {
            store(vector_load_float16(source + index * 2), tile, index)
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
