import Testing

@testable import Attention

@Suite struct ShapeTests {
    @Test func derivedSizes() throws {
        let shape = try AttentionShape(
            batch: 2, queryHeads: 8, keyValueHeads: 2, queryLength: 3, keyLength: 10, headDimension: 16)
        #expect(shape.groupSize == 4)
        #expect(shape.queryCount == 2 * 8 * 3 * 16)
        #expect(shape.keyCount == 2 * 2 * 10 * 16)
        #expect(shape.firstPosition == 7)
    }

    @Test func selfAttentionIsTheDefault() throws {
        let shape = try AttentionShape(queryLength: 5, headDimension: 4)
        #expect(shape.keyLength == 5)
        #expect(shape.firstPosition == 0)
    }

    @Test(arguments: [0, -3]) func sizesArePositive(size: Int) {
        #expect(throws: ShapeError.notPositive(name: "headDimension", value: size)) {
            try AttentionShape(queryLength: 4, headDimension: size)
        }
        #expect(throws: ShapeError.notPositive(name: "keyLength", value: size)) {
            try AttentionShape(queryLength: 4, keyLength: size, headDimension: 4)
        }
        #expect(throws: ShapeError.notPositive(name: "batch", value: size)) {
            try AttentionShape(batch: size, queryLength: 4, headDimension: 4)
        }
    }

    @Test func headsFormEvenGroups() {
        #expect(throws: ShapeError.unevenGroups(queryHeads: 6, keyValueHeads: 4)) {
            try AttentionShape(queryHeads: 6, keyValueHeads: 4, queryLength: 4, headDimension: 4)
        }
        #expect(throws: ShapeError.unevenGroups(queryHeads: 2, keyValueHeads: 4)) {
            try AttentionShape(queryHeads: 2, keyValueHeads: 4, queryLength: 4, headDimension: 4)
        }
    }

    @Test func countsThatWouldOverflowAreRefused() {
        #expect(throws: ShapeError.tooLong(name: "queryLength", value: .max)) {
            try AttentionShape(queryLength: .max, headDimension: 4)
        }
        #expect(throws: ShapeError.self) { try AttentionShape(queryHeads: 4, queryLength: 1 << 31, headDimension: 4) }
        #expect(throws: ShapeError.self) { try AttentionShape(queryLength: 4, headDimension: .max) }
        #expect(throws: Never.self) { try AttentionShape(queryHeads: 64, queryLength: 10 << 20, headDimension: 128) }
    }

    @Test func messagesNameTheThingTheValueAndTheRemedy() {
        #expect("\(ShapeError.notPositive(name: "batch", value: 0))" == "batch is 0; it must be at least 1")
        #expect(
            "\(ShapeError.unevenGroups(queryHeads: 6, keyValueHeads: 4))"
                == "6 query heads cannot share 4 key/value heads evenly; make the query heads a multiple of the key/value heads"
        )
    }
}

@Suite struct ProblemTests {
    private func shape(_ queries: Int = 8, _ keys: Int = 8) throws -> AttentionShape {
        try AttentionShape(queryLength: queries, keyLength: keys, headDimension: 16)
    }

    @Test func theDefaultScaleIsOneOverTheRootOfTheHeadDimension() throws {
        #expect(try AttentionProblem(shape: shape(), mask: .causal).scale == 0.25)
        #expect(try AttentionProblem(shape: shape(), mask: .causal, scale: 2).scale == 2)
    }

    @Test(
        arguments: [
            (MaskFamily.slidingWindow, [.window: 0], MaskError.tooSmall(name: "window", value: 0, minimum: 1)),
            (.symmetricWindow, [.window: -1], .tooSmall(name: "window", value: -1, minimum: 0)),
            (.attentionSink, [.sinks: -1, .window: 4], .tooSmall(name: "sinks", value: -1, minimum: 0)),
            (.attentionSink, [.sinks: 4, .window: 0], .tooSmall(name: "window", value: 0, minimum: 1)),
            (.chunkedLocal, [.chunk: 0], .tooSmall(name: "chunk", value: 0, minimum: 1)),
            (.chunkedLocal, [.chunk: .max], .tooLarge(name: "chunk", value: .max, maximum: 1 << 31)),
            (.symmetricWindow, [.window: .max], .tooLarge(name: "window", value: .max, maximum: 1 << 31)),
        ] as [(MaskFamily, [MaskFamily.Parameter: Int], MaskError)])
    func parametersHaveBounds(family: MaskFamily, sizes: [MaskFamily.Parameter: Int], error: MaskError) {
        #expect(throws: error) { try family.mask(sizes) }
    }

