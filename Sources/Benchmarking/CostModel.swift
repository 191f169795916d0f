import Attention
import Engines
import Foundation
import Kernels
import Records
import Statistics

/// What one cell will take.
struct CellCost: Hashable, Sendable {
    /// One call.
    var callSeconds: Double
    /// Making inputs before the cell is built, which cells of one shape share: decode cells, whose inputs are as large as
    /// all that they cache. 0 where the cell makes its own, and peak memory counts them.
    var inputSeconds = 0.0
    /// Making inputs, output and kernel.
    var buildSeconds: Double
    /// Compiling the kernel in its engine. The budget of samples does not pay for the first time; a cell that is made
    /// again for each visit pays for all others.
    var compileSeconds = 0.0
    /// Comparing the output with the oracle.
    var checkSeconds: Double
    /// Q, K, V, O and the kernel's own memory.
    var bytes: Int

    /// From here on the call that is checked is also the first sample, so that a cell can be had for a single call.
    static let longCallSeconds = 2.0
    /// Rounds that the exact interval of a median needs at 95 %.
    static let minimumRounds = 6
    /// With so many, twelve are left where a machine disturbs one in four.
    static let wantedRounds = 17
    /// Of a time budget: a cell gets its wanted rounds before others get more, unless they take longer than that.
    private static let wantedShare = 0.1

    /// Untimed calls before a sample, which bring tensors back into the caches that other cells have pushed out.
    ///
    /// Reading all of them anew takes a part of a cold call, of which each call is taken to leave a half to the next: caches
    /// keep old lines against a first pass over new ones, and the first call after other cells was 10 % slower than the fourth
    /// (16K tokens, a window of 256, 12 MiB). It is called until less than a hundredth is left, four times at most, or as
    /// often as 50 ms hold. Tensors that are a small part of any last cache are there after one call; they have as many as
    /// 2 ms hold. With four calls everywhere, warming up took nearly as long as all samples of a default sweep.
    var warmUpCalls: Int {
        let coldShare = Double(bytes) / Self.coldBytesPerSecond / callSeconds
        if callSeconds >= Self.longSeconds || coldShare < 0.01 { return 0 }
        let affordable = (bytes <= Self.smallBytes ? 0.002 : 0.05) / callSeconds
        let needed = bytes <= Self.smallBytes ? 4 : log2(coldShare / 0.01).rounded(.up)
        return max(1, Int(saturating: min(4, needed, affordable)))
    }

    /// From here on nothing that a call needs fits a cache, or too little of it to matter.
    private static let longSeconds = 0.25
    /// What a cold call of a kernel gets from memory, by the 10 % above; less than the CPU's bandwidth.
    private static let coldBytesPerSecond = 20e9
    private static let smallBytes = 4 << 20

    var isLongCall: Bool { callSeconds >= Self.longCallSeconds }

    /// Rounds beyond the preparation without which the cell is not worth starting.
    var minimumRounds: Int { isLongCall ? 0 : Self.minimumRounds }

    /// Rounds without which the others get no more than theirs.
    func wantedRounds(_ limits: RunLimits, visitSeconds: Double) -> Int {
        if isLongCall { return 0 }
        let affordable = Self.wantedShare * limits.timeBudgetSeconds / visitSeconds
        return max(Self.minimumRounds, Int(saturating: min(affordable, Double(Self.wantedRounds))))
    }

    /// The first pass, its check and finding the number of calls in a sample.
    func preparationSeconds(_ limits: RunLimits) -> Double {
        let calibration = isCalibrated(limits) ? 4 * limits.minimumSampleSeconds : 0
        return inputSeconds + buildSeconds + callSeconds + checkSeconds + calibration
    }

    /// With the check after the last round: all of a cell that is neither sample nor warm-up.
    func preparingSeconds(_ limits: RunLimits) -> Double { preparationSeconds(limits) + finalCheckSeconds }

    /// Whether calls are so short that it has to be found out how many of them make a sample.
    func isCalibrated(_ limits: RunLimits) -> Bool { callSeconds < 4 * limits.minimumSampleSeconds }

