import Attention
import Engines
import Hardware
import Kernels
import Records

/// Makes one short real call of each series, for `CostModel`.
///
/// Lengths grow fourfold from 512 until a call takes 4 ms, so that a kernel's fixed costs do not pass for its rate, or until a longer
/// text has no more pairs, as in a step over a window or a state; no length goes beyond the longest that is wanted. After one call to warm up, which pays for cold code and, in a BLAS,
/// for starting up, the fastest of three counts: a call of some ms that loses its CPU once takes several times as long.
/// A first call of 100 ms is taken at its word.
///
/// Where time is limited, series are tried from the cheapest to the dearest until it is used up; at least one is tried,
/// and of the others nothing is known. Shorter probes, which all of them could have, would be worth less: what they show
/// is what a call costs beside its pairs.
struct Prober {
    let instruments: Instruments
    let seed: UInt64
    /// What probing may take; a call that is under way is not cut short.
    let seconds: Double

    private static let firstLength = 512
    /// Where 512 tokens make more work than this, since there are many heads or batches, the first call is shorter: it
    /// takes some tenths of a second with the slowest of kernels.
    private static let firstFLOPs = 1 << 26
    private static let growth = 4
    private static let enoughSeconds = 0.004
    private static let repeatedSeconds = 0.1
    /// Tokens whose inputs are made once to learn what a byte of them costs: 48 MiB, beyond most caches.
    private static let buildLength = 64 << 10
    /// What that takes at most. Where there is less time a sixteenth of the tokens has to do.
    private static let buildSeconds = 0.25

    func model(for workloads: [Workload]) -> CostModel {
        let watch = Stopwatch(instruments.clock)
        let startupBefore = instruments.startupSeconds
        func hasTime(_ wanted: Double) -> Bool {
            watch.seconds - (instruments.startupSeconds - startupBefore) + wanted <= seconds
        }
        var model = CostModel()
        var lengths: [Workload: ClosedRange<Int>] = [:]
        var probes: [Probe] = []
        for workload in workloads {
            let length = workload.problem.shape.keyLength
            if lengths[workload.series] == nil { probes.append(Probe(workload, instruments)) }
            let known = lengths[workload.series] ?? length...length
            lengths[workload.series] = min(known.lowerBound, length)...max(known.upperBound, length)
        }
        for (index, probe) in probes.sorted(by: { $0.flops < $1.flops }).enumerated() where index == 0 || hasTime(0) {
            model.learn(
                Result { () throws(EngineError) in
                    try rates(of: probe, lengths[probe.workload.series]!, hasTime: hasTime)
                }, for: probe.workload)
        }
        let tokens = hasTime(Self.buildSeconds) ? Self.buildLength : Self.buildLength / 16
        model.buildSecondsPerByte = buildSecondsPerByte(
            tokens: min(tokens, lengths.values.map(\.upperBound).max() ?? 1))
        return model
    }

    /// One cell of a series, and at which length it is tried first.
    private struct Probe {
        let workload: Workload
        let firstLength: Int
        /// Of the first call.
        let flops: Double

        init(_ workload: Workload, _ instruments: Instruments) {
            func flops(_ length: Int) -> Double {
                guard let problem = try? workload.with(length: length).problem,
                    let kernel = try? instruments.engines.kernel(of: workload).kernel
                else { return 0 }
                return Double(problem.flopsPerPair(workload.phase))
                    * Double(kernel.predictedPairs(for: problem))
            }
            self.workload = workload
            var length = Prober.firstLength
            while flops(length) > Double(Prober.firstFLOPs), (try? workload.with(length: length / 2)) != nil {
                length /= 2
            }
            firstLength = length
            self.flops = flops(length)
        }
    }

