import Attention
import Files
import Hardware
import Statistics

/// What it costs to spill the checkpointed inputs of layers to a mapped file, as training at long contexts does, beside keeping
/// them in memory.
///
/// In each round every length is spilled and then kept, so that a slow second of the machine meets all of them. A round before
/// the first one is watched and not timed: it touches all memory for the first time.
public struct SpillStudy: Sendable, Codable, Hashable {
    /// What is measured.
    public struct Plan: Sendable {
        public var layers: Int
        /// Lengths of the text, one or more.
        public var tokens: [Int]
        public var hiddenSize: Int
        public var elementType: ElementType
        /// Where the file lies.
        public var folder: String
        public var rounds: Int

        public init(
            layers: Int, tokens: [Int], hiddenSize: Int, elementType: ElementType, folder: String, rounds: Int
        ) {
            precondition(!tokens.isEmpty && rounds > 0, "\(tokens.count) lengths in \(rounds) rounds")
            self.layers = layers
            self.tokens = tokens
            self.hiddenSize = hiddenSize
            self.elementType = elementType
            self.folder = folder
            self.rounds = rounds
        }

        /// Ascending in tokens.
        var steps: [CheckpointedLayers] {
            tokens.sorted().map {
                CheckpointedLayers(layers: layers, tokens: $0, hiddenSize: hiddenSize, elementType: elementType)
            }
        }

        var largest: CheckpointedLayers { steps[tokens.count - 1] }

        /// All lengths use one file, one after the other.
        var fileBytes: Int { largest.mappedBytes }
    }

    /// Of the longest text; the others differ from it in tokens alone.
    public let largest: CheckpointedLayers
    public let threads: Int
    public let folder: String
    /// Whether the folder's files lie in memory and on no disk, so that nothing was spilled.
    public let isFolderInMemory: Bool
    /// Ascending in tokens.
    public let costs: [SpillCost]
    /// Why what was read back is wrong; nil where it is right.
    public let wrong: String?

    public init(
        largest: CheckpointedLayers, threads: Int, folder: String, isFolderInMemory: Bool, costs: [SpillCost],
        wrong: String?
    ) {
        self.largest = largest
        self.threads = threads
        self.folder = folder
        self.isFolderInMemory = isFolderInMemory
        self.costs = costs
        self.wrong = wrong
    }

    /// - Parameter announce: told what is measured next.
    /// - Throws: where disk or memory have no room, or the disk fails. A page that the disk cannot read ends the program; see
    ///   `MappedMemory`.
    public static func measure(
        _ plan: Plan, on team: WorkerTeam, seed: UInt64 = 1, announce: (String) -> Void = { _ in }
    ) throws -> SpillStudy {
        let system = try FileSystem(of: plan.folder)
        let admission = try SpillAdmission(of: plan, in: system, freeMemory: AvailableMemory.bytes())
        let file = try ScratchFile(in: plan.folder, byteCount: plan.fileBytes)
        let mapping = try MappedMemory(of: file)
        let keptBytes = admission.kept.map(\.mappedBytes).max()
        let memory = try keptBytes.map { try MappedMemory(byteCount: $0) }
        var bench = SpillBench(plan, clock: SystemClock()) { layers in
            SpillBench.Stores(
                spilled: SpilledLayers(file: file, memory: mapping, layers: layers, team: team),
                kept: memory.flatMap { memory in
                    admission.kept.contains(layers) ? KeptLayers(memory: memory, layers: layers, team: team) : nil
                })
        }
        try bench.run(seed: seed, announce: announce)
        return SpillStudy(
            largest: plan.largest, threads: team.threadCount, folder: plan.folder,
            isFolderInMemory: system.isInMemory, costs: try bench.costs(), wrong: bench.wrong)
    }
}
