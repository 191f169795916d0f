import Attention
import Kernels
import Records

/// Which approximations are looked at: as in a sweep, each kernel takes the axes that it has.
extension Sweep.Axes {
    /// For a text of so many keys: windows and chunks of a 32nd of it up to a half, 4 sinks, and 2, 4 and 8 blocks of a 32nd and of a 16th. Fixed
    /// sizes would hide nothing of a short text, and next to everything of a long one.
    public static func approximations(ofKeys keyLength: Int) -> Sweep.Axes {
        func parts(_ divisors: [Int]) -> [Int] { Set(divisors.map { max(1, keyLength / $0) }).sorted() }
        var axes = Sweep.Axes(
            kernels: ["sliding-window", "attention-sink", "chunked-local", "top-k-blocks"], lengths: [keyLength])
        axes.windows = parts([32, 16, 8, 4, 2])
        axes.sinks = [4]
        axes.chunks = axes.windows
        axes.blocks = [2, 4, 8]
        axes.blockLengths = parts([32, 16])
        return axes
    }

    /// The cells of these axes over tensors of one shape, which may have fewer queries than keys.
    func workloads(of shape: AttentionShape, threads: Int) throws -> [Workload] {
        try kernels.flatMap { name in
            let kernel = try Kernel.builtIn.named(name)
            let keyForms = try keyForms(of: kernel)
            return try masks(of: kernel.masks).flatMap { mask in
                try keyForms.map { keyForm in
                    let problem = try AttentionProblem(
                        shape: shape, mask: mask, selection: keyForm.selection, latent: keyForm.latent)
                    return Workload(kernel: name, phase: .prefill, problem: problem, threads: threads)
                }
            }
        }
    }
}
