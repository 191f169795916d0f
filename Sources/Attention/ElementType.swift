/// The type in which queries, keys, values and outputs are stored. Sums and softmax are float32 in every kernel.
public enum ElementType: String, Codable, Hashable, Sendable, CaseIterable {
    case float32, bfloat16, float16

    public var byteCount: Int {
        switch self {
        case .float32: 4
        case .bfloat16, .float16: 2
        }
    }
}
