/// x = minimum + step · q with q in 0…2^bits − 1 and step = (max − min) / (2^bits − 1): the asymmetric groups of KIVI (Liu
/// et al., arXiv 2402.02750), with its packing: words of 32 bits, the first element in the lowest bits. Elements are
/// counted in the step and from the minimum as float16 has them, so that rounding these adds no error of its own inside
/// the range that they span.
enum AffineBlock {
    static func byteCount(bits: Int) -> Int { 4 + 4 * bits }

    static func encode(_ elements: SIMD32<Float>, bits: Int, into block: UnsafeMutableRawPointer) {
        let levels = Float((1 << bits) - 1)
        let minimum = Float16(scale: elements.min())
        let isTruthful = elements.isFinite && minimum.isFinite
        let step = isTruthful ? Float16(scale: (elements.max() - elements.min()) / levels) : .nan
        block.storeBytes(of: step, as: Float16.self)
        block.storeBytes(of: minimum, toByteOffset: 2, as: Float16.self)
        let perWord = 32 / bits
        for word in 0..<bits {
            var packed: UInt32 = 0
            for place in 0..<perWord where step > 0 {
                let steps = (elements[word * perWord + place] - Float(minimum)) / Float(step)
                let code = min(max(steps.rounded(.toNearestOrEven), 0), levels)
                packed |= UInt32(code) << UInt32(place * bits)
            }
            block.storeBytes(of: packed.littleEndian, toByteOffset: 4 + 4 * word, as: UInt32.self)
        }
    }

    static func decode(_ block: UnsafeRawPointer, bits: Int) -> SIMD32<Float> {
        let step = Float(block.loadUnaligned(as: Float16.self))
        let minimum = Float(block.loadUnaligned(fromByteOffset: 2, as: Float16.self))
        let perWord = 32 / bits
        let mask: UInt32 = (1 << UInt32(bits)) - 1
        var elements = SIMD32<Float>()
        for index in elements.indices {
            let word = UInt32(
                littleEndian: block.loadUnaligned(fromByteOffset: 4 + 4 * (index / perWord), as: UInt32.self))
            let code = word >> UInt32(index % perWord * bits) & mask
            elements[index] = minimum + step * Float(code)
        }
        return elements
    }
}
