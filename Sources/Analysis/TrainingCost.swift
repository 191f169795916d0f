import Attention
import Records
import Statistics

/// What training adds to reading: the backward pass of a kernel beside its forward pass, both in one call, and both with the
/// forward pass computed twice.
public struct TrainingCost: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        /// Tokens of the text.
        public let length: Int
        /// Nanoseconds of one call.
        public let forward: Estimate
        public let backward: Estimate
        /// Both passes in one call; nil where that was not measured at this length.
        public let both: Estimate?
        /// The forward pass twice, and the backward pass, in one call; nil where that was not measured at this length.
        public let checkpointed: Estimate?
        /// Backward over forward.
        public let ratio: Estimate
        /// A step that computes the forward pass twice over one that keeps it.
        public var checkpointRatio: Estimate? { both.flatMap { both in checkpointed.map { $0.ratio(to: both) } } }

        /// - Parameter time: of one call of a phase at this length; nil for a phase of which that is not known.
        init?(length: Int, time: (Phase) -> Estimate?) {
            guard let forward = time(.prefill), let backward = time(.backward) else { return nil }
            self.length = length
            self.forward = forward
            self.backward = backward
            both = time(.training)
            checkpointed = time(.checkpointed)
            ratio = backward.ratio(to: forward)
        }

        /// Nanoseconds of one token of the text in a training step: of both passes.
        public var nanosecondsPerToken: Double { (forward.value + backward.value) / Double(length) }
    }

    /// One of the contexts that a report compares.
    public struct Context: Sendable, Codable, Hashable {
        public let row: Row
        /// Whether both passes were measured at this length, or the law of one of them says its time.
        public let basis: Forecast.Basis
    }

    /// Labels of the series.
    public let forward: String
    public let backward: String
    public let both: String?
    public let checkpointed: String?
    /// Ascending in length, at least one.
    public let rows: [Row]
    /// Of `contexts`, those that were measured or that the laws reach.
    public let contexts: [Context]

    /// The two lengths that articles on long context compare in training.
    public static let contextLengths = [8 << 10, 128 << 10]

    /// What the counts of products say that the ratio is.
    public static let theory = Double(Phase.backward.productsPerPair) / Double(Phase.prefill.productsPerPair)

    /// The same of a step that computes the forward pass twice, over one that keeps it.
    public static let checkpointTheory =
        Double(Phase.checkpointed.productsPerPair) / Double(Phase.training.productsPerPair)
}

extension TrainingCost {
    /// Every backward series whose kernel has a forward kernel that was measured on the same problems, in the order of the
    /// series.
    package static func all(in analysis: ScalingAnalysis) -> [TrainingCost] {
        let measured = analysis.measured
        return measured.filter { $0.parameters.phase == .backward }.compactMap { backward in
            guard let forward = backward.counterpart(.prefill, among: measured) else { return nil }
            return TrainingCost(forward: forward, backward: backward) { backward.counterpart($0, among: measured) }
        }
    }

    /// - Parameter other: the series of another phase on the same problems.
    private init?(forward: MeasuredSeries, backward: MeasuredSeries, other: (Phase) -> MeasuredSeries?) {
        let (both, checkpointed) = (other(.training), other(.checkpointed))
        let series: [Phase: MeasuredSeries] = [.prefill: forward, .backward: backward].merging(
            [(.training, both), (.checkpointed, checkpointed)].compactMap { phase, one in one.map { (phase, $0) } },
            uniquingKeysWith: { $1 })
        rows = backward.points.compactMap { point in
            Row(length: point.keyLength) { series[$0]?.median(at: point.keyLength) }
        }
        guard !rows.isEmpty else { return nil }
        contexts = Self.contextLengths.compactMap { length in
            guard let row = Row(length: length, time: { series[$0]?.time(at: length) }) else { return nil }
            let isMeasured = [forward, backward].allSatisfy { $0.median(at: length) != nil }
            return Context(row: row, basis: isMeasured ? .measured : .extrapolated)
        }
        self.forward = forward.label
        self.backward = backward.label
        self.both = both?.label
        self.checkpointed = checkpointed?.label
    }
}

extension MeasuredSeries {
    /// The series of another phase on the same problems, by the same kernel: names differ in the phase that they begin with.
    fileprivate func counterpart(_ phase: Phase, among measured: [MeasuredSeries]) -> MeasuredSeries? {
        let engine = EngineIdentity(ofKernel: key.kernel)
        let ownName = engine.ownName(of: key.kernel)
        let prefix = parameters.phase.kernelPrefix
        guard ownName.hasPrefix(prefix) else { return nil }
        let name = engine.fullName(of: phase.kernelPrefix + ownName.dropFirst(prefix.count))
        return measured.first { $0.key.kernel == name && $0.parameters == parameters.inPhase(phase) }
    }

    /// One call at a length: measured, or by the law as far as a forecast is not doubted.
    fileprivate func time(at length: Int) -> Estimate? {
        if let median = median(at: length) { return median }
        guard let last = points.last, length > last.keyLength,
            Double(length) <= Forecast.doubtedBeyond * Double(last.keyLength)
        else { return nil }
        return foretold(at: length)
    }
}
