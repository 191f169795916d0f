import Attention
import Hardware
import Kernels

/// What the hard cases say about one kernel of ranks. All ranks go through it together, and all come to the same result.
public struct RankConformance: Sendable {
    public private(set) var cases = 0
    /// Cases that the kernel does not take with so many ranks.
    public private(set) var skipped = 0
    public private(set) var largestError = 0.0
    /// The error that came nearest to its bound, or went farthest past it, as a part of the bound.
    public private(set) var largestShare = 0.0
    public private(set) var elementTypes: [ElementType] = []
    public private(set) var failures: [String] = []

    public var isConforming: Bool { failures.isEmpty }

    /// What one rank found in one case.
    private struct Finding: BitwiseCopyable {
        var error = 0.0
        var share = 0.0
        /// As counted, less what the closed form says.
        var excessBytes = 0
    }

    private static let seed: UInt64 = 7
    /// The last one is checked: a kernel that keeps something from one call to the next may be right in its first.
    private static let calls = 2

    /// Of the cases of every kernel.
    public static let elementTypes = ElementType.allCases

    public static func caseCount(of kernel: RankKernel) -> Int { RankCases.all(for: kernel).count }

    public init(of kernel: RankKernel, on communicator: Communicator) throws(UnsupportedProblem) {
        let team = WorkerTeam(betweenItems: communicator.betweenItems)
        let ready = RankKernel.Ready(communicator, team: team)
        for problem in RankCases.all(for: kernel) {
            let shared: RankProblem
            do throws(UnsupportedProblem) {
                shared = try kernel.problem(problem, ranks: communicator.rankCount)
            } catch {
                skipped += 1
                continue
            }
            let finding = try Self.check(kernel, shared, ready)
            take(communicator.gathered(finding), of: problem)
        }
    }

    private static func check(
        _ kernel: RankKernel, _ problem: RankProblem, _ ready: RankKernel.Ready
    ) throws(UnsupportedProblem) -> Finding {
        let communicator = ready.communicator
        let parts = RankPart.all(of: communicator.rank, in: problem, seed: seed)
        let instance = try kernel.prepare(problem, ready)
        instance.fillCache(parts)
        let work = kernel.work(of: problem, rank: communicator.rank)
        var finding = Finding()
        for _ in 0..<calls {
            for part in parts { part.output.spoil() }
            communicator.beginCall()
            instance.run(parts)
            finding.excessBytes += abs(communicator.receivedBytes - work.receivedBytes)
        }
        for part in parts {
            for head in 0..<problem.queryHeads {
                let accuracy = part.accuracy(of: problem, head: head, seed: seed)
                finding.error = max(finding.error, accuracy.maximumError)
                if accuracy.maximumError > 0 {
                    finding.share = max(finding.share, accuracy.maximumError / accuracy.bound)
                }
            }
        }
        return finding
    }

    private mutating func take(_ findings: [Finding], of problem: AttentionProblem) {
        cases += 1
        if !elementTypes.contains(problem.elementType) { elementTypes.append(problem.elementType) }
        for (rank, finding) in findings.enumerated() {
            largestError = max(largestError, finding.error)
            largestShare = max(largestShare, finding.share)
            let shape = problem.shape
            let name =
                "\(problem.mask) \(problem.elementType) n=\(shape.keyLength) heads=\(shape.queryHeads):\(shape.keyValueHeads)"
                + " batch=\(shape.batch) d=\(shape.headDimension), rank \(rank)"
            if finding.share > 1 { failures.append("\(name): error \(finding.error), \(finding.share) of its bound") }
            if finding.excessBytes != 0 {
                failures.append("\(name): \(finding.excessBytes) bytes more or fewer came in than its formula gives")
            }
        }
    }
}

/// Problems that are hard to share: fewer tokens than ranks, numbers of tokens that no number of ranks divides, windows of one
/// key and windows that reach over several slices, chunks that end within a slice, more sinks than a slice has tokens, and groups
/// of heads that ranks do not divide.
enum RankCases {
    static func all(for kernel: RankKernel) -> [AttentionProblem] {
        kernel.masks.flatMap(masks).flatMap { mask in
            sizes.flatMap { size in
                size.types.map { type in problem(mask, size, type, isDecode: kernel.phase == .decode) }
            }
        }
    }

    private struct Size {
        let tokens: Int
        var batch = 1
        var heads = (query: 4, keyValue: 2)
        var headDimension = 16
        var types: [ElementType] = [.float32]
    }

    private static let sizes = [
        Size(tokens: 1), Size(tokens: 3), Size(tokens: 16), Size(tokens: 37, types: ElementType.allCases),
        Size(tokens: 70, heads: (query: 6, keyValue: 2)), Size(tokens: 20, heads: (query: 12, keyValue: 3)),
        Size(tokens: 23, batch: 2, heads: (query: 5, keyValue: 1), headDimension: 24, types: [.float32, .bfloat16]),
        Size(tokens: 9, heads: (query: 60, keyValue: 60), headDimension: 8),
    ]

    private static func masks(of family: MaskFamily) -> [Mask] {
        switch family {
        case .causal: [.causal]
        case .full: [.full]
        case .slidingWindow: [.slidingWindow(1), .slidingWindow(9), .slidingWindow(50)]
        case .attentionSink: [.attentionSink(sinks: 4, window: 9), .attentionSink(sinks: 30, window: 5)]
        case .chunkedLocal: [.chunkedLocal(5), .chunkedLocal(32)]
        default: preconditionFailure("no cases for the mask \(family.name)")
        }
    }

    private static func problem(_ mask: Mask, _ size: Size, _ type: ElementType, isDecode: Bool) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: AttentionShape(
                    batch: size.batch, queryHeads: size.heads.query, keyValueHeads: size.heads.keyValue,
                    queryLength: isDecode ? 1 : size.tokens, keyLength: size.tokens,
                    headDimension: size.headDimension), mask: mask, elementType: type)
        } catch {
            preconditionFailure("a case is not a problem: \(error)")
        }
    }
}
