import Attention
import Kernels
import Records

/// An engine whose kernels take a seed in the place of tensors. Each of its processes draws the part of the inputs that it needs and
/// keeps its part of the output, so that nobody holds the whole problem.
///
/// Tensors that are given to it (`prepare(_:inputs:)`) it refuses as unsupported.
public protocol DrawingEngine: Engine {
    func prepare(_ workload: Workload, seed: UInt64) throws(EngineError) -> any DrawingKernel
}

extension Engine {
    /// Whether its kernels take a seed in the place of tensors.
    public var drawsInputs: Bool { self is any DrawingEngine }
}

/// A kernel on inputs that its processes have drawn from a seed.
public protocol DrawingKernel: TimedKernel {
    /// Takes what another seed stands for in the place of the inputs that it has, untimed.
    func draw(seed: UInt64) throws(EngineError)

    /// Lends rows of the output of the last call, in their order [rows][headDimension].
    func withOutput<Result>(
        of rows: [Accuracy.OutputRow], _ body: (borrowing Tensor) -> Result
    ) throws(EngineError) -> Result
}
