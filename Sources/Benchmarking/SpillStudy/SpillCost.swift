import Statistics

/// What it takes to spill the inputs of all layers of one length, beside keeping them in memory.
public struct SpillCost: Sendable, Codable, Hashable {
    public let tokens: Int
    /// Of one layer.
    public let layerBytes: Int
    public let spilled: LayerTimes
    /// The part of writing a layer in which the team copies it into the mapping.
    public let copying: Estimate
    /// Nil where memory does not hold all layers.
    public let kept: LayerTimes?
    public let memory: SpillMemory

    public init(
        tokens: Int, layerBytes: Int, spilled: LayerTimes, copying: Estimate, kept: LayerTimes?, memory: SpillMemory
    ) {
        self.tokens = tokens
        self.layerBytes = layerBytes
        self.spilled = spilled
        self.copying = copying
        self.kept = kept
        self.memory = memory
    }
}

/// Seconds of one layer: those of all layers over their number, and of that the median over rounds.
public struct LayerTimes: Sendable, Codable, Hashable {
    public let write: Estimate
    public let read: Estimate

    public init(write: Estimate, read: Estimate) { (self.write, self.read) = (write, read) }
}

/// What was in memory while all layers were spilled.
public struct SpillMemory: Sendable, Codable, Hashable {
    /// The most that the process had beyond what it had before; nil where the system does not tell.
    public let processBytes: Int?
    /// The most that the system had of the file, whether the process showed it or not; nil where the system does not tell.
    public let fileBytes: Int?
    /// Of the file's pages, those that were in memory when reading began: the largest share of any round. They were not read from
    /// the disk.
    public let shareBeforeReading: Double?

    public init(processBytes: Int?, fileBytes: Int?, shareBeforeReading: Double?) {
        self.processBytes = processBytes
        self.fileBytes = fileBytes
        self.shareBeforeReading = shareBeforeReading
    }

    /// Pages that the process shows are in both, so the larger one counts.
    public var peakBytes: Int? { [processBytes, fileBytes].compactMap(\.self).max() }
}
