import Attention
import Records
import Statistics

/// What training adds to reading: the backward pass of a kernel beside its forward pass, and both in one call.
public struct TrainingCost: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        /// Tokens of the text.
        public let length: Int
        /// Nanoseconds of one call.
        public let forward: Estimate
        public let backward: Estimate
        /// Both passes in one call; nil where that was not measured at this length.
        public let both: Estimate?
        /// Backward over forward.
        public let ratio: Estimate

        init(length: Int, forward: Estimate, backward: Estimate, both: Estimate?) {
            self.length = length
            self.forward = forward
            self.backward = backward
            self.both = both
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
    /// Ascending in length, at least one.
    public let rows: [Row]
    /// Of `contexts`, those that were measured or that the laws reach.
    public let contexts: [Context]

    /// The two lengths that articles on long context compare in training.
    public static let contextLengths = [8 << 10, 128 << 10]

    /// What the counts of products say that the ratio is.
    public static let theory = Double(Phase.backward.productsPerPair) / Double(Phase.prefill.productsPerPair)
}

extension TrainingCost {
    /// Every backward series whose kernel has a forward kernel that was measured on the same problems, in the order of the
    /// series.
    package static func all(in analysis: ScalingAnalysis) -> [TrainingCost] {
        let measured = analysis.measured
        return measured.filter { $0.parameters.phase == .backward }.compactMap { backward in
            guard let forward = backward.counterpart(.prefill, among: measured) else { return nil }
            return TrainingCost(
                forward: forward, backward: backward, both: backward.counterpart(.training, among: measured))
        }
    }

    private init?(forward: MeasuredSeries, backward: MeasuredSeries, both: MeasuredSeries?) {
        rows = backward.points.compactMap { point in
            forward.median(at: point.keyLength).map {
                Row(
                    length: point.keyLength, forward: $0, backward: point.median,
                    both: both?.median(at: point.keyLength))
            }
        }
        guard !rows.isEmpty else { return nil }
        contexts = Self.contextLengths.compactMap { length in
            guard let read = forward.time(at: length), let differentiated = backward.time(at: length) else {
                return nil
            }
            let row = Row(
                length: length, forward: read.nanoseconds, backward: differentiated.nanoseconds,
                both: both?.time(at: length)?.nanoseconds)
            let isMeasured = read.basis == .measured && differentiated.basis == .measured
            return Context(row: row, basis: isMeasured ? .measured : .extrapolated)
        }
        self.forward = forward.label
        self.backward = backward.label
        self.both = both?.label
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
    fileprivate func time(at length: Int) -> (nanoseconds: Estimate, basis: Forecast.Basis)? {
        if let median = median(at: length) { return (median, .measured) }
        guard let last = points.last, length > last.keyLength,
            Double(length) <= Forecast.doubtedBeyond * Double(last.keyLength), let time = foretold(at: length)
        else { return nil }
        return (time, .extrapolated)
    }
}
