import Attention
import Files
import Hardware

/// What a training step does with the inputs of its layers, without computing: the forward pass copies them to where they wait,
/// one after the other, and the backward pass reads them in the opposite order.
///
/// At most two layers need memory at a time: in the forward pass the one that is copied and the one that the disk takes, in the
/// backward pass the one that is read and the one that comes next.
struct StepMemory {
    /// What one step took.
    struct Outcome {
        /// Until the last layer is where it waits.
        var forwardSeconds = 0.0
        /// The part of it in which the team copied.
        var copyingSeconds = 0.0
        var backwardSeconds = 0.0
        /// When the backward pass began; nil where it is unknown.
        var residentBytes: Int?
        /// The most at any time, of a step that was watched.
        var mostResidentBytes: Int?
        /// A layer that was read and is not what was copied.
        var wrongLayer: Int?
    }

    let layers: CheckpointedLayers
    let clock: any NanosecondClock
    private var contents: DrawnLayers

    init(of layers: CheckpointedLayers, clock: any NanosecondClock) {
        self.layers = layers
        self.clock = clock
        contents = DrawnLayers(for: layers)
    }

    /// - Parameter seed: another one for each step, so that what an earlier one left is not taken for what this one wrote.
    mutating func draw(seed: UInt64) { contents.draw(seed: seed) }

    /// - Parameter isWatched: whether the memory is looked at again and again, within the times.
    func run(in store: some LayerStore, isWatched: Bool = false) throws(UnwritableFile) -> Outcome {
        var outcome = Outcome()
        func look() {
            guard isWatched, let now = store.residentBytes else { return }
            outcome.mostResidentBytes = max(outcome.mostResidentBytes ?? 0, now)
        }
        let forward = Stopwatch(clock)
        for layer in 0..<layers.layers {
            let copying = Stopwatch(clock)
            try store.copy(contents[layer], of: layer)
            outcome.copyingSeconds += copying.seconds
            look()
            try store.startSaving(layer)
            if layer > 0 { try store.finishSaving(layer - 1) }
        }
        try store.finishSaving(layers.layers - 1)
        outcome.forwardSeconds = forward.seconds
        outcome.residentBytes = store.residentBytes
        let backward = Stopwatch(clock)
        store.ask(for: layers.layers - 1)
        for layer in (0..<layers.layers).reversed() {
            if layer > 0 { store.ask(for: layer - 1) }
            if !store.holds(contents[layer], of: layer) { outcome.wrongLayer = layer }
            look()
            store.drop(layer)
        }
        outcome.backwardSeconds = backward.seconds
        return outcome
    }
}
