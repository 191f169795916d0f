import Attention

/// Every kernel there is, in the order in which lists and legends show them. A new kernel is a new line here.
public enum KernelRegistry {
    public static let all: [any AttentionKernel.Type] = [
        FullAttention.self,
        SlidingWindowAttention.self,
        SlidingWindowDenseAttention.self,
        AttentionSinkAttention.self,
        ChunkedLocalAttention.self,
        FullBidirectionalAttention.self,
        SymmetricWindowAttention.self,
        ReferenceAttention.self,
    ]

    public static func kernel(named name: String) throws(UnknownKernel) -> any AttentionKernel.Type {
        guard let kernel = all.first(where: { $0.name == name }) else { throw UnknownKernel(name: name) }
        return kernel
    }
}

public struct UnknownKernel: Error, Equatable, CustomStringConvertible {
    public let name: String

    public var description: String {
        let names = KernelRegistry.all.map { $0.name }
        let remedy = NearestName.of(name, among: names).map { "did you mean \"\($0)\"?" }
        return "\"\(name)\" is not a kernel; " + (remedy ?? "there are " + names.joined(separator: ", "))
    }
}
