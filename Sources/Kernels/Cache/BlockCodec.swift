import Attention
import CVector

/// Ways to store 32 elements together: small integers and what turns them back into numbers. This is the obvious form,
/// one element after the other; kernels read the same bytes in their registers and are held to it.
///
/// Numbers of more than one byte are little-endian. A block that cannot be stored truthfully, because an element is not
/// finite or a scale is past float16, is NaN in all 32 elements: what is wrong spreads but never vanishes.
public enum BlockCodec: Hashable, Sendable {
    /// ggml's `block_q8_0`, 34 bytes: float16 scale, 32 signed bytes.
    case q80
    /// ggml's `block_q4_0`, 18 bytes: float16 scale, 32 nibbles.
    case q40
    /// 4 + 4 · bits bytes: float16 step, float16 minimum, 32 integers of 1, 2 or 4 bits that count steps from the minimum.
    case affine(bits: Int)

    public static let elementCount = 32

    public var byteCount: Int {
        switch self {
        case .q80: Q80Block.byteCount
        case .q40: Q40Block.byteCount
        case .affine(let bits): AffineBlock.byteCount(bits: bits)
        }
    }

    /// With scales and minima.
    public var bitsPerElement: Double { Double(8 * byteCount) / Double(Self.elementCount) }

    /// - Parameter block: room for `byteCount` bytes, at any address
    public func encode(_ elements: SIMD32<Float>, into block: UnsafeMutableRawPointer) {
        switch self {
        case .q80: Q80Block.encode(elements, into: block)
        case .q40: Q40Block.encode(elements, into: block)
        case .affine(let bits): AffineBlock.encode(elements, bits: bits, into: block)
        }
    }

    public func decode(_ block: UnsafeRawPointer) -> SIMD32<Float> {
        switch self {
        case .q80: Q80Block.decode(block)
        case .q40: Q40Block.decode(block)
        case .affine(let bits): AffineBlock.decode(block, bits: bits)
        }
    }
}

extension CacheFormat {
    /// What kernels know a format by.
    enum Form {
        case elements(ElementType)
        case float8
        /// The codec is the oracle of the codes that C reads and writes.
        case blocks(BlockCodec, cache_codes)
    }

    var form: Form {
        switch self {
        case .float32: .elements(.float32)
        case .bfloat16: .elements(.bfloat16)
        case .float16: .elements(.float16)
        case .fp8E4M3: .float8
        case .q8_0: .blocks(.q80, cache_codes_q8_0)
        case .q4_0: .blocks(.q40, cache_codes_q4_0)
        case .kivi2: .blocks(.affine(bits: 2), cache_codes_kivi2)
        }
    }
}

extension SIMD32<Float> {
    var isFinite: Bool { indices.allSatisfy { self[$0].isFinite } }
}

extension Float16 {
    /// NaN in the place of infinity, so that 0 times a scale that overflowed is no better than the rest.
    init(scale: Float) {
        let rounded = Float16(scale)
        self = rounded.isFinite ? rounded : .nan
    }
}

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
