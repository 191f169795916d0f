import Attention
import Quantities

/// One cell of a sweep: a problem, the kernel that is to compute it, and the threads that it gets.
public struct Workload: Hashable, Sendable, CustomStringConvertible {
    /// Its full name: bare for a kernel of this program, `engine/kernel` for another engine's.
    public let kernel: String
    /// Whether one call reads a prompt, decodes one token, or computes gradients or a loss.
    public let phase: Phase
    public let problem: AttentionProblem
    public let threads: Int

    public init(kernel: String, phase: Phase, problem: AttentionProblem, threads: Int = 1) {
        precondition(threads >= 1, "a workload has at least one thread, not \(threads)")
        self.kernel = kernel
        self.phase = phase
        self.problem = problem
        self.threads = threads
    }

    package var isDecode: Bool { phase == .decode }

    /// Bytes of what a call reads and writes, as a caller gives and takes it.
    public var tensorBytes: Int { phase.tensorBytes(of: problem) }

    /// The fewest pairs that a kernel may say it computes.
    package var fewestPairs: Int {
        problem.weighting.fewestPairs(problem.pairs, problem.shape.headCounts, phase: phase)
    }

    /// The same kernel, mask and shape at another length: how one series is told from the next, and what a short run
    /// can predict of a long one. The length of a loss is its vocabulary.
    ///
    /// - Throws: `ShapeError` or `ProblemError` where there is no such problem.
    package func with(length: Int) throws -> Workload {
        let shape = problem.shape
        let queryLength =
            switch phase {
            // Tokens do not become fewer with the words that they meet.
            case .loss: shape.queryLength
            case .prefill, .decode, .backward, .training, .checkpointed:
                shape.queryLength == shape.keyLength ? length : min(shape.queryLength, length)
            }
        let other = try AttentionShape(
            batch: shape.batch, queryHeads: shape.queryHeads, keyValueHeads: shape.keyValueHeads,
            queryLength: queryLength, keyLength: length, headDimension: shape.headDimension)
        return Workload(kernel: kernel, phase: phase, problem: try problem.resized(to: other), threads: threads)
    }

    /// Such as `h=8:2 d=128 bfloat16`: what is not one head of 64 float32 on one thread. A loss begins with its tokens.
    public var variant: String {
        let shape = problem.shape
        var words = phase == .loss ? ["\(TokenCount.text(shape.queryLength)) tokens"] : []
        if shape.batch > 1 { words.append("b=\(shape.batch)") }
        if shape.queryHeads > 1 { words.append("h=\(shape.queryHeads):\(shape.keyValueHeads)") }
        if let latent = problem.latent {
            words.append("d=\(shape.headDimension):\(latent.dimension)")
        } else if shape.headDimension != 64 {
            words.append("d=\(shape.headDimension)")
        }
        if problem.elementType != .float32 { words.append(problem.elementType.rawValue) }
        if problem.cacheFormat != CacheFormats(of: problem.elementType) {
            words.append("kv=\(problem.cacheFormat)")
        }
        if !problem.hasUsualScale, phase != .loss { words.append("scale=\(problem.scale)") }
        if threads > 1 { words.append("t=\(threads)") }
        return words.joined(separator: " ")
    }

    /// Such as `sliding-window(1024) 16K`; sizes beside the length only where they differ from one head of 64 float32. A loss has
    /// words as its length: `cross-entropy-cut 32K words, 512 tokens d=1024`.
    public var description: String {
        let shape = problem.shape
        var words = [kernel + problem.sizesInBrackets, TokenCount.text(shape.keyLength)]
        if phase == .loss {
            words.append("words,")
        } else if shape.queryLength != shape.keyLength {
            words.append("q=\(TokenCount.text(shape.queryLength))")
        }
        if !variant.isEmpty { words.append(variant) }
        return words.joined(separator: " ")
    }
}
