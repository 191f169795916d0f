import Testing

@testable import Attention

@Suite struct MaskWordsTests {
    @Test(arguments: [
        (Mask.full, "full", "no mask", ""),
        (.causal, "causal", "causal", ""),
        (.slidingWindow(9), "sliding-window", "sliding window", "(9)"),
        (.symmetricWindow(radius: 9), "symmetric-window", "symmetric window", "(9)"),
        (.attentionSink(sinks: 4, window: 9), "attention-sink", "sinks", "(4+9)"),
        (.chunkedLocal(9), "chunked-local", "chunks", "(9)"),
    ]) func namedMasks(mask: Mask, name: String, kind: String, sizes: String) {
        #expect(mask.name == name)
        #expect(mask.kind == kind)
        #expect(mask.sizesInBrackets == sizes)
        #expect("\(mask)" == name + sizes)
        #expect(mask.family?.name == name)
    }

    @Test func masksWithoutANameAreDescribedToo() throws {
        #expect("\(try Mask(sinks: 4, left: 9, right: 3, chunk: 64))" == "sinks and chunks(4+9/3+64)")
        #expect("\(try Mask(left: 100, right: 20))" == "window(100/20)")
        #expect("\(try Mask(left: nil, right: 20))" == "window(all/20)")
    }

    /// No sinks are a window, and a radius of no key is the diagonal.
    @Test func equalMasksAreOneMask() {
        #expect(Mask.attentionSink(sinks: 0, window: 9) == .slidingWindow(9))
        #expect(Mask.symmetricWindow(radius: 0) == .slidingWindow(1))
    }

    @Test func familiesContainTheirMasks() {
        for (index, family) in MaskFamily.named.enumerated() {
            let sizes = Dictionary(uniqueKeysWithValues: MaskFamily.Parameter.allCases.map { ($0, 7) })
            let mask = try! family.mask(sizes)
            // The first that contains a mask gives the name: no sinks are attention sinks too.
            #expect(MaskFamily.named.firstIndex { $0.contains(mask) } == index)
            #expect(MaskFamily.any.contains(mask))
        }
        #expect(MaskFamily.attentionSink.contains(.slidingWindow(9)))
        #expect(!MaskFamily.symmetricWindow.contains(try! Mask(left: 3, right: 4)))
    }

    @Test func tablesAreInOrder() {
        let masks: [Mask] = [
            .full, .causal, .slidingWindow(4), .slidingWindow(9), .symmetricWindow(radius: 2),
            .attentionSink(sinks: 4, window: 8), .attentionSink(sinks: 1, window: 9), .chunkedLocal(3),
        ]
        #expect(masks.reversed().sorted() == masks)
    }
}
