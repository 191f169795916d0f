import Attention

/// Every kernel there is, in the order in which lists and legends show them. A new kernel is a new line here.
public enum KernelRegistry {
    public static let all: [any AttentionKernel.Type] = [
        FullAttention.self,
        FullBLASAttention.self,
        FullNaiveAttention.self,
        SlidingWindowAttention.self,
        SlidingWindowDenseAttention.self,
        ChunkedOverlapAttention.self,
        AttentionSinkAttention.self,
        ChunkedLocalAttention.self,
        FullBidirectionalAttention.self,
        SymmetricWindowAttention.self,
        ChunkedOverlapSymmetricAttention.self,
        DecodeFullAttention.self,
        DecodeWindowAttention.self,
        DecodeSinkAttention.self,
        DecodeSinkUnrotatedAttention.self,
        DecodeRecomputeAttention.self,
        ReferenceAttention.self,
    ]

    public static var names: [String] { all.map { $0.name } }

    public static func kernel(named name: String) throws(UnknownName) -> any AttentionKernel.Type {
        guard let kernel = all.first(where: { $0.name == name }) else {
            throw UnknownName(name, isNot: "a kernel", known: names)
        }
        return kernel
    }
}
