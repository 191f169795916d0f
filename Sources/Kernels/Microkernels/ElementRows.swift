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
