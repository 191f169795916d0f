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
