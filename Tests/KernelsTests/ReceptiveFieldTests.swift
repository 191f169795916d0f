import Attention
import Hardware
import Records
import Testing

@testable import Kernels

/// Stacked layers reach exactly as far as the mask lets them: L(w − 1) + 1 tokens for a window, the sinks beside these,
/// and never out of a chunk.
@Suite struct ReceptiveFieldTests {
    @Test(
        arguments: Kernel.builtIn.filter { $0.phase == .prefill && !$0.masks.parameters.isEmpty }.map {
            $0.name
        })
    func stackedKernelsReachWhatTheirMaskSays(name: String) throws {
        let kernel = try Kernel.builtIn.named(name)
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
        let alone = try LayerStack(of: .slidingWindow, mask: .slidingWindow(1), length: 40)
        #expect(alone.tokensReached(from: 39, layers: 3) == [1, 1, 1, 1])
        let short = try LayerStack(of: .slidingWindow, mask: .slidingWindow(16), length: 40)
        #expect(short.tokensReached(from: 39, layers: 4) == [1, 16, 31, 40, 40])
        #expect(short.tokensReached(from: 20, layers: 4) == [1, 16, 21, 21, 21])
    }

    /// The oracle, and full attention: every token before.
    @Test func fullAttentionSeesEverythingAtOnce() throws {
        for kernel in [Kernel.reference, .full] {
            let stack = try LayerStack(of: kernel, mask: .causal, length: 50)
            #expect(stack.tokensReached(from: 33, layers: 2) == [1, 34, 34])
        }
    }

    /// A kernel whose window is one key too wide is caught, layer by layer.
    @Test func aWindowThatIsOneKeyTooWideIsSeen() throws {
        let field = try #require(try MeasuredReceptiveField.of([.tooWide], layers: 3).first)
        #expect(!field.isRight)
        #expect(field.tokens == [1, 33, 65, 97])
    }

    @Test func whatAKernelRefusesIsSaid() {
        #expect(throws: UnsupportedProblem.self) {
            try LayerStack(of: .slidingWindow, mask: .slidingWindow(1), length: 0)
        }
    }
}

extension Kernel {
    /// A sliding window that reads its size as flash-attention's left size.
    fileprivate static let tooWide = Kernel(
        "too-wide", summary: "one key too many", masks: .slidingWindow,
        make: { problem, _ throws(UnsupportedProblem) in
            guard let window = problem.mask.bandWidth,
                let wider = try? AttentionProblem(shape: problem.shape, mask: .slidingWindow(window + 1))
            else { throw UnsupportedProblem("no window") }
            return ReferenceAttention(for: wider)
        })
}
