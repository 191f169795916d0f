/// What an engine computes on where that is not the CPUs of this machine, such as an accelerator, by the engine's own word.
public struct Device: Hashable, Codable, Sendable {
    public let name: String
    /// Of the whole device, as the engine measured them; nil where it says nothing, so that there is no share of a peak.
    public let ceilings: Ceilings?

    public init(name: String, ceilings: Ceilings?) {
        self.name = name
        self.ceilings = ceilings
    }
}
