import Attention
import Kernels
import Records

/// A kernel and the engine that has it: what a name in a sweep or on a command line stands for.
public struct EngineKernel {
    public let engine: any Engine
    public let kernel: Kernel
    public let origin: KernelOrigin
}

extension Engine {
    /// The kernel of a workload, which it takes as far as the kernel's own words say.
    func kernel(for workload: Workload) throws(EngineError) -> Kernel {
        let kernel = try [self as any Engine].kernel(of: workload).kernel
        do throws(UnsupportedProblem) { try kernel.requireSupport(of: workload.problem) } catch {
            throw .unsupported(error)
        }
        return kernel
    }
}

extension [any Engine] {
    public func kernel(named name: String) throws(UnknownName) -> EngineKernel {
        for engine in self {
            guard let place = engine.kernels.firstIndex(where: { $0.name == name }) else { continue }
            let kernel = engine.kernels[place]
            var origin = KernelOrigin(
                engine: engine.identity, place: place, variantOf: kernel.variantOf, device: engine.device)
            origin.engineDetails = engine.details
            return EngineKernel(engine: engine, kernel: kernel, origin: origin)
        }
        throw UnknownName(name, isNot: "a kernel", known: flatMap(\.kernels).names)
    }

    /// A workload whose kernel no engine has is taken by no engine.
    public func kernel(of workload: Workload) throws(EngineError) -> EngineKernel {
        do throws(UnknownName) { return try kernel(named: workload.kernel) } catch {
            throw .unsupported(UnsupportedProblem(error.description))
        }
    }
}
