import Attention
import Records

/// Results of ranks whose times are known because they follow a formula: one rank takes `nanosecondsPerPair`, and a step of a
/// rank the longer of computing and transfer.
public struct PlantedRanks {
    public var ranks = 2
    public var link = RankLink(latencySeconds: 10e-6, secondsPerByte: 1e-9)
    public var nanosecondsPerPair = 2.0
    public var heads = (query: 8, keyValue: 4)
    public var elementType = ElementType.float32
    /// What the times of ranks are multiplied by.
    public var slowness = 1.0
    /// The part of the transfers that computing could hide, and does.
    public var overlap = 1.0
    /// What came in beside the bytes of the closed form.
    public var excessBytes = 0
    public var places: [String]?
    public var hasTimeline = false
    public var samples = 12

    public init() {}

    private static let calls = 2

    public func problem(_ mask: Mask, _ length: Int, _ phase: Phase = .prefill) -> AttentionProblem {
        do {
            return try AttentionProblem(
                shape: AttentionShape(
                    queryHeads: heads.query, keyValueHeads: heads.keyValue,
                    queryLength: phase == .decode ? 1 : length, keyLength: length, headDimension: 64),
                mask: mask, elementType: elementType)
        } catch {
            preconditionFailure("the planted problem is none: \(error)")
        }
    }

    /// One rank.
    public func alone(_ kernel: String, _ mask: Mask, _ length: Int, _ phase: Phase = .prefill) -> Measurement {
        let problem = problem(mask, length, phase)
        let nanoseconds = nanosecondsPerPair * Double(heads.query * problem.pairs.allowed)
        return measurement(
            Workload(kernel: kernel, phase: phase, problem: problem), .planted(kernel), nanoseconds: nanoseconds)
    }

    /// Of one rank in one call.
    private struct Share {
        var computing = 0.0
        var waiting = 0.0
        let receivedBytes: Int
        var timeline: [RankActivity] = []

        var nanoseconds: Double { computing + waiting }
    }

    private func share(_ work: RankWork) -> Share {
        var share = Share(receivedBytes: work.receivedBytes + (work.receivedBytes > 0 ? excessBytes : 0))
        for step in work.steps {
            let start = share.nanoseconds
            var computing = Double(step.pairs) * nanosecondsPerPair
            if step.pairs > 0 { computing += Double(step.receivedBytes) * link.copySecondsPerByte * 1e9 }
            let transfer = link.seconds(bytes: step.receivedBytes) * 1e9
            let waiting = max(0, transfer - computing) + (1 - overlap) * min(computing, transfer)
            share.computing += computing
            share.waiting += waiting
            func add(_ kind: RankActivity.Kind, _ from: Double, _ to: Double) {
                if to > from {
                    share.timeline.append(
                        RankActivity(kind, startNanoseconds: Int(start + from), endNanoseconds: Int(start + to)))
                }
            }
            add(.computing, 0, computing)
            add(.waiting, computing, computing + waiting)
            add(.transfer, 0, transfer)
        }
        return share
    }

    public func shared(_ way: ContextParallelism, _ mask: Mask, _ length: Int) -> Measurement {
        let problem = problem(mask, length, way.phase)
        guard let work = way.work(of: problem, ranks: ranks) else {
            preconditionFailure("\(ranks) ranks cannot share \(problem) by \(way)")
        }
        let shares = work.map(share)
        var origin = KernelOrigin(
            engine: EngineIdentity(name: "ranks", version: "planted"),
            place: ContextParallelism.allCases.firstIndex(of: way)!)
        origin.engineDetails =
            RankSetting(places: places ?? (0..<ranks).map { "CPU \($0)" }, link: ranks > 1 ? link : nil).details
        return measurement(
            Workload(kernel: "ranks/\(way.rawValue)", phase: way.phase, problem: problem), origin,
            nanoseconds: slowness * shares.map(\.nanoseconds).max()!, shares: shares)
    }

    private func measurement(
        _ workload: Workload, _ origin: KernelOrigin, nanoseconds: Double, shares: [Share] = []
    ) -> Measurement {
        // Some 0.2 % about the formula, the same in every cell.
        let factors = (0..<samples).map { 1 + 0.001 * Double($0 % 5 - 2) }
        let quiet = Contamination(
            migrated: false, runDelayNanoseconds: 0, offCPUNanoseconds: 0, stealNanoseconds: 0, involuntarySwitches: 0)
        func whole(_ nanoseconds: Double, _ factor: Double) -> Int {
            Int((nanoseconds * factor * Double(Self.calls)).rounded())
        }
        let times = factors.map { factor in
            shares.map {
                RankTime(
                    nanoseconds: whole(slowness * $0.nanoseconds, factor),
                    computingNanoseconds: whole(slowness * $0.computing, factor),
                    waitingNanoseconds: whole(slowness * $0.waiting, factor),
                    receivedBytes: Self.calls * $0.receivedBytes)
            }
        }
        return Measurement(
            workload: workload, origin: origin, launch: 1,
            work: Work(workload.phase, problem: workload.problem, computedPairs: nil), scratchBytes: nil,
            outcome: .measured(
                Measurement.Record(
                    samplesNanoseconds: factors.map { whole(nanoseconds, $0) }, rounds: Array(factors.indices),
                    iterationsPerSample: Self.calls, contamination: factors.map { _ in quiet },
                    peakResidentBytes: 1 << 20, maximumError: 1e-6, ranks: shares.isEmpty ? nil : times,
                    timeline: hasTimeline && !shares.isEmpty ? shares.map(\.timeline) : nil)))
    }

    /// What the sweep of ranks measures.
    public func sweep(_ lengths: [Int], window: Int = 1024) -> [Measurement] {
        lengths.flatMap { length in
            [alone("full", .causal, length), alone("sliding-window", .slidingWindow(window), length)]
                + [.ring, .ringZigzag, .allGather, .heads].map { shared($0, .causal, length) }
                + [
                    shared(.ringWindow, .slidingWindow(window), length),
                    alone("decode-full", .causal, length, .decode), shared(.splitCache, .causal, length),
                ]
        }
    }
}