    /// - Parameter lengths: of the series, from the shortest to the longest cell.
    private func rates(
        of probe: Probe, _ lengths: ClosedRange<Int>, hasTime: (_ seconds: Double) -> Bool
    ) throws(EngineError) -> CostModel.Rates {
        let (workload, longest) = (probe.workload, lengths.upperBound)
        let kernel = try instruments.engines.kernel(of: workload).kernel
        var length = min(probe.firstLength, longest)
        var longestThatWorked: Int?
        while true {
            let next = min(length * Self.growth, longest)
            let trial: Trial
            do throws(EngineError) { trial = try Trial(of: workload, length: length, self) } catch {
                // A kernel that breaks down in a long call is known by a shorter one.
                let shorter = longestThatWorked ?? lengths.lowerBound
                if case .failed = error, shorter < length {
                    return try Trial(of: workload, length: shorter, self).rates(of: kernel, instruments)
                }
                // A kernel may refuse a short call and take a long one.
                if length == longest { throw error }
                length = next
                continue
            }
            // Five calls, each of which takes as many times longer as there are more pairs, if all of them are computed; and to make
            // it ready takes as many times longer as there are more tokens.
            let growth = Double(next) / Double(length)
            let secondsOfNext = growth * trial.readySeconds + 5 * growth * growth * trial.callSeconds
            let isEnough =
                trial.callSeconds >= Self.enoughSeconds || !kernel.hasMorePairs(workload, at: next, than: length)
            if isEnough || !hasTime(secondsOfNext) {
                return try trial.rates(of: kernel, instruments)
            }
            longestThatWorked = length
            length = next
        }
    }

    /// A series at one length, made ready and called.
    private struct Trial {
        let cell: Workload
        let loaded: LoadedKernel
        let buildSeconds: Double
        /// With its inputs.
        let readySeconds: Double
        let callSeconds: Double

        init(of workload: Workload, length: Int, _ prober: Prober) throws(EngineError) {
            guard let cell = try? workload.with(length: length) else {
                throw .unsupported(UnsupportedProblem("\(workload) cannot be tried at \(length) tokens"))
            }
            let instruments = prober.instruments
            let engine = try instruments.engine(of: workload)
            let startupBefore = engine.startupSeconds
            let watch = Stopwatch(instruments.clock)
            var inputSeconds = 0.0
            loaded = try LoadedKernel(cell, on: engine, seed: prober.seed) {
                let inputWatch = Stopwatch(instruments.clock)
                defer { inputSeconds = inputWatch.seconds }
                return SharedInputs(for: cell, seed: prober.seed)
            }
            readySeconds = max(0, watch.seconds - (engine.startupSeconds - startupBefore))
            buildSeconds = max(0, readySeconds - inputSeconds)
            var seconds = try Self.callSeconds(loaded)
            if seconds < Prober.repeatedSeconds {
                seconds = .infinity
                for _ in 0..<3 { seconds = min(seconds, try Self.callSeconds(loaded)) }
            }
            callSeconds = seconds
            self.cell = cell
        }

        func rates(of kernel: Kernel, _ instruments: Instruments) throws(EngineError) -> CostModel.Rates {
            let checkSeconds = try instruments.seconds { () throws(EngineError) in
                _ = try instruments.check(loaded)
            }
            var rates = CostModel.Rates(of: kernel, checkSecondsPerPair: checkSeconds / cell.checkedPairs)
            rates.callSeconds.learn(size: Double(kernel.predictedPairs(for: cell.problem)), value: callSeconds)
            rates.fillSecondsPerByte = buildSeconds / Double(max(1, kernel.filledBytes(cell)))
            rates.compileSeconds = loaded.prepared.startup?.compileSeconds ?? 0
            if let bytes = loaded.prepared.statedScratchBytes {
                rates.scratchBytes.learn(size: Double(cell.problem.shape.keyLength), value: Double(bytes))
            }
            return rates
        }

        private static func callSeconds(_ kernel: LoadedKernel) throws(EngineError) -> Double {
            Double(try kernel.sample(Batch(calls: 1)).nanoseconds) / 1e9
        }
    }

    private func buildSecondsPerByte(tokens: Int) -> Double {
        guard let shape = try? AttentionShape(queryLength: tokens, headDimension: 64),
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

extension Kernel {
    /// Whether a call of a series has more pairs at one length than at another.
    fileprivate func hasMorePairs(_ workload: Workload, at longer: Int, than shorter: Int) -> Bool {
        guard let more = try? workload.with(length: longer), let fewer = try? workload.with(length: shorter) else {
            return false
        }
        return predictedPairs(for: more.problem) > predictedPairs(for: fewer.problem)
    }
}
