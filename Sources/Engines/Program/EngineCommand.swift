import Processes

/// How a program that is an engine is started, and how long it may take.
public struct EngineCommand: Hashable, Sendable {
    /// A path and its arguments; `{threads}` and `{cpus}` stand for what a cell asks for.
    public var words: [String]
    /// On top of the user's own environment, with the same two placeholders.
    public var environment: [String: String]
    /// Until the greeting.
    public var startSeconds = 60.0
    /// Until it is ready for a problem: compilers of kernels take minutes.
    public var prepareSeconds = 300.0
    /// At least, for calls: ten times what is predicted where that is more.
    public var answerSeconds = 30.0

    public init(_ words: [String], environment: [String: String] = [:]) {
        precondition(!words.isEmpty, "a command has at least the program's name")
        self.words = words
        self.environment = environment
    }

    /// Threads of an engine that is not asked must sleep, or they disturb what is measured in turn with it. A user's own
    /// values, and those of an engine file, go before these.
    /// Swift's backtrace of a crash takes a second, and its last lines would stand in place of what the engine said.
    private static let quiet = ["OMP_WAIT_POLICY": "passive", "KMP_BLOCKTIME": "0", "SWIFT_BACKTRACE": "enable=no"]

    func invocation(_ seat: EngineSeat, environment user: [String: String]) -> Invocation {
        var variables = Self.quiet
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"] { variables[name] = "{threads}" }
        variables.merge(user) { $1 }
        variables.merge(environment) { $1 }
        return Invocation(
            seat.filledIn(words[0]), words.dropFirst().map(seat.filledIn),
            environment: variables.mapValues(seat.filledIn), cpus: seat.cpus)
    }
}

/// Where an engine works: one process for each such seat.
public struct EngineSeat: Hashable, Sendable {
    public let threads: Int
    /// Empty where it is not bound.
    public let cpus: [Int]

    public init(threads: Int, cpus: [Int]) {
        self.threads = threads
        self.cpus = cpus
    }

    func filledIn(_ text: String) -> String {
        text.replacing("{threads}", with: "\(threads)")
            .replacing("{cpus}", with: cpus.map(String.init).joined(separator: ","))
    }
}
