import Analysis
import Records

/// What a run of several ranks says of the machine: its links, and how well a ring hid its transfers behind computing.
public struct MeasuredRanks: Sendable, Hashable {
    /// How many there were.
    public let count: Int
    public let link: RankLink
    /// Hidden over hideable transfer of a ring at its longest length, from 0 to 1; nil where the run has no ring.
    public let overlap: Double?

    public init(count: Int, link: RankLink, overlap: Double?) {
        self.count = count
        self.link = link
        self.overlap = overlap
    }

    /// Nil where the analysis has no ranks with a link.
    init?(_ analysis: ScalingAnalysis) {
        guard let setting = analysis.series.lazy.compactMap(\.ranks).first(where: { $0.link != nil }),
            let link = setting.link
        else { return nil }
        let rings = analysis.sharedCells.filter { $0.way.overlaps && $0.overlap != nil }
        let longest = rings.max {
            ($0.length, $0.way == .ringZigzag ? 1 : 0) < ($1.length, $1.way == .ringZigzag ? 1 : 0)
        }
        self.init(
            count: setting.count, link: link, overlap: longest?.overlap.map { min(1, max(0, $0.value)) })
    }

    /// A step of a ring: what of its transfer was not hidden in the run takes time of its own.
    func seconds(computing: Double, bytes: Double) -> Double {
        let computing = computing + bytes * link.copySecondsPerByte
        let transfer = link.latencySeconds + bytes * link.secondsPerByte
        return max(computing, transfer) + (1 - (overlap ?? 1)) * min(computing, transfer)
    }
}
