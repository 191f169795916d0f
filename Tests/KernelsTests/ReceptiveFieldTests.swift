import Attention
import Hardware
import Testing

@testable import Kernels

/// Stacked layers reach exactly as far as the mask lets them: L(w − 1) + 1 tokens for a window, the sinks beside these,
/// and never out of a chunk.
@Suite struct ReceptiveFieldTests {
    @Test(
        arguments: KernelRegistry.all.filter { $0.phase == .prefill && !$0.maskFamily.parameters.isEmpty }.map {
            $0.name
        })
    func stackedKernelsReachWhatTheirMaskSays(name: String) throws {
        let kernel = try KernelRegistry.kernel(named: name)
        let field = try #require(try MeasuredReceptiveField.of([kernel], layers: 6).first)
        #expect(field.tokens == field.expectedTokens)
        let mask = field.mask
        if let chunk = mask.chunk {
            #expect(field.tokens == [1] + (1...6).map { _ in chunk })
        } else if let left = mask.left, let right = mask.right {
            #expect(field.tokens == (0...6).map { $0 * (left + right) + 1 + ($0 > 0 ? mask.sinks : 0) })
        } else {
            Issue.record("\(name) has no bound")
        }
    }

    /// Windows of one key see nothing but themselves; a text shorter than the stack's reach is seen whole.
    @Test func edgesOfTheText() throws {
        let alone = try LayerStack(of: SlidingWindowAttention.self, mask: .slidingWindow(1), length: 40)
        #expect(alone.tokensReached(from: 39, layers: 3) == [1, 1, 1, 1])
        let short = try LayerStack(of: SlidingWindowAttention.self, mask: .slidingWindow(16), length: 40)
        #expect(short.tokensReached(from: 39, layers: 4) == [1, 16, 31, 40, 40])
        #expect(short.tokensReached(from: 20, layers: 4) == [1, 16, 21, 21, 21])
    }

    /// The oracle, and full attention: every token before.
    @Test func fullAttentionSeesEverythingAtOnce() throws {
        for kernel in [ReferenceAttention.self, FullAttention.self] as [any AttentionKernel.Type] {
            let stack = try LayerStack(of: kernel, mask: .causal, length: 50)
            #expect(stack.tokensReached(from: 33, layers: 2) == [1, 34, 34])
        }
    }

    /// A kernel whose window is one key too wide is caught, layer by layer.
    @Test func aWindowThatIsOneKeyTooWideIsSeen() throws {
        let field = try #require(try MeasuredReceptiveField.of([TooWide.self], layers: 3).first)
        #expect(!field.isRight)
        #expect(field.tokens == [1, 33, 65, 97])
    }

    @Test func whatAKernelRefusesIsSaid() {
        #expect(throws: UnsupportedProblem.self) {
            try LayerStack(of: SlidingWindowAttention.self, mask: .slidingWindow(1), length: 0)
        }
    }
}

/// A sliding window that reads its size as flash-attention's left size.
private final class TooWide: AttentionKernel {
    static let name = "too-wide"
    static let summary = "one key too many"
    static let maskFamily = MaskFamily.slidingWindow
    private let wide: ReferenceAttention
    var computedPairs: Int { wide.computedPairs }

    init(for problem: AttentionProblem, on team: WorkerTeam) throws(UnsupportedProblem) {
        guard let window = problem.mask.bandWidth,
            let wider = try? AttentionProblem(shape: problem.shape, mask: .slidingWindow(window + 1))
        else { throw UnsupportedProblem("no window") }
        wide = try ReferenceAttention(for: wider, on: team)
    }

    static func computedPairs(for problem: AttentionProblem) -> Int { ReferenceAttention.computedPairs(for: problem) }
    static func scratchBytes(for problem: AttentionProblem, threads: Int) -> Int { 0 }
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) { wide.run(inputs, into: &output) }
}
