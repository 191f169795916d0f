import Attention
import Engines
import Hardware
import Kernels

/// One kind of layer that is ready to be called: its instances, and the tensors that all its layers share.
///
/// A model writes the keys and values of each layer just before attention reads them, so that caches hold of them what they can. Layers
/// that share theirs meet the same, and the memory of a stack does not grow with the number of its layers. A decoding step is
/// different: it reads a cache that was written long ago, so each layer has a cache of its own.
final class LayerBench {
    let kind: LayerMix.Kind
    let problem: AttentionProblem
    private(set) var inputs: AttentionInputs
    private(set) var output: Tensor
    private let instances: [any KernelInstance]
    private var next = 0
    private let dimensions: [Int]

    /// - Parameter layers: of the stack that are of this kind.
    init(
        _ kind: LayerMix.Kind, _ problem: AttentionProblem, layers: Int, on team: WorkerTeam
    ) throws(UnsupportedProblem) {
        (self.kind, self.problem) = (kind, problem)
        dimensions = AttentionInputs.queryDimensions(problem.shape)
        var instances: [any KernelInstance] = []
        for _ in 0..<Self.instances(of: kind.kernel, layers: layers) {
            instances.append(try kind.kernel.prepare(for: problem, on: team))
        }
        inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType)
        output = kind.kernel.phase.output(of: problem)
        self.instances = instances
    }

    /// Draws the inputs, and gives them to the caches.
    func draw(seed: UInt64) {
        inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: seed)
        if problem.weighting.hasGates { inputs.drawGates(seed: seed) }
        for instance in instances { instance.load(from: inputs) }
    }

    static func instances(of kernel: Kernel, layers: Int) -> Int { kernel.phase.hasCache ? max(1, layers) : 1 }

    /// What a kind takes in memory, as a number that cannot overflow.
    static func byteCount(_ kernel: Kernel, _ problem: AttentionProblem, layers: Int, threads: Int) -> Double {
        Double(kernel.phase.tensorBytes(of: problem))
            + Double(instances(of: kernel, layers: layers))
            * Double(kernel.scratchBytes(for: problem, threads: threads) ?? 0)
    }

    /// One call, of the layer after that of the last call.
    func run() {
        let instance = instances[next]
        next = next + 1 < instances.count ? next + 1 : 0
        instance.run(inputs, into: &output)
    }

    /// Whether the output of the layer below becomes the query of this one.
    ///
    /// Not where it has another size. Not after linear attention, whose outputs grow with the length: without the norms of a model they would
    /// leave the range of numbers after some layers. And not where queries select blocks: outputs are means of values, much the same
    /// for all queries, which would all select the same blocks.
    func takesOutput(of below: LayerBench) -> Bool {
        output.count == below.output.count && below.problem.weighting != .linear && problem.selection == nil
    }

    /// The two tensors change places, so that nothing is copied.
    func takeOutput(of below: LayerBench) {
        swap(&inputs.query, &below.output)
        guard dimensions != below.dimensions else { return }
        inputs.query.reshape(to: dimensions)
        below.output.reshape(to: below.dimensions)
    }

    /// How far the output of the last call is from the reference, in a sample of rows.
    func accuracy(seed: UInt64) -> Accuracy {
        Oracle(kind.kernel.phase, problem).expected(for: inputs, .sampled(seed: seed)).accuracy(of: output)
    }
}
