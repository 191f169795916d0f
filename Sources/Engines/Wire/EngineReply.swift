/// What an engine answers, one JSON object a line.
public enum EngineReply: Codable, Hashable, Sendable {
    /// `zeroCopy`: calls read the shared tensors themselves, and not copies in the engine's own memory.
    case prepared(
        cell: Int, compileSeconds: Double?, computedPairs: Int?, scratchBytes: Int?, zeroCopy: Bool? = nil)
    /// The kernel does not take the problem, which is no fault.
    case refused(cell: Int, reason: String)
    case loaded(cell: Int)
    /// The time of all timed calls together; of an accelerator, with the wait for it. The pairs are those of the last call,
    /// counted as it went.
    case sampled(cell: Int, nanoseconds: Int, deviceNanoseconds: Int? = nil, computedPairs: Int? = nil)
    case written(cell: Int)
    case released(cell: Int)
    /// Of the frozen loop.
    case looped(nanoseconds: Int)
    /// In place of any other reply.
    case failed(cell: Int?, reason: String)

    public var cell: Int? {
        switch self {
        case .prepared(let cell, _, _, _, _), .refused(let cell, _), .loaded(let cell), .sampled(let cell, _, _, _),
            .written(let cell), .released(let cell):
            cell
        case .failed(let cell, _): cell
        case .looped: nil
        }
    }
}
