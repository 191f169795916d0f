import Attention
import CVector

/// How rows of one element type are read as float32, and written.
protocol ElementRows: SendableMetatype {
    static var layout: vector_element { get }
    /// One vector of elements.
    static func widened(_ source: UnsafeRawPointer) -> Lanes
    /// Rounds the first `count` lanes and writes them, denormals too.
    static func write(_ lanes: Lanes, to target: UnsafeMutableRawPointer, count: Int)
}

enum Float32Rows: ElementRows {
    static var layout: vector_element { vector_element_float32 }
    @inline(__always) static func widened(_ source: UnsafeRawPointer) -> Lanes { source.loadUnaligned(as: Lanes.self) }
    @inline(__always) static func write(_ lanes: Lanes, to target: UnsafeMutableRawPointer, count: Int) {
        if count == Lanes.lanes { return target.storeBytes(of: lanes, as: Lanes.self) }
        for lane in 0..<count { target.storeBytes(of: lanes[lane], toByteOffset: lane * 4, as: Float.self) }
    }
}

enum Float16Rows: ElementRows {
    static var layout: vector_element { vector_element_float16 }
    @inline(__always) static func widened(_ source: UnsafeRawPointer) -> Lanes { vector_load_float16(source) }
    @inline(__always) static func write(_ lanes: Lanes, to target: UnsafeMutableRawPointer, count: Int) {
        vector_store_16(lanes, layout, target, count)
    }
}

enum BFloat16Rows: ElementRows {
    static var layout: vector_element { vector_element_widened_bfloat16 }
    @inline(__always) static func widened(_ source: UnsafeRawPointer) -> Lanes { vector_load_bfloat16(source) }
    @inline(__always) static func write(_ lanes: Lanes, to target: UnsafeMutableRawPointer, count: Int) {
        vector_store_bfloat16_exactly(lanes, target, count)
    }
}

extension ElementType {
    /// Rounds a row of float32 and writes it; `source` has room for whole vectors.
    func write(_ source: UnsafePointer<Float>, count: Int, to target: UnsafeMutableRawPointer) {
        for column in stride(from: 0, to: count, by: Lanes.lanes) {
            let (lanes, place) = (load(source, column), target + column * byteCount)
            let written = min(Lanes.lanes, count - column)
            switch self {
            case .float32: Float32Rows.write(lanes, to: place, count: written)
            case .bfloat16: BFloat16Rows.write(lanes, to: place, count: written)
            case .float16: Float16Rows.write(lanes, to: place, count: written)
            }
        }
    }
}
