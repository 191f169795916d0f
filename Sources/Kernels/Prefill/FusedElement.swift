import Attention
import CVector

/// How one element type goes through the fused driver: what a word of K, of V and of a query is, and how outputs are
/// rounded. One instance a worker, which may hold tiles that it has converted.
protocol FusedElement: SendableMetatype {
    associatedtype Product: TileProduct
    static var layout: vector_element { get }

    /// Words that all workers share, prepared once a run; and words of one worker.
    static func sharedWords(for problem: AttentionProblem) -> Int
    static func workerWords(for problem: AttentionProblem, keyTile: Int) -> Int
    /// Work items that prepare the shared words, and one of them.
    static func preparations(for problem: AttentionProblem) -> Int
    static func prepare(
        _ item: Int, for problem: AttentionProblem, _ tensors: TensorPointers, _ shared: UnsafeMutablePointer<Float>)

    init(
        problem: AttentionProblem, keyTile: Int, shared: UnsafePointer<Float>, worker: UnsafeMutablePointer<Float>)

    /// Words of a row of K that count: the steps of a score.
    var keySteps: Int { get }
    /// Makes the last step of Qᵀ [keySteps][width] hold nothing past d.
    func finishQueries(_ queries: UnsafeMutablePointer<Float>)
    /// The rows of K from `start` on, and the words between them.
    func keys(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> (UnsafePointer<Float>, Int)
    /// The rows of V from `start` on, [count / depth, rounded up][d] words. `start` is a multiple of the depth.
    func values(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> UnsafePointer<Float>
    /// Whether the products kept what a block's outputs are made of, as `Product.accumulate` says. Asked at the end.
    func multipliesExactly(_ block: FusedBlock, group: Int, _ tensors: TensorPointers) -> Bool
    /// Where the rows of K and V from `start` on will be read.
    func addresses(from start: Int, group: Int, _ tensors: TensorPointers) -> (
        key: UnsafeRawPointer, value: UnsafeRawPointer
    )
}

/// What most types need not say.
extension FusedElement {
    static func sharedWords(for problem: AttentionProblem) -> Int { 0 }
    static func workerWords(for problem: AttentionProblem, keyTile: Int) -> Int { 0 }
    static func preparations(for problem: AttentionProblem) -> Int { 0 }
    static func prepare(
        _ item: Int, for problem: AttentionProblem, _ tensors: TensorPointers, _ shared: UnsafeMutablePointer<Float>
    ) {}
    func finishQueries(_ queries: UnsafeMutablePointer<Float>) {}
    func multipliesExactly(_ block: FusedBlock, group: Int, _ tensors: TensorPointers) -> Bool { true }
}

extension vector_element {
    var byteCount: Int { self == vector_element_float32 ? 4 : 2 }
}

/// float32: words are the elements where they lie.
struct Float32Element: FusedElement {
    typealias Product = Float32Product
    static var layout: vector_element { vector_element_float32 }

    private let d: Int
    private let keyLength: Int

    init(
        problem: AttentionProblem, keyTile: Int, shared: UnsafePointer<Float>, worker: UnsafeMutablePointer<Float>
    ) {
        d = problem.shape.headDimension
        keyLength = problem.shape.keyLength
    }

    var keySteps: Int { d }

    func keys(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> (UnsafePointer<Float>, Int) {
        (tensors.key.assumingMemoryBound(to: Float.self) + (group * keyLength + start) * d, d)
    }

    func values(from start: Int, count: Int, group: Int, _ tensors: TensorPointers) -> UnsafePointer<Float> {
        tensors.value.assumingMemoryBound(to: Float.self) + (group * keyLength + start) * d
    }

    func addresses(
        from start: Int, group: Int, _ tensors: TensorPointers
    ) -> (key: UnsafeRawPointer, value: UnsafeRawPointer) {
        let offset = (group * keyLength + start) * d * 4
        return (tensors.key + offset, tensors.value + offset)
    }
}
