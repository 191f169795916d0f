import Files
import Hardware

/// Where the inputs of layers wait from the forward pass of a training step until its backward pass.
protocol LayerStore {
    /// Called for each layer once, from the first to the last.
    func copy(_ contents: ArraySlice<UInt64>, of layer: Int) throws(UnwritableFile)
    /// Begins to bring a layer to where it waits.
    func startSaving(_ layer: Int) throws(UnwritableFile)
    /// Returns when it is there, and the memory beside it is free again.
    func finishSaving(_ layer: Int) throws(UnwritableFile)
    /// Begins to bring a layer back, which `holds` will read soon.
    func ask(for layer: Int)
    /// Reads every byte of a layer.
    func holds(_ contents: ArraySlice<UInt64>, of layer: Int) -> Bool
    /// Frees the memory of a layer that was read.
    func drop(_ layer: Int)
    /// Of all layers, those that wait elsewhere and yet are in memory; nil where that is unknown.
    var residentBytes: Int? { get }
}

/// Layers that stay in memory: what a step does without spilling.
struct KeptLayers: LayerStore {
    let memory: MappedMemory
    let layers: CheckpointedLayers
    let team: WorkerTeam

    func copy(_ contents: ArraySlice<UInt64>, of layer: Int) {
        memory.copy(contents, to: layers.place(of: layer), on: team)
    }

    func startSaving(_ layer: Int) {}

    func finishSaving(_ layer: Int) {}

    func ask(for layer: Int) {}

    func holds(_ contents: ArraySlice<UInt64>, of layer: Int) -> Bool {
        memory.holds(contents, at: layers.place(of: layer), on: team)
    }

    func drop(_ layer: Int) {}

    var residentBytes: Int? { nil }
}

/// Layers that wait in a mapped file, of which memory holds two at a time, and what the system reads around them.
struct SpilledLayers: LayerStore {
    let file: ScratchFile
    let memory: MappedMemory
    let layers: CheckpointedLayers
    let team: WorkerTeam

    /// Without the clearing, each page would be read from the disk before it is stored to, from the second step on.
    func copy(_ contents: ArraySlice<UInt64>, of layer: Int) throws(UnwritableFile) {
        try file.clear(layers.pages(of: layer))
        memory.copy(contents, to: layers.place(of: layer), on: team)
    }

    func startSaving(_ layer: Int) throws(UnwritableFile) { try file.startWriting(layers.pages(of: layer)) }

    func finishSaving(_ layer: Int) throws(UnwritableFile) {
        try file.finishWriting(layers.pages(of: layer))
        free(layers.pages(of: layer))
    }

    func ask(for layer: Int) { memory.ask(for: layers.pages(of: layer)) }

    func holds(_ contents: ArraySlice<UInt64>, of layer: Int) -> Bool {
        memory.holds(contents, at: layers.place(of: layer), on: team)
    }

    /// Also what came back of the layer above it, which was dropped before: where a page is missing, the system reads those on
    /// both sides of it too, as far as its read-ahead goes.
    func drop(_ layer: Int) {
        let above = min(layer + 1, layers.layers - 1)
        free(layers.pages(of: layer).lowerBound..<layers.pages(of: above).upperBound)
    }

    /// Hidden first: the system forgets no page that a process shows.
    private func free(_ range: Range<Int>) {
        memory.hide(range)
        file.forget(range)
    }

    var residentBytes: Int? { memory.residentBytes(in: 0..<layers.mappedBytes) }
}
