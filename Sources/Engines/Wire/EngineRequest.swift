import Attention

/// What an engine is asked, one JSON object a line: `{"load":{"cell":3}}`. Each request has exactly one reply.
public enum EngineRequest: Codable, Hashable, Sendable {
    /// Makes a kernel ready for a problem; untimed. The cell's number is from now on the name of the two together.
    case prepare(
        cell: Int, kernel: String, problem: AttentionProblem, threads: Int, cpus: [Int], tensors: [String: EngineTensor]
    )
    /// The tensors have new contents, which the engine takes into its own layout; untimed. A decode kernel fills its cache
    /// with all tokens but the last.
    case load(cell: Int)
    /// Untimed calls, then timed ones. `extraTurns` of the frozen loop after each call: only where the greeting says that
    /// the engine has one.
    case sample(cell: Int, warmUpCalls: Int, calls: Int, extraTurns: Int? = nil)
    /// The output of the last call goes into its tensor, in the problem's element type; untimed.
    case write(cell: Int)
    case release(cell: Int)
    /// Times the frozen loop: only where the greeting says that the engine has one.
    case frozenLoop(turns: Int)

    /// Nil for the frozen loop, which is of no cell.
    public var cell: Int? {
        switch self {
        case .prepare(let cell, _, _, _, _, _), .load(let cell), .sample(let cell, _, _, _), .write(let cell),
            .release(let cell):
            cell
        case .frozenLoop: nil
        }
    }
}

/// Where a tensor lies: a file to be mapped, row-major, with 64 bytes behind the last element.
public struct EngineTensor: Codable, Hashable, Sendable {
    public enum Role: String, Codable, Sendable {
        case input = "in"
        case output = "out"
    }

    public let path: String
    public let role: Role
    public let shape: [Int]
    public let elementType: ElementType

    public init(path: String, role: Role, shape: [Int], elementType: ElementType) {
        self.path = path
        self.role = role
        self.shape = shape
        self.elementType = elementType
    }

    /// Bytes behind the last element that may be read: a vector load that starts inside a tensor stays inside.
    static let slackBytes = 64

    var elementBytes: Int { shape.reduce(1, *) * elementType.byteCount }
    var mappedBytes: Int { elementBytes + Self.slackBytes }
}
