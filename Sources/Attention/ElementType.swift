/// The type in which queries, keys, values and outputs are stored. Sums and softmax are float32 in every kernel.
public enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
    case float32, bfloat16, float16

    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        }
    }

    /// The nearest value of this type.
    public func rounded(_ value: Float) -> Float {
        switch self {
        case .float32: value
        case .bfloat16: Float(BFloat16(value))
        case .float16: Float(Float16(value))
        }
    }

    /// Distance of 1 to the next larger value.
    public var epsilon: Double {
        switch self {
        case .float32: 0x1p-23
        case .bfloat16: 0x1p-7
        case .float16: 0x1p-10
        }
    }
}

/// The upper half of a float32: eight bits of exponent, seven of fraction.
public struct BFloat16: Hashable, Sendable, BitwiseCopyable {
    public let bitPattern: UInt16

    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// Rounds to nearest, ties to even; NaN stays NaN.
    public init(_ value: Float) {
        let bits = value.bitPattern
        bitPattern = value.isNaN ? 0x7FC0 : UInt16((UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16)
    }
}

extension Float {
    public init(_ value: BFloat16) { self.init(bitPattern: UInt32(value.bitPattern) << 16) }
}

/// OCP's 8-bit float of four exponent and three fraction bits (Open Compute Project, 8-bit Floating Point Specification,
/// rev. 1.0, 2023), which others call E4M3FN: bias 7, largest value 448, smallest 2⁻⁹, one NaN of each sign, no infinity.
/// (The FNUZ variant of some accelerators ends at 240.)
public struct Float8E4M3: Hashable, Sendable, BitwiseCopyable {
    public let bitPattern: UInt8

    public static let greatestFiniteMagnitude: Float = 448
    public static let leastNonzeroMagnitude: Float = 0x1p-9

    public init(bitPattern: UInt8) { self.bitPattern = bitPattern }

    /// Rounds to nearest, ties to even. What lies past 448, infinities included, becomes ±448: the specification's
    /// saturating mode, which caches use. NaN stays NaN.
    public init(_ value: Float) {
        let sign: UInt8 = value.sign == .minus ? 0x80 : 0
        guard !value.isNaN else {
            bitPattern = sign | 0x7F
            return
        }
        let magnitude = min(abs(value), Self.greatestFiniteMagnitude)
        // Below 2⁻⁶ all values are multiples of 2⁻⁹. Eight steps make one power of two, so counting on from the
        // exponent's place carries a fraction that rounds up to 16 into the next exponent by itself.
        let exponent = magnitude == 0 ? -6 : max(-6, Int(magnitude.exponent))
        let steps = (magnitude * Float(sign: .plus, exponent: 3 - exponent, significand: 1)).rounded(.toNearestOrEven)
        bitPattern = sign | UInt8((exponent + 6) * 8 + Int(steps))
    }
}

extension Float {
    public init(_ value: Float8E4M3) {
        let exponent = Int(value.bitPattern >> 3 & 0xF)
        let fraction = Float(value.bitPattern & 7)
        let magnitude: Float =
            switch (value.bitPattern & 0x7F, exponent) {
            case (0x7F, _): .nan
            case (_, 0): fraction * 0x1p-9
            default: (8 + fraction) * Float(sign: .plus, exponent: exponent - 10, significand: 1)
            }
        self = value.bitPattern & 0x80 == 0 ? magnitude : -magnitude
    }
}
