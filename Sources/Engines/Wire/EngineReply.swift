/// What an engine answers, one JSON object a line.
public enum EngineReply: Codable, Hashable, Sendable {
    case prepared(cell: Int, compileSeconds: Double?, computedPairs: Int?, scratchBytes: Int?)
    /// The kernel does not take the problem, which is no fault.
    case refused(cell: Int, reason: String)
    case loaded(cell: Int)
    /// The time of all timed calls together; of an accelerator, with the wait for it.
    case sampled(cell: Int, nanoseconds: Int, deviceNanoseconds: Int?)
    case written(cell: Int)
    case released(cell: Int)
    /// In place of any other reply.
    case failed(cell: Int, reason: String)

    public var cell: Int {
        switch self {
        case .prepared(let cell, _, _, _), .refused(let cell, _), .loaded(let cell), .sampled(let cell, _, _),
            .written(let cell), .released(let cell), .failed(let cell, _):
            cell
        }
    }
}
