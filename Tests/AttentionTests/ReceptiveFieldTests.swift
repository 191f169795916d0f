import Testing

@testable import Attention

@Suite struct ReceptiveFieldTests {
    /// Every thirteenth combination: sinks with chunks, windows that look ahead.
    private static let unnamed = PairCountTests.combinations.enumerated().filter { $0.offset % 13 == 0 }.map(\.element)

    /// What is counted is what following the mask from key to key finds.
    @Test(
        arguments: [
            Mask.full, .causal, .slidingWindow(1), .slidingWindow(2), .slidingWindow(7), .slidingWindow(60),
            .symmetricWindow(radius: 0), .symmetricWindow(radius: 3), .attentionSink(sinks: 0, window: 4),
            .attentionSink(sinks: 4, window: 1), .attentionSink(sinks: 3, window: 5),
            .attentionSink(sinks: 50, window: 5),
            .chunkedLocal(1), .chunkedLocal(7), .chunkedLocal(64),
        ] + unnamed)
    func isWhatTheMaskReaches(mask: Mask) {
        let length = 40
        for layers in 0...6 {
            for position in 0..<length {
                #expect(
                    ReceptiveField(mask: mask, layers: layers).tokens(at: position, length: length)
                        == Self.reached(from: position, mask, layers, length).count,
                    "\(mask), \(layers) layers, position \(position)")
            }
        }
    }

    /// Mistral 7B: 32 layers of 4,096 keys reach 131,041 tokens, not 131,072.
    @Test func deepStacksAreCountedExactly() {
        let field = ReceptiveField(mask: .slidingWindow(4096), layers: 32)
        #expect(field.tokens(at: (1 << 20) - 1, length: 1 << 20) == 131_041)
        #expect(field.tokens(at: 999, length: 1 << 20) == 1000)
    }

    @Test func countsBeyondCountingEndAtTheText() {
        for mask in [Mask.slidingWindow(1 << 31), .symmetricWindow(radius: 1 << 31)] {
            #expect(ReceptiveField(mask: mask, layers: .max).tokens(at: 99, length: 100) == 100)
        }
    }

    private static func reached(from position: Int, _ mask: Mask, _ layers: Int, _ length: Int) -> Set<Int> {
        var reached: Set = [position]
        for _ in 0..<layers {
            reached = Set(
                reached.flatMap { query in
                    (0..<length).filter { mask.visibleKeys(at: query, keyLength: length).contains($0) }
                })
        }
        return reached
    }
}
