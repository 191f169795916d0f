import Attention
import Records
import Statistics

/// One cell that ranks shared, beside what theory says of it.
public struct SharedCell: Sendable, Codable, Hashable {
    public let kernel: String
    /// The label of the series.
    public let series: String
    public let way: ContextParallelism
    public let parameters: SeriesParameters
    /// Keys.
    public let length: Int
    public let ranks: Int
    /// Nanoseconds of one call.
    public let median: Estimate
    /// Of one process on the same problem in the same run; nil where it was not measured.
    public let oneRank: Estimate?
    public let link: RankLink?
    /// Of the model; nil without a link, or without the time of one rank.
    public let predictedNanoseconds: Double?
    public let balance: Estimate
    /// Mean over most pairs of a rank.
    public let predictedBalance: Double
    /// Hidden over hideable transfer of the rank that computes longest; nil where nothing is sent while anything is computed.
    public let overlap: Estimate?
    /// The part of a call in which that rank waits for messages.
    public let waitingShare: Double
    /// Of one call, of the rank that receives most.
    public let receivedBytes: Int
    /// In closed form, of the same.
    public let predictedBytes: Int
    /// Whether every rank received what its closed form says.
    public let bytesAgree: Bool
}

extension SharedCell {
    /// How far the time may lie from the model, and the balance from its closed form.
    public static let timeBand = 0.9...1.1
    public static let balanceBand = 0.95...1.05

    /// How many times as fast as one rank.
    public var speedUp: Estimate? { oneRank.map { $0.ratio(to: median) } }
    public var predictedSpeedUp: Double? {
        oneRank.flatMap { one in predictedNanoseconds.map { one.value / $0 } }
    }

    /// Time over that of the model, which has the uncertainty of the time of one rank.
    public var timeRatio: Estimate? {
        guard let oneRank, let predicted = predictedNanoseconds else { return nil }
        return median.ratio(to: oneRank.scaled(by: predicted / oneRank.value))
    }

    public var timeVerdict: TheoryVerdict? { timeRatio.map { TheoryVerdict(ratio: $0, band: Self.timeBand) } }

    public var balanceVerdict: TheoryVerdict {
        let scale = 1 / predictedBalance
        return TheoryVerdict(
            ratio: balance.scaled(by: scale), band: Self.balanceBand)
    }

    /// Nil without a link, or without the time of one rank.
    public var model: RankModel? {
        let pairs = parameters.usefulPairs(length: length)
        return oneRank.flatMap { one in link.map { RankModel(secondsPerPair: one.value * 1e-9 / pairs, link: $0) } }
    }

    /// The problem at another length.
    public func problem(at length: Int) -> AttentionProblem? { parameters.problem(length: length) }
}

extension SeriesParameters {
    /// Nil where there is no such problem.
    package func problem(length: Int) -> AttentionProblem? {
        guard
            let shape = try? AttentionShape(
                batch: batch, queryHeads: queryHeads, keyValueHeads: keyValueHeads,
                queryLength: queryLength ?? length, keyLength: length, headDimension: headDimension)
        else { return nil }
        return try? AttentionProblem(
            shape: shape, mask: mask, elementType: elementType, weighting: weighting ?? .softmax,
            selection: selection, scoreForm: scoreForm ?? .plain, latent: latent)
    }
}

extension ScalingAnalysis {
    /// All cells that ranks shared, in the order of the series.
    package var sharedCells: [SharedCell] {
        measured.flatMap { series -> [SharedCell] in
            guard (series.ranks?.count ?? 1) > 1, let way = ContextParallelism(kernel: series.key.kernel)
            else { return [] }
            let alone = measured.first {
                $0.ranks == nil && $0.device == nil && $0.origin.engine.isBuiltIn && $0.origin.variantOf == nil
                    && $0.parameters == series.parameters
            }
            return series.points.compactMap { point in
                SharedCell(point, of: series, way, oneRank: alone?.median(at: point.keyLength))
            }
        }
    }
}

extension ContextParallelism {
    /// Of a kernel by its full name; nil where ranks do not share it.
    init?(kernel: String) {
        let prefix = RankSetting.engine + "/"
        guard kernel.hasPrefix(prefix) else { return nil }
        self.init(rawValue: String(kernel.dropFirst(prefix.count)))
    }
}

extension SharedCell {
    fileprivate init?(
        _ point: Point, of series: MeasuredSeries, _ way: ContextParallelism, oneRank: Estimate?
    ) {
        guard let setting = series.ranks, let use = point.ranks, use.times.count == setting.count,
            let problem = series.parameters.problem(length: point.keyLength),
            let work = way.work(of: problem, ranks: setting.count)
        else { return nil }
        (kernel, self.series, self.way) = (series.key.kernel, series.label, way)
        (parameters, length, ranks) = (series.parameters, point.keyLength, setting.count)
        (median, self.oneRank, link) = (point.median, oneRank, setting.link)
        let pairs = series.parameters.usefulPairs(length: point.keyLength)
        let model = oneRank.flatMap { one in
            setting.link.map { RankModel(secondsPerPair: one.value * 1e-9 / pairs, link: $0) }
        }
        predictedNanoseconds = model.map { $0.seconds(work) * 1e9 }
        balance = use.balance
        predictedBalance = work.balance
        waitingShare = 1 - use.busyShare.value
        overlap = model.flatMap { Self.overlap(use, work, $0) }
        receivedBytes = use.times.map(\.receivedBytes).max()!
        predictedBytes = work.map(\.receivedBytes).max()!
        bytesAgree = zip(use.times, work).allSatisfy { $0.receivedBytes == $1.receivedBytes }
    }

    /// Transfer, less the time in which the rank waited for it, over what could go on while it computed.
    private static func overlap(_ use: RankUse, _ work: [RankWork], _ model: RankModel) -> Estimate? {
        let index = use.times.indices.max {
            use.times[$0].computingNanoseconds < use.times[$1].computingNanoseconds
        }!
        let hideable = model.hideableSeconds(work[index])
        guard hideable > 0 else { return nil }
        let seconds = Double(use.times[index].nanoseconds) * 1e-9
        let transfer = model.transferSeconds(work[index])
        func hidden(_ busyShare: Double) -> Double { (transfer - (1 - busyShare) * seconds) / hideable }
        let busy = use.busyShare
        return Estimate(
            value: hidden(busy.value), low: hidden(busy.low), high: hidden(busy.high), level: busy.level)
    }
}
