import Attention
import Hardware
import Records
import TestSupport
import Testing

@testable import Kernels

/// Sizes of a loss, as tests name them.
struct LossSizes: CustomTestStringConvertible, Sendable {
    let tokens: Int
    let words: Int
    let elements: Int

    init(_ tokens: Int, _ words: Int, _ elements: Int) {
        (self.tokens, self.words, self.elements) = (tokens, words, elements)
    }

    var testDescription: String { "\(tokens) tokens, \(words) words, \(elements) elements" }

    func problem(_ elementType: ElementType = .float32) throws -> CrossEntropyProblem {
        try CrossEntropyProblem(tokens: tokens, vocabulary: words, hiddenSize: elements, elementType: elementType)
    }

    /// One of each, primes, and sizes around the lanes and the granules.
    static let all = [
        LossSizes(1, 1, 1), LossSizes(1, 2, 3), LossSizes(2, 1, 5), LossSizes(1, 257, 7), LossSizes(7, 31, 8),
        LossSizes(31, 8, 17), LossSizes(32, 24, 16), LossSizes(33, 25, 15), LossSizes(37, 41, 13),
        LossSizes(67, 53, 11), LossSizes(13, 23, 130),
    ]
}

@Suite(.tags(.slow)) struct CutCrossEntropyTests {
    private let teams = [WorkerTeam(), WorkerTeam(threads: 2)]

    @Test(arguments: LossSizes.all, ElementType.allCases)
    func agreesWithTheOracle(sizes: LossSizes, elementType: ElementType) throws {
        let problem = try sizes.problem(elementType)
        let inputs = CrossEntropyInputs(for: problem, seed: 11)
        let expected = ExpectedCrossEntropy(for: problem, inputs)
        for team in teams {
            let fault = CutResult(inputs, of: problem, on: team).fault(expected)
            #expect(fault == nil, "\(team.threadCount) threads")
        }
    }

    /// Several groups of tokens, panels of words, and parts of each product, which the cases above stay below.
    @Test(arguments: [LossSizes(131, 101, 37), LossSizes(97, 203, 64), LossSizes(70, 49, 100)])
    func partsOfAnySizeAgree(sizes: LossSizes) throws {
        let problem = try sizes.problem()
        let inputs = CrossEntropyInputs(for: problem, seed: 3)
        let expected = ExpectedCrossEntropy(for: problem, inputs)
        var blocking = VocabularyBlocking(problem, copies: 1, .standard)
        for (blocks, panelWords, residentRows, depth) in [(1, 24, 24, 32), (2, 72, 24, 64), (3, 48, 48, 40)] {
            blocking.groupTokens = blocks * QueryBlock.width
            blocking.panelWords = panelWords
            blocking.residentRows = residentRows
            blocking.depth = depth
            for team in teams {
                let fault = CutResult(inputs, of: problem, on: team, blocking).fault(expected)
                #expect(fault == nil, "\(blocking), \(team.threadCount) threads")
            }
        }
    }

    /// Not a bit differs: sums are made in an order that follows from the sizes.
    @Test(arguments: [ElementType.float32, .bfloat16])
    func resultsDoNotDependOnThreads(elementType: ElementType) throws {
        let problem = try LossSizes(150, 331, 61).problem(elementType)
        let inputs = CrossEntropyInputs(for: problem, seed: 5)
        var blocking = VocabularyBlocking(problem, copies: 3, .standard)
        (blocking.groupTokens, blocking.panelWords) = (64, 96)
        (blocking.residentRows, blocking.depth) = (48, 32)
        let alone = CutResult(inputs, of: problem, on: WorkerTeam(), blocking)
        for threads in [2, 3, 5] {
            let together = CutResult(inputs, of: problem, on: WorkerTeam(threads: threads), blocking)
            let areEqual = together.equals(alone)
            #expect(areEqual, "\(threads) threads")
        }
    }

    /// Elements of −1, 0 and 1 times 2¹⁸: logits of up to 10¹¹ that float32 holds exactly, some of them equal, so that every weight
    /// is 0 or a simple fraction.
    @Test func logitsMayBeExtreme() throws {
        let problem = try LossSizes(33, 27, 3).problem()
        func tensor(_ rows: Int, seed: UInt64) -> Tensor {
            var tensor = Tensor(dimensions: [rows, 3])
            for index in 0..<tensor.count {
                tensor[index] = (Float(SplitMix64.value(seed: seed, index: UInt64(index)) % 3) - 1) * 0x1p18
            }
            return tensor
        }
        let inputs = CrossEntropyInputs(
            hidden: tensor(33, seed: 1), classifier: tensor(27, seed: 2),
            targets: (0..<33).map { Int32($0 * 5 % 27) })
        let exact = ReferenceCrossEntropy<Double>(inputs, of: problem, .exact)
        #expect(exact.largestLogit > 1e11)
        let found = CutResult(inputs, of: problem, on: WorkerTeam())
        func largestError(_ tensor: borrowing Tensor, _ exact: [Double], of size: (Double) -> Double) -> Double {
            exact.enumerated().reduce(0) { max($0, abs(Double(tensor[$1.offset]) - $1.element) / size($1.element)) }
        }
        let ofLosses = largestError(found.losses.losses, exact.losses) { max(1, $0) }
        let ofHidden = largestError(found.gradients.hidden, exact.hidden) { _ in 0x1p18 }
        let ofClassifier = largestError(found.gradients.classifier, exact.classifier) { _ in 0x1p18 }
        #expect(ofLosses <= 1e-6)
        #expect(ofHidden <= 1e-6)
        #expect(ofClassifier <= 1e-6)
    }

    @Test(arguments: [0, 96])
    func targetsMayBeAtTheEdges(word: Int32) throws {
        let problem = try LossSizes(40, 97, 9).problem()
        let drawn = CrossEntropyInputs(for: problem, seed: 8)
        let inputs = CrossEntropyInputs(
            hidden: drawn.hidden.converted(to: .float32), classifier: drawn.classifier.converted(to: .float32),
            targets: Array(repeating: word, count: 40))
        let expected = ExpectedCrossEntropy(for: problem, inputs)
        let fault = CutResult(inputs, of: problem, on: WorkerTeam()).fault(expected)
        #expect(fault == nil)
    }

    /// What is left out is below the limit for each token and word, and the error of each sum below what these can add up to.
    @Test func aFilterLeavesOutOnlyWhatIsSmall() throws {
        let problem = try LossSizes(64, 192, 16).problem()
        // Words of one granule alike and of different granules far apart, so that most granules have no weight.
        var classifier = Tensor(dimensions: [192, 16])
        classifier.fillWithNormals(seed: 4)
        for index in 0..<classifier.count { classifier[index] += index / 16 / 8 == index % 16 ? 12 : 0 }
        var hidden = Tensor(dimensions: [64, 16])
        for token in 0..<64 { hidden[token * 16 + token / 32] = 1.5 }
        let inputs = CrossEntropyInputs(
            hidden: hidden, classifier: classifier, targets: (0..<64).map { Int32($0 / 32 * 8 + $0 % 8) })
        let complete = CutResult(inputs, of: problem, on: WorkerTeam())
        let unfiltered = complete.filtered
        #expect(unfiltered == nil)
        let limit: Float = 0x1p-12
        for team in teams {
            let found = CutResult(inputs, of: problem, on: team, filter: .below(limit))
            let granules = found.filtered
            let filtered = try #require(granules)
            #expect(filtered.leftOut > filtered.all / 2)
            #expect(filtered.all == 64 / QueryBlock.width * (192 / 8))
            for index in 0..<64 * 16 {
                let most = (0..<192).reduce(0) { $0 + abs(inputs.classifier[$1 * 16 + index % 16]) } * limit / 64
                let error = abs(found.gradients.hidden[index] - complete.gradients.hidden[index])
                #expect(error <= most, "element \(index)")
            }
        }
        let nothing = CutResult(inputs, of: problem, on: WorkerTeam(), filter: .below(2))
        let (share, areZero) = (
            nothing.filtered?.share, nothing.gradients.classifier.elements(0..<192 * 16).allSatisfy { $0 == 0 }
        )
        #expect(share == 1)
        #expect(areZero)
    }

    /// Beyond inputs and gradients it needs less than 64 MiB at 128K words, and no more at 256K.
    @Test(arguments: [2048, 4096, 8192])
    func memoryDoesNotGrowWithTheVocabulary(elements: Int) throws {
        func bytes(_ words: Int) throws -> [Int] {
            let problem = try LossSizes(8192, words, elements).problem()
            return [
                CutCrossEntropy.scratchBytes(for: problem, threads: 2),
                CutCrossEntropyBackward.scratchBytes(for: problem, threads: 2),
            ]
        }
        let at128K = try bytes(128 << 10)
        #expect(at128K.allSatisfy { $0 < 64 << 20 }, "\(at128K)")
        #expect(try bytes(256 << 10) == at128K)
        #expect(try bytes(32 << 10) == at128K)
    }
}

