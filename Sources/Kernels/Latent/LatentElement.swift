import Attention
import CVector

/// A tile of rows as the two products read it, in words of 32 bits.
struct LatentTile {
    let keys: UnsafePointer<Float>
    /// Words from a row to the next.
    let keyStride: Int
    /// Of one row, or of two neighbouring ones in pairs.
    let values: UnsafePointer<Float>
    let valueStride: Int
}

/// How one element type goes through a step over latents. One instance a worker, which holds what it makes of a tile.
protocol LatentElement: SendableMetatype {
    associatedtype Product: TileProduct

    static func workerFloats(_ plan: LatentPlan) -> Int
    init(_ plan: LatentPlan, worker: UnsafeMutablePointer<Float>)

    /// Some rows of the cache, `LatentPlan.rowBytes` apart. The first is an even one. Good until the next rows are taken.
    func take(_ rows: UnsafeRawPointer, count: Int) -> LatentTile
}

/// float32: both products read rows where they lie.
struct FloatLatents: LatentElement {
    typealias Product = Float32Product

    private let stride: Int

    static func workerFloats(_ plan: LatentPlan) -> Int { 0 }

    init(_ plan: LatentPlan, worker: UnsafeMutablePointer<Float>) { stride = plan.rowBytes / 4 }

    func take(_ rows: UnsafeRawPointer, count: Int) -> LatentTile {
        let words = rows.assumingMemoryBound(to: Float.self)
        return LatentTile(keys: words, keyStride: stride, values: words, valueStride: stride)
    }
}

/// Elements of 16 bits that are multiplied as float32. To widen a tile takes one load and one store for 16 heads · 2 products of
/// multiply-adds: less than a hundredth of the work with 128 heads.
struct WidenedLatents<Rows: ElementRows>: LatentElement {
    typealias Product = Float32Product

    private let d: Int
    private let rowBytes: Int
    private let stride: Int
    /// [rowTile][stride]
    private let words: UnsafeMutablePointer<Float>

    private static func stride(_ plan: LatentPlan) -> Int {
        LatentPlan.stride(ofBytes: plan.d * MemoryLayout<Float>.size) / MemoryLayout<Float>.size
    }

    static func workerFloats(_ plan: LatentPlan) -> Int { plan.rowTile * stride(plan) }

    init(_ plan: LatentPlan, worker: UnsafeMutablePointer<Float>) {
        (d, rowBytes, stride) = (plan.d, plan.rowBytes, Self.stride(plan))
        words = worker
    }

    func take(_ rows: UnsafeRawPointer, count: Int) -> LatentTile {
        for row in 0..<count {
            let (source, target) = (rows + row * rowBytes, words + row * stride)
            for x in Swift.stride(from: 0, to: d, by: Lanes.lanes) { store(Rows.widened(source + x * 2), target, x) }
        }
        return LatentTile(keys: words, keyStride: stride, values: words, valueStride: stride)
    }
}

/// bfloat16, of which the CPU multiplies two neighbours at once. For scores these are neighbours of a row, where they lie. For outputs
/// they are the elements of two rows, so values are interleaved: the pairs of rows 2k and 2k + 1.
struct PairedLatents: LatentElement {
    typealias Product = BFloat16Product

    private let m: Int
    private let rowBytes: Int
    private let stride: Int
    /// [rowTile / 2][stride]
    private let pairs: UnsafeMutablePointer<Float>

    private static func stride(_ plan: LatentPlan) -> Int {
        LatentPlan.stride(ofBytes: plan.m * MemoryLayout<Float>.size) / MemoryLayout<Float>.size
    }

    static func workerFloats(_ plan: LatentPlan) -> Int { plan.rowTile / 2 * stride(plan) }

    init(_ plan: LatentPlan, worker: UnsafeMutablePointer<Float>) {
        (m, rowBytes, stride) = (plan.m, plan.rowBytes, Self.stride(plan))
        pairs = worker
    }

    /// Behind an odd last row the cache has one of zeros.
    func take(_ rows: UnsafeRawPointer, count: Int) -> LatentTile {
        for pair in 0..<(count + 1) / 2 {
            let low = (rows + 2 * pair * rowBytes).assumingMemoryBound(to: UInt16.self)
            let high = (rows + (2 * pair + 1) * rowBytes).assumingMemoryBound(to: UInt16.self)
            for x in Swift.stride(from: 0, to: m, by: Lanes.lanes) {
                vector_interleave_16(low + x, high + x, pairs + pair * stride + x)
            }
        }
        return LatentTile(
            keys: rows.assumingMemoryBound(to: Float.self), keyStride: rowBytes / 4, values: pairs, valueStride: stride)
    }
}
