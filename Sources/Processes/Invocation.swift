/// A program to be started, and with what.
public struct Invocation: Sendable, Hashable {
    /// A path, not a name to be looked for.
    public var program: String
    public var arguments: [String]
    /// All variables that the program gets, but for the one by which its descendants are known.
    public var environment: [String: String]
    /// nil for the folder that this process is in.
    public var folder: String?
    /// Where it is bound to before its first instruction, with every thread that it will start; empty for wherever the
    /// calling thread may run.
    public var cpus: [Int]
    /// What the program gets as its standard input, which stays open here too; nil for a pipe from this process.
    public var input: Int32?

    public init(
        _ program: String, _ arguments: [String] = [], environment: [String: String], folder: String? = nil,
        cpus: [Int] = [], input: Int32? = nil
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.folder = folder
        self.cpus = cpus
        self.input = input
    }
}