    /// One visit: calls to warm up, then its samples.
    func visitSeconds(_ limits: RunLimits, isResident: Bool) -> Double {
        (isResident ? 0 : inputSeconds + buildSeconds + compileSeconds) + Double(warmUpCalls) * callSeconds
            + Double(samplesPerVisit(limits)) * max(callSeconds, limits.minimumSampleSeconds)
    }

    /// The rounds without which the cell is not worth starting, and the check after them.
    func leastRoundsSeconds(_ limits: RunLimits, isResident: Bool, mostRounds: Int = minimumRounds) -> Double {
        Double(min(limits.rounds, minimumRounds, mostRounds)) * visitSeconds(limits, isResident: isResident)
            + finalCheckSeconds
    }

    /// Preparation and the least of rounds, or fewer where no more are asked for.
    func leastSeconds(_ limits: RunLimits, isResident: Bool = true, mostRounds: Int = minimumRounds) -> Double {
        preparationSeconds(limits) + leastRoundsSeconds(limits, isResident: isResident, mostRounds: mostRounds)
    }

    /// Whether the check after the last round may take inputs of its own: what that costs is hardly seen.
    var isCheckedAnew: Bool { inputSeconds + buildSeconds + callSeconds <= 1 && bytes <= 256 << 20 }

    /// The check after the last round. A long call has had its own.
    var finalCheckSeconds: Double {
        if isLongCall { return 0 }
        return checkSeconds + callSeconds + (isCheckedAnew ? inputSeconds + buildSeconds : 0)
    }

    /// A long call is dear, and a second one right after it shows nothing that the next visit does not.
    func samplesPerVisit(_ limits: RunLimits) -> Int { isLongCall ? 1 : limits.samplesPerVisit }
}

/// Predicts what cells take, from one short real call of each series.
///
/// A call's time goes with the pairs that its kernel computes, and that count is exact, so one rate per series says
/// what a call a thousand times longer will take; the rest of a cell's cost goes with its bytes, and the check's with
/// the rows that are sampled. Longer calls correct the rate as they are made.
///
/// Kernels of engines may know neither their pairs nor their memory. Their time is predicted from all pairs of queries and
/// keys until calls of two lengths are measured, and their memory from the first cell that shows any.
struct CostModel: Sendable {
    struct Rates: Hashable, Sendable {
        /// Of a call, by its pairs.
        var callSeconds: Growth
        /// The oracle's, over the pairs of the rows that are checked.
        var checkSecondsPerPair: Double
        /// Of what a cell is filled from: filling a cache takes time, and more in some formats than in others.
        var fillSecondsPerByte = 0.0
        var compileSeconds = 0.0
        /// Of the kernel's own memory, by the length, where the kernel has no formula for it.
        var scratchBytes = Growth(powers: 0...2)

        /// - Parameter kernel: in proportion to its pairs where it knows them.
        init(of kernel: Kernel, checkSecondsPerPair: Double) {
            callSeconds = Growth(powers: kernel.knowsItsPairs ? 1...1 : 0...1)
            self.checkSecondsPerPair = checkSecondsPerPair
        }
    }

    /// By series; a series that its kernel refuses, or on which its engine broke, has the reason instead, and one that
    /// there was no time to try is missing.
    private var series: [Workload: Result<Rates, EngineError>] = [:]
    /// Of making inputs and output.
    var buildSecondsPerByte = 0.0

    mutating func learn(_ rates: Result<Rates, EngineError>, for workload: Workload) {
        series[workload.series] = rates
    }

