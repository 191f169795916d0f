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
