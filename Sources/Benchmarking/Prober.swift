import Attention
import Engines
import Hardware
import Kernels
import Records

/// Makes one short real call of each series, for `CostModel`.
///
/// Lengths grow fourfold from 512 until a call takes 4 ms, so that a kernel's fixed costs do not pass for its rate; no
/// length goes beyond the longest that is wanted. After one call to warm up, which pays for cold code and, in a BLAS,
/// for starting up, the fastest of three counts: a call of some ms that loses its CPU once takes several times as long.
/// A first call of 100 ms is taken at its word.
struct Prober {
    let instruments: Instruments
    let seed: UInt64

    private static let firstLength = 512
    private static let growth = 4
    private static let enoughSeconds = 0.004
    private static let repeatedSeconds = 0.1
    /// Tokens whose inputs are made once to learn what a byte of them costs: 48 MiB, beyond most caches.
    private static let buildLength = 64 << 10

    func model(for workloads: [Workload]) -> CostModel {
        var model = CostModel()
        var longest: [Workload: Int] = [:]
        for workload in workloads {
            longest[workload.series] = max(longest[workload.series] ?? 0, workload.problem.shape.keyLength)
        }
        for workload in workloads where !model.knows(workload) {
            model.learn(
                Result { () throws(EngineError) in
                    try rates(of: workload, longest: longest[workload.series]!)
                }, for: workload)
        }
        model.buildSecondsPerByte = buildSecondsPerByte(longest: longest.values.max() ?? 1)
        return model
    }

    private func rates(of workload: Workload, longest: Int) throws(EngineError) -> CostModel.Rates {
        let (engine, kernel): (any Engine, Kernel)
        do throws(UnsupportedProblem) { (engine, kernel) = try instruments.kernel(named: workload.kernel) } catch {
            throw .unsupported(error)
        }
        var length = min(Self.firstLength, longest)
        while true {
            guard let cell = try? workload.with(length: length) else {
                throw .unsupported(UnsupportedProblem("\(workload) cannot be tried at \(length) tokens"))
            }
            let prepared: any PreparedKernel
            let inputs = SharedInputs(for: cell.problem, seed: seed)
            let watch = Stopwatch(instruments.clock)
            do {
                prepared = try engine.prepare(cell) { inputs }
            } catch {
                // A kernel may refuse a short call and take a long one.
                if length == longest { throw error }
                length = min(length * Self.growth, longest)
                continue
            }
            let buildSeconds = watch.seconds
            var callSeconds = try callSeconds(prepared)
            if callSeconds < Self.repeatedSeconds {
                callSeconds = Double.infinity
                for _ in 0..<3 { callSeconds = min(callSeconds, try self.callSeconds(prepared)) }
            }
            if callSeconds >= Self.enoughSeconds || length == longest {
                let scratchBytes = kernel.scratchBytes(for: cell.problem, threads: cell.threads) ?? 0
                let pairs = prepared.computedPairs ?? kernel.predictedPairs(for: cell.problem)
                let checkSeconds = try instruments.seconds { () throws(EngineError) in
                    _ = try prepared.check(cell.problem, instruments)
                }
                return CostModel.Rates(
                    secondsPerPair: callSeconds / Double(max(1, pairs)),
                    checkSecondsPerPair: checkSeconds / cell.problem.checkedPairs,
                    fillSecondsPerByte: buildSeconds / Double(max(1, scratchBytes)))
            }
            length = min(length * Self.growth, longest)
        }
    }

    private func callSeconds(_ kernel: any PreparedKernel) throws(EngineError) -> Double {
        Double(try kernel.sample(Batch(calls: 1)).nanoseconds) / 1e9
    }

    private func buildSecondsPerByte(longest: Int) -> Double {
        guard let shape = try? AttentionShape(queryLength: min(Self.buildLength, longest), headDimension: 64),
            let problem = try? AttentionProblem(shape: shape, mask: .full)
        else { return 0 }
        var bytes = 0
        let seconds = instruments.seconds {
            let inputs = SharedInputs(for: problem, seed: seed)
            bytes = inputs.tensors.query.withBytes { $0.count } * 3
        }
        // Q, K and V are made, O is only touched; charged alike, since the kernel's own memory is not charged at all.
        return seconds / Double(bytes)
    }
}