    /// This cell was prepared at this cost: better rates for longer ones. Short calls teach nothing, because starting
    /// cold shows in them; neither do small builds, whose memory the process may have had already.
    mutating func correct(_ workload: Workload, _ cost: CellCost, predictedPairs: Int, scratchBytes: Int?) {
        guard case .success(var rates) = series[workload.series] else { return }
        let tensorBytes = workload.tensorBytes
        if tensorBytes >= 64 << 20, !workload.isDecode {
            buildSecondsPerByte = cost.buildSeconds / Double(tensorBytes)
        }
        if cost.callSeconds >= Self.leastTellingSeconds {
            rates.callSeconds.learn(size: Double(predictedPairs), value: cost.callSeconds)
        }
        if let scratchBytes {
            rates.scratchBytes.learn(size: Double(workload.problem.shape.keyLength), value: Double(scratchBytes))
        }
        series[workload.series] = .success(rates)
    }

    private static let leastTellingSeconds = 0.02

    /// What admission is told of cells.
    func predictions(for workloads: [Workload], _ instruments: Instruments) -> [Admission.Prediction] {
        workloads.map { workload in
            guard let rates = series[workload.series] else { return .unknown }
            do throws(EngineError) {
                return .cost(try cost(of: workload, rates.get(), instruments))
            } catch {
                switch error {
                case .unsupported(let error): return .unsupported(reason: error.reason)
                case .failed(let fault): return .broken(reason: fault.description)
                }
            }
        }
    }

    private func cost(of workload: Workload, _ rates: Rates, _ instruments: Instruments) throws(EngineError) -> CellCost
    {
        let found = try instruments.engines.kernel(of: workload)
        let problem = workload.problem
        let isDecode = workload.isDecode
        let scratchBytes =
            found.kernel.scratchBytes(for: problem, threads: workload.threads)
            ?? rates.scratchBytes.value(at: Double(problem.shape.keyLength)).map { Int(saturating: min($0, 1e18)) } ?? 0
        let making = buildSecondsPerByte * Double(workload.tensorBytes)
        return CellCost(
            callSeconds: rates.callSeconds.value(at: Double(found.kernel.predictedPairs(for: problem))) ?? 0,
            inputSeconds: isDecode && !found.engine.drawsInputs ? making : 0,
            buildSeconds: isDecode
                ? rates.fillSecondsPerByte * Double(found.kernel.filledBytes(workload)) : making,
            compileSeconds: rates.compileSeconds, checkSeconds: rates.checkSecondsPerPair * workload.checkedPairs,
            bytes: found.engine.bytes(of: workload, scratchBytes: scratchBytes))
    }
}

extension Kernel {
    /// Bytes that a cell is filled with: the kernel's own, or, where these are not known, those that it is filled from.
    func filledBytes(_ workload: Workload) -> Int {
        // A state is filled from all tokens, however small it is.
        if weighting.hasState { return workload.tensorBytes }
        return scratchBytes(for: workload.problem, threads: workload.threads) ?? workload.tensorBytes
    }

    /// What cost is predicted from: the pairs of one call, or all pairs of queries and keys where the kernel does not know.
    func predictedPairs(for problem: AttentionProblem) -> Int {
        let shape = problem.shape
        return computedPairs(for: problem) ?? shape.batch * shape.queryHeads * shape.queryLength * shape.keyLength
    }
}

extension AttentionProblem {
    /// Pairs of the rows that a check samples, about.
    var checkedPairs: Double {
        let rows = min(Accuracy.mostRows, shape.batch * shape.queryHeads * shape.queryLength)
        return min(Double(rows) * meanVisibleKeys, max(Double(Accuracy.pairBudget), 2 * meanVisibleKeys))
    }

    /// Keys that a query sees, on average.
    var meanVisibleKeys: Double { Double(pairs.allowed) / Double(shape.queryLength) }
}

extension Workload {
    /// Pairs of the rows that a check samples, about.
    var checkedPairs: Double {
        switch phase {
        case .prefill, .decode: return problem.checkedPairs
        case .backward, .training, .checkpointed:
            let all = Double(problem.shape.batch * problem.shape.queryHeads) * Double(problem.pairs.allowed)
            return min(all, 2 * Double(Oracle.gradientPairBudget))
        case .loss: return Oracle.sampledLossPairs(of: problem)
        }
    }

    /// The same for every length of one kernel with one set of parameters.
    var series: Workload { (try? with(length: 1)) ?? self }
}