/// Both passes of cut cross-entropy over tensors that were spoiled before.
struct CutResult: ~Copyable {
    var losses: TokenLosses
    var gradients: CrossEntropyGradients
    /// Nil without a filter.
    let filtered: FilteredGranules?

    init(
        _ inputs: borrowing CrossEntropyInputs, of problem: CrossEntropyProblem, on team: WorkerTeam,
        filter: GradientFilter = .none
    ) {
        self.init(
            inputs, problem, CutCrossEntropy(for: problem, on: team),
            CutCrossEntropyBackward(for: problem, on: team, filter: filter))
    }

    init(
        _ inputs: borrowing CrossEntropyInputs, of problem: CrossEntropyProblem, on team: WorkerTeam,
        _ blocking: VocabularyBlocking
    ) {
        self.init(
            inputs, problem, CutCrossEntropy(for: problem, on: team, blocking),
            CutCrossEntropyBackward(for: problem, on: team, filter: .none, blocking))
    }

    private init(
        _ inputs: borrowing CrossEntropyInputs, _ problem: CrossEntropyProblem, _ forward: CutCrossEntropy,
        _ backward: CutCrossEntropyBackward
    ) {
        losses = TokenLosses(for: problem)
        losses.spoil()
        forward.run(inputs, into: &losses)
        gradients = CrossEntropyGradients(for: problem)
        gradients.spoil()
        backward.run(inputs, losses, into: &gradients)
        filtered = backward.filtered
    }

    borrowing func fault(_ expected: ExpectedCrossEntropy) -> String? {
        expected.fault(of: losses) ?? expected.fault(of: gradients)
    }

    borrowing func equals(_ other: borrowing CutResult) -> Bool {
        func areEqual(_ a: borrowing Tensor, _ b: borrowing Tensor) -> Bool {
            a.withBytes { a in b.withBytes { a.elementsEqual($0) } }
        }
        return areEqual(losses.losses, other.losses.losses)
            && areEqual(gradients.hidden, other.gradients.hidden)
            && areEqual(gradients.classifier, other.gradients.classifier)
    }
}

extension TokenLosses {
    mutating func spoil() {
        losses.spoil()
        largestLogits.spoil()
        logSums.spoil()
    }
}
