import Statistics

/// One problem at several numbers of threads: how much faster more of them are.
public struct StrongScaling: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let threads: Int
        /// Nanoseconds of one call.
        public let median: Estimate
        /// How many times the work of one thread is done in the same time. Where one thread was not measured, the
        /// fewest that were count as ideal.
        public let speedUp: Estimate

        /// Speed-up over threads: 1 is ideal.
        public var efficiency: Estimate {
            let count = Double(threads)
            return Estimate(
                value: speedUp.value / count, low: speedUp.low / count, high: speedUp.high / count,
                level: speedUp.level)
        }
    }

    public let kernel: String
    /// The label of the series without its threads.
    public let series: String
    /// Keys.
    public let length: Int
    /// Ascending in threads, at least two.
    public let rows: [Row]
}

extension StrongScaling {
    /// Every problem that was measured at two or more numbers of threads, in the order of the series.
    static func all(among measured: [MeasuredSeries]) -> [StrongScaling] {
        let byProblem = Dictionary(grouping: measured) {
            SeriesKey(kernel: $0.key.kernel, parameters: $0.parameters.with(threads: 1))
        }.filter { $0.value.count > 1 }
        let keys = SeriesOrder(kernels: measured.map(\.key.kernel)).sorted(byProblem.keys)
        return zip(keys, SeriesLabels.labels(for: keys)).flatMap { key, label in
            let series = byProblem[key]!.sorted { $0.parameters.threads < $1.parameters.threads }
            return Set(series.flatMap { $0.points.map(\.keyLength) }).sorted().compactMap { length in
                StrongScaling(kernel: key.kernel, series: label, length: length, of: series)
            }
        }
    }

    /// - Parameter series: that differ in threads alone, ascending in these.
    private init?(kernel: String, series label: String, length: Int, of series: [MeasuredSeries]) {
        let medians = series.compactMap { one in
            one.points.first { $0.keyLength == length }.map { (threads: one.parameters.threads, median: $0.median) }
        }
        guard medians.count > 1, let base = medians.first else { return nil }
        self.kernel = kernel
        self.series = label
        self.length = length
        rows = medians.map { threads, median in
            Row(
                threads: threads, median: median,
                speedUp: Self.speedUp(of: median, over: base, isBase: threads == base.threads))
        }
    }

    private static func speedUp(
        of median: Estimate, over base: (threads: Int, median: Estimate), isBase: Bool
    ) -> Estimate {
        let count = Double(base.threads)
        // Against itself nothing is uncertain.
        guard !isBase else { return Estimate(value: count, low: count, high: count, level: median.level) }
        let ratio = base.median.ratio(to: median)
        return Estimate(
            value: ratio.value * count, low: ratio.low * count, high: ratio.high * count, level: ratio.level)
    }
}
