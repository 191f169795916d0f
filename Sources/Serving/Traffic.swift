/// What accelerators send one another, in time. Within a node heads and matrices are split, which takes two all-reduces of
/// the activations in each layer; between nodes layers are, which sends the activations once.
///
/// The time is that of the bytes; how long an exchange takes to start is not counted. Nothing is taken as hidden behind
/// computing.
public struct Traffic: Sendable, Hashable {
    /// One 400 Gbit/s port for each accelerator, one way.
    public static let bytesPerSecondBetweenNodes = 50e9

    public let secondsPerToken: Double

    public init(_ model: Model, on deployment: Deployment) {
        let inNode = min(deployment.count, deployment.accelerator.link.perNode)
        let perLayer =
            inNode > 1
            ? Parallelism.tensor.prefillBytesPerLayerAndToken(model, count: inNode)
                / deployment.accelerator.link.oneWayBytesPerSecond : 0
        let activations = Double(model.hidden) * 2
        let between = Double(deployment.nodes - 1) * activations / Double(inNode) / Self.bytesPerSecondBetweenNodes
        secondsPerToken = Double(model.layers.count) * perLayer + between
    }

    public func seconds(tokens: Int) -> Double { secondsPerToken * Double(tokens) }
}
