import Attention
import CVector
import Hardware
import Records

/// One choice that kernels leave to the machine: what may be chosen, and the work whose time decides. A new knob is a field of
/// `Tuning` and a row here.
struct TuningKnob: Sendable {
    /// What may take the place of a tuning; none where earlier choices have decided.
    let candidates: @Sendable (Tuning) -> [Tuning]
    let kernel: Kernel
    let problem: AttentionProblem
    /// What a candidate becomes while its work is timed.
    var whileTimed: @Sendable (inout Tuning) -> Void = { _ in }

    /// The forms first: sizes are chosen for what will run.
    static let all: [TuningKnob] =
        [keyTile, prefillProduct, exponential, decodeProduct, decodePrefetch] + passSizes.map(sharedPasses) + [chunk]

    private static let keyTile = TuningKnob(
        candidates: { tuning in [96, 192].map { tuning.with(\.keyTile, $0) } },
        kernel: .full, problem: prompt(queries: 1024, mask: .causal))

    private static let prefillProduct = TuningKnob(
        candidates: { [$0.with(\.bfloat16.prefill, .widened)] },
        kernel: .full, problem: prompt(queries: 1024, mask: .causal, elementType: .bfloat16))

    /// With 64 elements a head, where the exponential takes twice the share of the time that it takes with 128. A build
    /// without the instructions has one form only.
    static let exponential = TuningKnob(
        candidates: { hasScale ? [$0.with(\.exponential, .shifted)] : [] },
        kernel: .full,
        problem: problem(.causal, elementType: .float32, try AttentionShape(queryLength: 1024, headDimension: 64)))

    private static let decodeProduct = TuningKnob(
        candidates: { [$0.with(\.bfloat16.decode, .widened)] },
        kernel: .decodeFull, problem: step)

    /// Each candidate has a cache of its own, 80 MiB together: most CPUs' caches do not hold what is read next. Formats of 16 bits
    /// need to be asked for ahead more than float32 does.
    static let decodePrefetch = TuningKnob(
        candidates: { tuning in [0, 2, 4, 16].map { tuning.with(\.decodePrefetchBytes, $0 << 10) } },
        kernel: .decodeFull, problem: step)

    /// Bytes of keys and values from the smallest second-level cache to where sharing is the rule anyhow.
    private static let passSizes = (19...22).map { 1 << $0 }

    /// Sharing is faster at a size where the caches cannot feed each block of queries by itself, and at all larger ones.
    private static func sharedPasses(bytes: Int) -> TuningKnob {
        TuningKnob(
            candidates: { $0.unsharedBytes < bytes ? [] : [$0.with(\.unsharedBytes, bytes - bytes / 4)] },
            kernel: .fullBidirectional, problem: prompt(queries: 1024, keys: bytes / bytesPerKey, mask: .full))
    }

    private static let chunk = TuningKnob(
        candidates: { tuning in [1, 4].map { tuning.with(\.chunkBytes, tuning.chunkBytes / 2 * $0) } },
        kernel: .fullBidirectional, problem: prompt(queries: 1024, keys: (4 << 20) / bytesPerKey, mask: .full),
        whileTimed: { $0.unsharedBytes = 0 })

    private static let hasScale = VECTOR_HAS_SCALE == 1
    private static let headDimension = 128
    private static let bytesPerKey = 2 * headDimension * 4

    private static func prompt(
        queries: Int, keys: Int? = nil, mask: Mask, elementType: ElementType = .float32
    ) -> AttentionProblem {
        problem(
            mask, elementType: elementType,
            try AttentionShape(queryLength: queries, keyLength: keys, headDimension: headDimension))
    }

    /// Four queries for each cached head, as in Llama 3; a cache of 16 MiB.
    private static let step = problem(
        .causal, elementType: .bfloat16,
        try AttentionShape(
            queryHeads: 16, keyValueHeads: 4, queryLength: 1, keyLength: 8192, headDimension: headDimension))

    private static func problem(
        _ mask: Mask, elementType: ElementType, _ shape: @autoclosure () throws -> AttentionShape
    ) -> AttentionProblem {
        do {
            return try AttentionProblem(shape: shape(), mask: mask, elementType: elementType)
        } catch {
            preconditionFailure("the work of a knob is not a problem: \(error)")
        }
    }
}

extension TuningKnob {
    /// The tuning, or the candidate that is faster.
    func chosen(
        from tuning: Tuning, on team: WorkerTeam, clock: any NanosecondClock, while hasTime: () -> Bool
    ) -> Tuning {
        let candidates = [tuning] + candidates(tuning)
        guard candidates.count > 1, hasTime() else { return tuning }
        let inputs = AttentionInputs(shape: problem.shape, elementType: problem.elementType, seed: 1)
        var output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(problem.shape))
        let instances = candidates.compactMap { candidate in
            var timed = candidate
            whileTimed(&timed)
            return try? kernel.tuned(by: timed).prepare(for: problem, on: team)
        }
        precondition(instances.count == candidates.count, "\(kernel.name) does not take the work of a knob")
        for instance in instances {
            guard hasTime() else { return tuning }
            instance.load(from: inputs)
        }
        let fastest = FastestWay.index(
            of: instances.map { instance in
                {
                    let watch = Stopwatch(clock)
                    instance.run(inputs, into: &output)
                    return watch.seconds
                }
            }, while: hasTime)
        return candidates[fastest]
    }
}

extension Tuning {
    /// What is fastest on this team, choice by choice.
    ///
    /// - Parameters:
    ///   - start: whose choices stay where no other is faster by 3 % twice, or where the time is over.
    ///   - seconds: after which nothing more is timed. A machine as fast as a notebook needs less than two.
    public static func measured(
        from start: Tuning, on team: WorkerTeam, within seconds: Double = 2, clock: any NanosecondClock = SystemClock()
    ) -> Tuning {
        let watch = Stopwatch(clock)
        return TuningKnob.all.reduce(start) { tuning, knob in
            knob.chosen(from: tuning, on: team, clock: clock, while: { watch.seconds < seconds })
        }
    }

    fileprivate func with<Value>(_ field: WritableKeyPath<Tuning, Value>, _ value: Value) -> Tuning {
        var copy = self
        copy[keyPath: field] = value
        return copy
    }
}
