import Records
import Statistics

/// What ranks did in the calls of one cell, by their own clocks: medians over the samples that are used.
public struct RankUse: Sendable, Codable, Hashable {
    /// Of one call, one for each rank.
    public let times: [RankTime]
    /// The mean over the longest computing time of a rank: 1 where all compute alike.
    public let balance: Estimate
    /// The part of a call in which the rank that computes longest does not wait for messages. It waits for no other rank's
    /// computing.
    public let busyShare: Estimate
    /// What each rank did in one call; nil where it was not kept.
    public let timeline: [[RankActivity]]?

    /// Nil where one process computes a call.
    init?(_ launches: [Records.Measurement.Record]) throws(DurationsError) {
        var calls: [[RankTime]] = []
        for record in launches {
            guard let samples = record.ranks else { return nil }
            calls += record.samplesToUse.map { samples[$0].map { $0.over(calls: record.iterationsPerSample) } }
        }
        guard let count = calls.first?.count, count > 0, calls.allSatisfy({ $0.count == count }) else { return nil }
        func median(_ rank: Int, _ part: (RankTime) -> Int) -> Int {
            Int(saturating: calls.map { Double(part($0[rank])) }.median.rounded())
        }
        let times = (0..<count).map { rank in
            RankTime(
                nanoseconds: median(rank, \.nanoseconds), computingNanoseconds: median(rank, \.computingNanoseconds),
                waitingNanoseconds: median(rank, \.waitingNanoseconds), receivedBytes: median(rank, \.receivedBytes))
        }
        let busiest = times.indices.max { times[$0].computingNanoseconds < times[$1].computingNanoseconds }!
        self.times = times
        balance = try Durations(calls.map { $0.evenness }).medianEstimate()
        busyShare = try Durations(calls.map { $0[busiest].busyShare }).medianEstimate()
        timeline = launches.compactMap(\.timeline).first
    }

    /// The rank that computes longest.
    public var busiest: RankTime { times.max { $0.computingNanoseconds < $1.computingNanoseconds }! }
}

extension RankTime {
    fileprivate func over(calls: Int) -> RankTime {
        RankTime(
            nanoseconds: nanoseconds / calls, computingNanoseconds: computingNanoseconds / calls,
            waitingNanoseconds: waitingNanoseconds / calls, receivedBytes: receivedBytes / calls)
    }

    /// Above zero, as the time of a call is.
    fileprivate var busyShare: Double {
        max(1e-9, 1 - Double(waitingNanoseconds) / Double(max(1, nanoseconds)))
    }
}

extension [RankTime] {
    /// The mean over the longest computing time.
    fileprivate var evenness: Double {
        let computing = map { Double(Swift.max(1, $0.computingNanoseconds)) }
        return computing.reduce(0, +) / Double(count) / computing.max()!
    }
}
