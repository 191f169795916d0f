import Attention
import CVector

/// Tokens that meet the vocabulary together.
struct TokenGroup {
    let tokens: Range<Int>

    var isFirst: Bool { tokens.lowerBound == 0 }

    /// Blocks of lanes, the last of which may have idle ones.
    var blocks: Int { (tokens.count + QueryBlock.width - 1) / QueryBlock.width }

    func lanes(ofBlock block: Int) -> TokenLanes {
        TokenLanes(firstToken: tokens.lowerBound + block * QueryBlock.width, tokens: tokens.upperBound)
    }
}

/// A panel of the vocabulary, as a group of tokens meets it.
struct PanelVisit {
    let group: TokenGroup
    let words: Range<Int>
}

/// The logits of a group of tokens for the words of one panel, as both passes of cut cross-entropy compute them.
final class GroupLogits: @unchecked Sendable {
    let problem: CrossEntropyProblem
    let blocking: VocabularyBlocking
    /// A tensor, whose memory returns to the system at once and is in huge pages.
    private let storage: Tensor
    /// Hᵀ of each block [columns][width]
    private let columns: UnsafeMutablePointer<Float>
    /// Of each block a row for each word [words][width], and room for a register tile that ends past them. Without that room
    /// the same row of all blocks would be in the same set of a cache, where a panel has a power of two of words.
    private let logits: UnsafeMutablePointer<Float>

    private static func columnFloats(_ problem: CrossEntropyProblem) -> Int {
        ElementMatrix.transposedFloats(columns: problem.hiddenSize)
    }

    /// From a row of a block to the same row of the next.
    var blockFloats: Int { Self.blockFloats(blocking) }

    private static func blockFloats(_ blocking: VocabularyBlocking) -> Int {
        (blocking.panelWords + tileRows) * QueryBlock.width
    }

    static func floatCount(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking) -> Int {
        blocking.blocks * (columnFloats(problem) + blockFloats(blocking))
    }

    init(_ problem: CrossEntropyProblem, _ blocking: VocabularyBlocking) {
        self.problem = problem
        self.blocking = blocking
        var storage = Tensor(dimensions: [Self.floatCount(problem, blocking)])
        columns = storage.withMutableFloats { $0.baseAddress! }
        logits = columns + blocking.blocks * Self.columnFloats(problem)
        self.storage = storage
    }

    var groups: [TokenGroup] {
        stride(from: 0, to: problem.tokens, by: blocking.groupTokens).map {
            TokenGroup(tokens: $0..<min($0 + blocking.groupTokens, problem.tokens))
        }
    }

    /// The whole vocabulary, in the order in which every sum over words is made.
    func visits(of group: TokenGroup) -> [PanelVisit] {
        EqualParts(problem.vocabulary, atMost: blocking.panelWords, granule: VocabularyBlocking.rowGranule).ranges.map {
            PanelVisit(group: group, words: $0)
        }
    }

    /// Parts of a visit's words, counted from its first, for the workers of a team.
    func parts(of visit: PanelVisit, workers: Int) -> EqualParts {
        EqualParts(
            visit.words.count, atMost: blocking.residentRows, granule: VocabularyBlocking.rowGranule, workers: workers)
    }

    /// Hᵀ of a block.
    func columns(ofBlock block: Int) -> UnsafeMutablePointer<Float> {
        columns + block * Self.columnFloats(problem)
    }

    /// Logits of a block, from a word of the panel on.
    func rows(ofBlock block: Int, from word: Int = 0) -> UnsafeMutablePointer<Float> {
        logits + block * blockFloats + word * QueryBlock.width
    }

    /// Calls `body` with each lane of a block whose next word is in the panel, and with the place of that word's logit.
    func forEachTarget(
        ofBlock block: Int, in visit: PanelVisit, _ targets: UnsafePointer<Int32>,
        _ body: (_ lane: Int, _ logit: UnsafeMutablePointer<Float>) -> Void
    ) {
        let (lanes, rows) = (visit.group.lanes(ofBlock: block), rows(ofBlock: block))
        for lane in lanes.taken {
            let word = Int(targets[lanes.token(lane)])
            guard visit.words.contains(word) else { continue }
            body(lane, rows + (word - visit.words.lowerBound) * QueryBlock.width + lane)
        }
    }
}
