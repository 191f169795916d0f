/// x = scale · q with q in −127…127 and scale = max |x| / 127, as `quantize_row_q8_0_ref` of ggml computes it: the
/// integers come from the scale before it is rounded to float16, and halves round away from zero.
enum Q80Block {
    static let byteCount = 34

    static func encode(_ elements: SIMD32<Float>, into block: UnsafeMutableRawPointer) {
        let largest = elements.indices.reduce(0) { max($0, abs(elements[$1])) }
        let scale = largest / 127
        let stored = elements.isFinite ? Float16(scale: scale) : .nan
        block.storeBytes(of: stored, as: Float16.self)
        // A scale that float16 takes for zero or cannot hold leaves nothing to count in.
        let inverse = stored > 0 ? 1 / scale : 0
        for index in elements.indices {
            let steps = inverse == 0 ? 0 : (elements[index] * inverse).rounded(.toNearestOrAwayFromZero)
            block.storeBytes(of: Int8(steps), toByteOffset: 2 + index, as: Int8.self)
        }
    }

    static func decode(_ block: UnsafeRawPointer) -> SIMD32<Float> {
        let scale = Float(block.loadUnaligned(as: Float16.self))
        var elements = SIMD32<Float>()
        for index in elements.indices {
            elements[index] = scale * Float(block.load(fromByteOffset: 2 + index, as: Int8.self))
        }
        return elements
    }
}
