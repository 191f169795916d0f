/// How the variance of repeated measurements splits over nested levels: launches, rounds within a launch, samples within
/// a round (Kalibera and Jones, Rigorous benchmarking in reasonable time, ISMM 2013). It tells at which level a further
/// repetition narrows the interval: repeating what does not vary buys nothing.
///
/// The estimator is that of the analysis of variance: each level's mean square is the variance of its own and a known
/// multiple of those below, so they are peeled off from the lowest up. The multiples are those of unequal group sizes
/// (Searle, Casella and McCulloch, Variance Components, 1992, section 5.3), because rounds lose samples. A difference
/// below zero is chance and counts as zero.
public struct VarianceComponents: Hashable, Codable, Sendable {
    public let launch: Double
    /// With that of the samples in it, where `sample` is nil.
    public let round: Double
    /// Nil where no round has two samples: what differs within a round cannot then be told from what differs between
    /// rounds.
    public let sample: Double?

    /// - Parameter values: by launch, by round, by sample; logarithms of times, so that variances are relative.
    /// - Returns: nil with fewer than two launches, or where no launch has two rounds.
    public init?(_ values: [[[Double]]]) {
        let launches = values.map { $0.filter { !$0.isEmpty } }.filter { !$0.isEmpty }
        let roundCount = launches.reduce(0) { $0 + $1.count }
        guard launches.count >= 2, roundCount > launches.count else { return nil }
        let all = launches.flatMap { $0.flatMap { $0 } }
        let count = Double(all.count)

        var (withinRounds, betweenRounds, betweenLaunches) = (0.0, 0.0, 0.0)
        // Σ size² of the rounds over their launch's size; of the rounds; of the launches.
        var (roundShare, roundSquares, launchSquares) = (0.0, 0.0, 0.0)
        let grandMean = Self.mean(all)
        for rounds in launches {
            let own = rounds.flatMap { $0 }
            let (size, mean) = (Double(own.count), Self.mean(own))
            betweenLaunches += size * (mean - grandMean) * (mean - grandMean)
            launchSquares += size * size
            for round in rounds {
                let (roundSize, roundMean) = (Double(round.count), Self.mean(round))
                betweenRounds += roundSize * (roundMean - mean) * (roundMean - mean)
                roundShare += roundSize * roundSize / size
                roundSquares += roundSize * roundSize
                withinRounds += round.reduce(0) { $0 + ($1 - roundMean) * ($1 - roundMean) }
            }
        }
        let sampleFreedom = all.count - roundCount
        let sample = sampleFreedom > 0 ? withinRounds / Double(sampleFreedom) : nil
        let roundFreedom = Double(roundCount - launches.count)
        let perRound = (count - roundShare) / roundFreedom
        let round = max(0, (betweenRounds / roundFreedom - (sample ?? 0)) / perRound)
        let launchFreedom = Double(launches.count - 1)
        let roundsInLaunch = (roundShare - roundSquares / count) / launchFreedom
        let perLaunch = (count - launchSquares / count) / launchFreedom
        let expected = (sample ?? 0) + roundsInLaunch * round
        launch = max(0, (betweenLaunches / launchFreedom - expected) / perLaunch)
        self.round = round
        self.sample = sample
    }

    public var total: Double { launch + round + (sample ?? 0) }

    /// Parts of the whole; nil where nothing varies.
    public var shares: (launch: Double, round: Double, sample: Double?)? {
        total > 0 ? (launch / total, round / total, sample.map { $0 / total }) : nil
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
