/// x = scale · (q − 8) with q in 0…15, as `quantize_row_q4_0_ref` of ggml computes it. The scale is the element of
/// largest magnitude, with its sign, over −8: so that element is met exactly by q = 0, and one as large on the other side
/// is cut off at 7 steps. Byte i holds element i in its low and element i + 16 in its high half.
enum Q40Block {
    static let byteCount = 18

    static func encode(_ elements: SIMD32<Float>, into block: UnsafeMutableRawPointer) {
        let largest = elements.indices.reduce(Float(0)) {
            abs(elements[$1]) > abs($0) ? elements[$1] : $0
        }
        let scale = largest / -8
        let stored = elements.isFinite ? Float16(scale: scale) : .nan
        block.storeBytes(of: stored, as: Float16.self)
        // A scale that float16 takes for zero or cannot hold leaves nothing to count in.
        let inverse = abs(stored) > 0 ? 1 / scale : 0
        func code(_ element: Float) -> UInt8 { inverse == 0 ? 8 : UInt8(min(15, element * inverse + 8.5)) }
        for index in 0..<16 {
            let byte = code(elements[index]) | code(elements[index + 16]) << 4
            block.storeBytes(of: byte, toByteOffset: 2 + index, as: UInt8.self)
        }
    }

    static func decode(_ block: UnsafeRawPointer) -> SIMD32<Float> {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        var elements = SIMD32<Float>()
        for index in 0..<16 {
            let byte = block.load(fromByteOffset: 2 + index, as: UInt8.self)
            elements[index] = scale * (Float(byte & 0xF) - 8)
            elements[index + 16] = scale * (Float(byte >> 4) - 8)
        }
        return elements
    }
}