    @Test func numbersHaveBounds() {
        #expect(throws: MaskError.tooSmall(name: "left", value: -1, minimum: 0)) { try Mask(left: -1, right: 0) }
        #expect(throws: MaskError.tooSmall(name: "right", value: -2, minimum: 0)) { try Mask(left: 1, right: -2) }
        #expect(throws: MaskError.tooSmall(name: "chunk", value: 0, minimum: 1)) {
            try Mask(left: nil, right: nil, chunk: 0)
        }
        #expect(throws: MaskError.tooLarge(name: "sinks", value: .max, maximum: 1 << 31)) {
            try Mask(sinks: .max, left: nil, right: nil)
        }
    }

    @Test func smallestParametersAreAccepted() throws {
        for mask in [
            Mask.slidingWindow(1), .symmetricWindow(radius: 0), .attentionSink(sinks: 0, window: 1), .chunkedLocal(1),
        ] {
            #expect(try AttentionProblem(shape: shape(), mask: mask).pairs.allowed == 8, "\(mask)")
        }
    }

    /// Windows far wider than the text are legal and see everything; none of the closed forms may overflow on them.
    @Test func widestParametersAreAccepted() throws {
        let widest = AttentionShape.longestLength
        for mask in [
            Mask.slidingWindow(widest), .attentionSink(sinks: widest, window: widest), .chunkedLocal(widest),
        ] {
            #expect(try AttentionProblem(shape: shape(), mask: mask).pairs.allowed == 36, "\(mask)")
        }
        let longest = try AttentionShape(queryLength: widest, headDimension: 1)
        for mask in [Mask.slidingWindow(1), .attentionSink(sinks: 4, window: 60), .symmetricWindow(radius: 9)] {
            #expect(try AttentionProblem(shape: longest, mask: mask).pairs.allowed > 0)
        }
        #expect(throws: ProblemError.self) { try AttentionProblem(shape: longest, mask: .causal) }
    }

    @Test func everyQueryHasAKey() throws {
        let wide = try shape(9, 8)
        #expect(throws: ProblemError.queriesWithoutKeys(queryLength: 9, keyLength: 8)) {
            try AttentionProblem(shape: wide, mask: .causal)
        }
        #expect(throws: Never.self) { try AttentionProblem(shape: wide, mask: .full) }
    }

    @Test(arguments: [Float.nan, .infinity, 0, -1]) func scalesArePositive(scale: Float) throws {
        let shape = try shape()
        #expect(throws: ProblemError.self) { try AttentionProblem(shape: shape, mask: .full, scale: scale) }
    }
}

@Suite struct WorkTests {
    private func work(_ mask: Mask, queries: Int, keys: Int, type: ElementType = .float32) throws -> Work {
        let shape = try AttentionShape(
            batch: 2, queryHeads: 8, keyValueHeads: 2, queryLength: queries, keyLength: keys, headDimension: 64)
        let problem = try AttentionProblem(shape: shape, mask: mask, elementType: type)
        return Work(.prefill, problem: problem, computedPairs: 4000)
    }

    /// 2 products × (1 multiplication + 1 addition) × d for every pair of every query head; the heads of a group share
    /// keys, which changes bytes and not FLOPs.
    @Test func groupedQueriesShareBytesNotFLOPs() throws {
        let work = try work(.causal, queries: 10, keys: 10)
        #expect(work.usefulPairs == 2 * 8 * 55)
        #expect(work.flops == 4 * 64 * 2 * 8 * 55)
        #expect(work.bytes == 4 * 64 * 2 * (2 * 8 * 10 + 2 * 2 * 10))
        #expect(work.intensity == Double(work.flops) / Double(work.bytes))
        #expect(work.overhead == 4000.0 / 880.0)
    }

    /// Five products in a backward pass, seven in both passes, and nine if the forward pass is computed twice; each of Q, K, V and O has a gradient beside it.
    @Test(arguments: [
        (Phase.prefill, 2, 1), (.decode, 2, 1), (.backward, 5, 2), (.training, 7, 2), (.checkpointed, 9, 2),
    ])
    func aPhaseHasItsProductsAndItsTensors(phase: Phase, products: Int, tensors: Int) throws {
        let shape = try AttentionShape(
            batch: 2, queryHeads: 8, keyValueHeads: 2, queryLength: 10, headDimension: 64)
        let problem = try AttentionProblem(shape: shape, mask: .causal, elementType: .bfloat16)
        let work = Work(phase, problem: problem, computedPairs: nil)
        #expect(work.flops == 2 * products * 64 * 2 * 8 * 55)
        #expect(work.bytes == tensors * 2 * 64 * 2 * (2 * 8 * 10 + 2 * 2 * 10))
        let (queries, keys) = (2 * 8 * 10 * 64, 2 * 2 * 10 * 64)
        let elements = phase.givesGradients ? 3 * queries + 4 * keys : 2 * queries + 2 * keys
        #expect(phase.tensorBytes(of: problem) == 2 * elements)
        #expect(phase.inputBytes(of: problem) == 2 * (queries + 2 * keys + (phase.givesGradients ? queries : 0)))
        #expect(phase.output(of: problem).count == (phase.givesGradients ? queries + 2 * keys : queries))
        #expect(
            Set((phase.inputs(of: problem) + phase.outputs(of: problem)).map(\.name)).count == (tensors == 2 ? 7 : 4))
    }

    @Test func narrowTypesMoveHalfTheBytes() throws {
        #expect(
            try work(.full, queries: 4, keys: 6).bytes
                == 2 * work(.full, queries: 4, keys: 6, type: .bfloat16).bytes)
        #expect(ElementType.allCases.map(\.byteCount) == [4, 2, 2])
    }

    /// A decode step with a window reads the window, however long the cache is.
    @Test func windowedDecodingReadsTheWindowOnly() throws {
        let short = try work(.slidingWindow(16), queries: 1, keys: 32)
        let long = try work(.slidingWindow(16), queries: 1, keys: 1 << 20)
        #expect(short == long)
        #expect(long.bytes == 4 * 64 * 2 * (2 * 8 + 2 * 2 * 16))
    }
}
