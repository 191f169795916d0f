import Attention
import Hardware
import Records

/// What a token costs without a cache: each step reads the last w tokens again, as a prompt (StreamingLLM's
/// "sliding window with re-computation").
///
/// The fused kernel computes all of their outputs, w(w+1)/2 pairs a head, and the last row is the answer. The earlier
/// rows' queries, which a decoding step does not have, are their keys: numbers like any other, that no answer shows.
final class DecodeRecompute: KernelInstance {
    private let problem: AttentionProblem
    private let prompt: AttentionProblem
    private let kernel: FusedAttention
    private var inputs: AttentionInputs
    private var outputs: Tensor

    init(
        for problem: AttentionProblem, on team: WorkerTeam, _ tuning: Tuning = .standard
    ) throws(UnsupportedProblem) {
        guard let prompt = Self.prompt(problem) else {
            throw UnsupportedProblem(
                "\(problem.shape.keyLength) tokens are too many for the pairs of a prompt to be counted")
        }
        (self.problem, self.prompt) = (problem, prompt)
        kernel = try FusedAttention(for: prompt, on: team, FusedForm(tuning: tuning))
        inputs = AttentionInputs(shape: prompt.shape, elementType: problem.elementType)
        outputs = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(prompt.shape))
    }

    /// The last w tokens as a text.
    private static func prompt(_ problem: AttentionProblem) -> AttentionProblem? {
        let shape = problem.shape
        guard
            let short = try? AttentionShape(
                batch: shape.batch, queryHeads: shape.queryHeads, keyValueHeads: shape.keyValueHeads,
                queryLength: problem.pairs.touchedKeys, headDimension: shape.headDimension)
        else { return nil }
        return try? AttentionProblem(
            shape: short, mask: .causal, elementType: problem.elementType, scale: problem.scale)
    }

    static func computedPairs(for problem: AttentionProblem) -> Int {
        prompt(problem).map(FusedForm().computedPairs) ?? 0
    }

    static func scratchBytes(for problem: AttentionProblem, threads: Int, _ tuning: Tuning) -> Int {
        prompt(problem).map {
            Phase.prefill.tensorBytes(of: $0) + FusedForm(tuning: tuning).scratchBytes(for: $0, threads: threads)
        } ?? 0
    }

    var countedPairs: Int { kernel.countedPairs }

    func load(from inputs: borrowing AttentionInputs) {
        let shape = prompt.shape
        let (d, kept) = (shape.headDimension, shape.keyLength)
        let dropped = problem.shape.keyLength - kept
        for group in 0..<shape.batch * shape.keyValueHeads {
            for token in 0..<kept {
                let source = (group * problem.shape.keyLength + dropped + token) * d
                for x in 0..<d {
                    let target = (group * kept + token) * d + x
                    self.inputs.key[target] = inputs.key[source + x]
                    self.inputs.value[target] = inputs.value[source + x]
                    for head in group * shape.groupSize..<(group + 1) * shape.groupSize {
                        self.inputs.query[(head * kept + token) * d + x] = inputs.key[source + x]
                    }
                }
            }
        }
    }

    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) {
        let (d, last) = (prompt.shape.headDimension, prompt.shape.keyLength - 1)
        let heads = prompt.shape.batch * prompt.shape.queryHeads
        for head in 0..<heads {
            for x in 0..<d { self.inputs.query[(head * (last + 1) + last) * d + x] = inputs.query[head * d + x] }
        }
        kernel.run(self.inputs, into: &outputs)
        for head in 0..<heads {
            for x in 0..<d { output[head * d + x] = outputs[(head * (last + 1) + last) * d + x] }
        }
    }
}
