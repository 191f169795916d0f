import Kernels

/// An engine that a user named: how to start it, and how large its errors may be.
public struct EngineSource: Hashable, Sendable {
    /// As its kernels are called, `NAME/kernel`; nil for the name that it gives itself.
    public var name: EngineName?
    public var description = ""
    public var command: EngineCommand
    /// Times the error of the plain loops in the same element type.
    public var tolerance = defaultTolerance

    /// Others' exponentials and roundings differ from ours: they get twice our own bound.
    public static let defaultTolerance = 2 * Accuracy.ownTolerance

    public init(name: EngineName? = nil, command: EngineCommand) {
        self.name = name
        self.command = command
    }

    /// A shared library, which this same program serves: in a separate process, so that a crash in it does not lose
    /// other measurements.
    public static func library(_ path: String, servedBy program: String) -> EngineSource {
        EngineSource(command: EngineCommand([program, "serve", "--engine", path]))
    }

    /// What others call the engine whose process greeted so.
    func name(greeting: EngineGreeting) throws(EngineNameError) -> EngineName {
        if let name { return name }
        return try EngineName(greeting.engine.name)
    }
}
