import Attention

/// Which tokens a cache keeps, and where: the place of the token at a position is its slot.
enum TokenRetention: Hashable, Sendable {
    /// All of them, up to a capacity.
    case all(capacity: Int)
    /// The first `sinks`, which stay where they are, and the last `window`, each in the slot of the one that leaves
    /// (Mistral's rolling buffer, with StreamingLLM's anchors before it).
    case rolling(sinks: Int, window: Int)

    var capacity: Int {
        switch self {
        case .all(let capacity): capacity
        case .rolling(let sinks, let window): sinks + window
        }
    }

    func slot(ofPosition position: Int) -> Int {
        switch self {
        case .all: position
        case .rolling(let sinks, let window): position < sinks ? position : sinks + (position - sinks) % window
        }
    }

    /// The position of the token that a slot holds once `tokens` have come. A slot that is not in use has the one that it will hold.
    func position(ofSlot slot: Int, tokens: Int) -> Int {
        guard case .rolling(let sinks, let window) = self, tokens > capacity, slot >= sinks else { return slot }
        // The window begins where the next token would go, and goes on at the first slot behind the sinks.
        let place = slot - self.slot(ofPosition: tokens)
        return tokens - window + (place < 0 ? place + window : place)
    }

    /// Slots in use once `tokens` have come, from the first on: a rolling cache fills up before it rolls.
    func slotCount(tokens: Int) -> Int { min(tokens, capacity) }

    /// Slots in runs whose tokens follow each other, each with the place of slot 0 if the run reached back to it, counted
    /// from the first token kept: the place of a slot is `origin` + slot.
    func runs(tokens: Int) -> [(slots: Range<Int>, origin: Int)] {
        let count = slotCount(tokens: tokens)
        guard case .rolling(let sinks, let window) = self, tokens > capacity else { return [(0..<count, 0)] }
        // The oldest of the window is where the next token would go.
        let oldest = slot(ofPosition: tokens)
        return [
            (0..<sinks, 0), (sinks..<oldest, sinks + window - oldest), (oldest..<count, sinks - oldest),
        ].filter { !$0.slots.isEmpty }
    }
}
