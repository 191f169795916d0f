import Attention
import Faults
import Hardware

/// One way to compute attention. A kernel prepares in `init` everything that it needs; `run` neither allocates nor
/// throws, so that it alone can be timed.
public protocol AttentionKernel: AnyObject, SendableMetatype {
    /// As users type it and as legends show it.
    static var name: String { get }
    /// One line on how it computes.
    static var summary: String { get }
    /// The masks that this kernel is for.
    static var maskFamily: MaskFamily { get }
    /// Prefill where a kernel does not say: then its K and V are the caller's tensors. A decode kernel takes one query at
    /// the last position, and its K and V from a cache of its own.
    static var phase: Phase { get }
    /// The positions that its problems have.
    static var positions: PositionEncoding { get }

    /// Pairs that `run` computes over all batches and heads, from the sizes alone.
    static func computedPairs(for problem: AttentionProblem) -> Int
    /// Bytes that an instance allocates beside Q, K, V and O, from the sizes alone.
    static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int

    init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem)

    /// Takes K and V of all tokens but the last into the kernel's cache, untimed; once, before the first `run` with these
    /// inputs. Prefill kernels have nothing to do.
    func fillCache(from inputs: borrowing AttentionInputs)

    /// Computes the output [batch][queryHeads][queryLength][headDimension].
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor)

    /// Pairs that the last `run` went through, counted as it went.
    var computedPairs: Int { get }
}

extension AttentionKernel {
    public static var phase: Phase { .prefill }
    public static var positions: PositionEncoding { .none }
    public func fillCache(from inputs: borrowing AttentionInputs) {}
}

extension AttentionProblem {
    /// Refuses what prefill has not: a cache, and positions.
    func requirePrefill() throws(UnsupportedProblem) {
        guard cacheFormat == CacheFormat(elementType) else {
            throw UnsupportedProblem(
                "a prefill kernel has no cache to keep in \(cacheFormat.rawValue); decode kernels have")
        }
        guard positions == .none else {
            throw UnsupportedProblem("a prefill kernel takes queries and keys as they come and does not rotate them")
        }
    }
}

/// Why a kernel cannot take a problem, in words.
public struct UnsupportedProblem: Fault, Equatable {
    public let reason: String
    public init(_ reason: String) { self.reason = reason }
    public var exitStatus: ExitStatus { .usage }

    public var description: String { reason }
}
