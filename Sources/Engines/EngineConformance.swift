import Attention
import Kernels
import Records

extension Conformance {
    /// Of a kernel of an engine, in the element types that it lists, on one thread and on two where it takes two.
    public init(of kernel: Kernel, on engine: any Engine, following: Follower = { _, _ in }) {
        self.init(of: kernel, in: kernel.elementTypes, following: following) { found, problemCase in
            do throws(EngineError) {
                try found.check(kernel, problemCase, on: engine, threads: 1)
                guard problemCase.inputs == .normal else { return }
                try found.check(kernel, problemCase, on: engine, threads: 2)
            } catch {
                found.breakDown("\(problemCase): \(error)")
            }
        }
    }

    /// Twice, with other contents the second time: a kernel that remembers an answer, or that computes where no clock runs,
    /// is found by them.
    private mutating func check(
        _ kernel: Kernel, _ problemCase: ProblemCase, on engine: any Engine, threads: Int
    ) throws(EngineError) {
        func inputs(seed: UInt64) -> SharedInputs {
            SharedInputs(problemCase.makeInputs(for: kernel.phase, seed: seed))
        }
        let loaded: LoadedKernel
        do throws(EngineError) {
            let workload = Workload(
                kernel: kernel.name, phase: kernel.phase, problem: problemCase.problem, threads: threads)
            loaded = try LoadedKernel(workload, on: engine) { inputs(seed: 7) }
        } catch {
            guard case .unsupported = error else { throw error }
            if threads == 1 { skip() }
            return
        }
        let place = threads == 1 ? "\(problemCase)" : "\(problemCase), \(threads) threads"
        _ = try loaded.sample(Batch(calls: 1))
        let first = try loaded.accuracy()
        guard problemCase.inputs.isFinite else {
            return takeNonFinite(problemCase.inputs, isAsTheReference: first.isAccepted)
        }
        if threads == 1 { take(problemCase) }
        if let fault = judge(first) { return fail("\(place): \(fault)") }
        // With one word, losses and gradients are 0 for all inputs: the answer is there before a call.
        guard problemCase.inputs == .normal, kernel.phase != .loss || problemCase.problem.shape.keyLength > 1 else {
            return
        }
        try loaded.load(inputs(seed: 8))
        // An engine may well refuse this, since it has computed nothing yet.
        if let early = try? loaded.accuracy(), early.isAccepted {
            fail("\(place): the output is there before the call; the engine computes outside the timed calls")
        }
        _ = try loaded.sample(Batch(calls: 1))
        if let fault = judge(try loaded.accuracy()) {
            fail(
                "\(place): wrong after new contents were loaded, \(fault); the engine may have stored an earlier output"
            )
        }
    }
}
