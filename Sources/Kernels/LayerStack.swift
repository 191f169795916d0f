import Attention
import Hardware
import Records

/// A stack of attention layers with one mask, and how far a change of its input is felt in its output: the receptive
/// field of a kernel, measured.
///
/// Each layer attends with queries and keys of its own, drawn at random, over the values that the layer below gave.
/// So the stack is linear in its input: its output is A₁A₂…A_L V with softmax weights A, all of them positive where
/// the mask allows a pair and nothing elsewhere. The answer to an input that is zero but at one token is then itself
/// the difference that changing this token makes, and no rounding can hide it: positive terms do not cancel, and a
/// difference of two runs would lose the faintest. Each element of a head's values carries the impulse of another
/// token, so that one run answers for as many tokens as the head has elements.
public struct LayerStack {
    /// Large enough that what is left after many layers is still a number; the largest output is no larger.
    private static let impulse: Float = 0x1p100
    private static let headDimension = 16

    private let problem: AttentionProblem
    private let kernel: any KernelInstance
    private let seed: UInt64

    /// - Throws: where the kernel does not take the mask at this length, or the mask is none.
    public init(
        of kernel: Kernel, mask: Mask, length: Int, seed: UInt64 = 1
    ) throws(UnsupportedProblem) {
        do {
            problem = try AttentionProblem(
                shape: AttentionShape(queryLength: length, headDimension: Self.headDimension), mask: mask)
        } catch {
            throw UnsupportedProblem("\(error)")
        }
        self.kernel = try kernel.prepare(for: problem, on: WorkerTeam())
        self.seed = seed
    }

    /// For stacks of 0, 1, … `layers` layers: how many tokens of the input the output at `position` answers to.
    public func tokensReached(from position: Int, layers: Int) -> [Int] {
        let length = problem.shape.queryLength
        precondition((0..<length).contains(position), "position \(position) is outside the stack's \(length) tokens")
        var reached = [Int](repeating: 0, count: layers + 1)
        for first in stride(from: 0, to: length, by: Self.headDimension) {
            let tokens = first..<min(first + Self.headDimension, length)
            for (layer, answers) in self.answers(to: tokens, at: position, layers: layers).enumerated() {
                reached[layer] += answers.count { $0 != 0 }
            }
        }
        return reached
    }

    /// Layer by layer, what the output at `position` is when each of `tokens` has its impulse.
    private func answers(to tokens: Range<Int>, at position: Int, layers: Int) -> [[Float]] {
        let width = Self.headDimension
        let row = position * width..<position * width + tokens.count
        var values = Tensor(dimensions: AttentionInputs.keyDimensions(problem.shape))
        for (element, token) in tokens.enumerated() { values[token * width + element] = Self.impulse }
        var answers = [values.elements(row)]
        for layer in 0..<layers {
            var inputs = AttentionInputs(shape: problem.shape, seed: seed &+ UInt64(layer))
            inputs.value = values
            var output = Tensor(dimensions: AttentionInputs.queryDimensions(problem.shape))
            kernel.run(inputs, into: &output)
            answers.append(output.elements(row))
            values = output
        }
        return answers
    }
}

extension MeasuredReceptiveField {
    /// Sizes of the masks: large enough for several tiles, small enough that deep stacks still end inside the text.
    private static let (window, sinks, chunk) = (32, 16, 128)

    /// Whether a stack of it says anything: its mask ends before the text does. A decoding step is no layer of a stack.
    public static func isBounded(_ kernel: Kernel) -> Bool {
        kernel.phase == .prefill && !kernel.masks.parameters.isEmpty
    }

    /// Of those kernels whose mask is bounded. The text is longer than any of them can see, and the token is the last one,
    /// or the middle one where the mask looks both ways.
    public static func of(
        _ kernels: [Kernel], layers: Int
    ) throws(UnsupportedProblem) -> [MeasuredReceptiveField] {
        let tokens = 2 * layers * window + sinks + chunk
        let length = (tokens + chunk - 1) / chunk * chunk
        var fields: [MeasuredReceptiveField] = []
        for kernel in kernels where isBounded(kernel) {
            let mask = try mask(of: kernel.masks)
            let position = mask.isCausal ? length - 1 : length / 2
            let stack = try LayerStack(of: kernel, mask: mask, length: length)
            fields.append(
                MeasuredReceptiveField(
                    kernel: kernel.name, mask: mask, length: length, position: position,
                    tokens: stack.tokensReached(from: position, layers: layers)))
        }
        return fields
    }

    private static func mask(of family: MaskFamily) throws(UnsupportedProblem) -> Mask {
        do { return try family.mask([.window: window, .sinks: sinks, .chunk: chunk]) } catch {
            throw UnsupportedProblem("\(error)")
        }
    }
}
