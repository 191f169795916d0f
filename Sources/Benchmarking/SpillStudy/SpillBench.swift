import Files
import Hardware
import Quantities
import Statistics

/// Steps of several lengths, each spilled and kept by turns.
struct SpillBench {
    /// Where the layers of one length wait.
    struct Stores {
        let spilled: any LayerStore
        /// Nil where memory does not hold them.
        let kept: (any LayerStore)?
    }

    private let rounds: Int
    private var lengths: [Length]
    /// The first that was seen.
    private(set) var wrong: String?

    init(_ plan: SpillStudy.Plan, clock: any NanosecondClock, stores: (CheckpointedLayers) -> Stores) {
        rounds = plan.rounds
        lengths = plan.steps.map { Length($0, stores($0), clock: clock) }
    }

    mutating func run(seed: UInt64, announce: (String) -> Void) throws(UnwritableFile) {
        announce("a first round, which is not timed")
        for place in lengths.indices { try watch(place, seed: seed) }
        for round in 1...rounds {
            announce("round \(round) of \(rounds)")
            for place in lengths.indices {
                lengths[place].step.draw(seed: seed &+ UInt64(round))
                let spilled = try run(place, in: lengths[place].stores.spilled)
                lengths[place].spilled.append(spilled)
                guard let store = lengths[place].stores.kept else { continue }
                lengths[place].kept.append(try run(place, in: store))
            }
        }
    }

    /// The first step of a length, whose memory is looked at.
    private mutating func watch(_ place: Int, seed: UInt64) throws(UnwritableFile) {
        lengths[place].step.draw(seed: seed)
        let above = MemoryAbove()
        let outcome = try run(place, in: lengths[place].stores.spilled, isWatched: true)
        lengths[place].processBytes = above.bytes
        lengths[place].fileBytes = outcome.mostResidentBytes
        if let store = lengths[place].stores.kept { _ = try run(place, in: store) }
    }

    private mutating func run(
        _ place: Int, in store: any LayerStore, isWatched: Bool = false
    ) throws(UnwritableFile) -> StepMemory.Outcome {
        let outcome = try lengths[place].step.run(in: store, isWatched: isWatched)
        if let layer = outcome.wrongLayer, wrong == nil {
            let tokens = TokenCount.text(lengths[place].step.layers.tokens)
            wrong = "the input of layer \(layer + 1) of \(tokens) tokens was not read as it was written"
        }
        return outcome
    }

    /// - Throws: before anything was run.
    func costs() throws(DurationsError) -> [SpillCost] {
        try lengths.map { length throws(DurationsError) in try length.cost }
    }
}

/// One length, and what was seen of it.
private struct Length {
    var step: StepMemory
    let stores: SpillBench.Stores
    /// The most that the process had beyond what it had before.
    var processBytes: Int?
    /// The most that memory had of the file.
    var fileBytes: Int?
    /// One outcome for each round.
    var spilled: [StepMemory.Outcome] = []
    var kept: [StepMemory.Outcome] = []

    init(_ layers: CheckpointedLayers, _ stores: SpillBench.Stores, clock: any NanosecondClock) {
        step = StepMemory(of: layers, clock: clock)
        self.stores = stores
    }

    var cost: SpillCost {
        get throws(DurationsError) {
            let layers = step.layers
            let resident = spilled.compactMap(\.residentBytes).max()
            return SpillCost(
                tokens: layers.tokens, layerBytes: layers.layerBytes, spilled: try times(of: spilled),
                copying: try perLayer(spilled.map(\.copyingSeconds)), kept: kept.isEmpty ? nil : try times(of: kept),
                memory: SpillMemory(
                    processBytes: processBytes, fileBytes: fileBytes,
                    shareBeforeReading: resident.map { Double($0) / Double(layers.mappedBytes) }))
        }
    }

    private func times(of outcomes: [StepMemory.Outcome]) throws(DurationsError) -> LayerTimes {
        LayerTimes(
            write: try perLayer(outcomes.map(\.forwardSeconds)), read: try perLayer(outcomes.map(\.backwardSeconds)))
    }

    private func perLayer(_ seconds: [Double]) throws(DurationsError) -> Estimate {
        try Durations(seconds.map { $0 / Double(step.layers.layers) }).medianEstimate()
    }
}
