import Foundation
import Records
import Statistics

/// A series with its laws: what the comparisons and forecasts work on.
package struct MeasuredSeries: Sendable {
    package let key: SeriesKey
    package let label: String
    let origin: KernelOrigin
    /// On which a call is computed: of all its threads, and of all ranks.
    let cores: Int
    /// Ascending in length, at least one.
    package let points: [Point]
    /// Standard error of ln(time), one for each point: its own, but see `errors(of:)`.
    let errors: [Double]
    /// Over `fitted`.
    let laws: ScalingLaws?
    /// The points that the laws are fitted to, by their places: all, but in decode those that read from memory, or those
    /// that read from a cache where none does. A byte from a cache costs less, and no single law has both.
    let fitted: Range<Int>
    let lengthSlope: LengthSlope?

    let caches: [Machine.Cache]

    init(key: SeriesKey, label: String, origin: KernelOrigin, points: [Point], caches: [Machine.Cache]) {
        self.key = key
        self.label = label
        self.origin = origin
        self.points = points
        self.caches = caches
        cores = key.parameters.threads * (origin.ranks?.coreCount ?? 1)
        errors = Self.errors(of: points)
        fitted = key.parameters.lawBasis == .bytes ? Self.readAlike(points, cores: cores, caches) : points.indices
        laws = Self.laws(over: key.parameters.lawBasis, points[fitted], errors[fitted]) { $0.median.value }
        lengthSlope = LengthSlope(points, errors: errors, basis: key.parameters.lawBasis)
    }

    package var parameters: SeriesParameters { key.parameters }
    /// Nil where one process computes a call.
    package var ranks: RankSetting? { origin.ranks }
    /// What it was measured on; nil for the CPUs of the machine.
    var device: Device? { origin.device }
    package var recomputes: Bool { parameters.recomputes(points) }
    var lengths: [Double] { points.map(\.length) }
    var logTimes: [Double] { points.map { log($0.median.value) } }

    /// The times drawn again: each point's own error and the scatter about the law.
    func drawnLogTimes(_ generator: inout some RandomNumberGenerator) -> [Double] {
        let extra = laws?.free.extraVariance ?? 0
        return zip(logTimes, errors).map {
            $0 + ($1 * $1 + extra).squareRoot() * NormalDistribution.draw(using: &generator)
        }
    }

    private static func laws(
        over basis: WorkBasis, _ points: ArraySlice<Point>, _ errors: ArraySlice<Double>, time: (Point) -> Double
    ) -> ScalingLaws? {
        ScalingLaws(
            zip(points, errors).map {
                ScalingFit.Observation(work: basis.work(of: $0), nanoseconds: time($0), logError: $1)
            }, over: basis)
    }

    /// The laws of the fitted points, or of some others, over another work, or of another time than the median.
    func laws(
        over basis: WorkBasis, within some: Range<Int>? = nil, of time: (Point) -> Double = { $0.median.value }
    ) -> ScalingLaws? {
        Self.laws(over: basis, points[some ?? fitted], errors[some ?? fitted], time: time)
    }

    /// A step reads its bytes in a circle, of which a cache keeps some part even where it cannot hold all: one of 32 MiB
    /// still answered a seventh of 64 MiB, and nothing that shows of 128.
    static let cachesToMemory = 4

    private static func readAlike(
        _ points: [Point], cores: Int, _ caches: [Machine.Cache]
    ) -> Range<Int> {
        let largest = caches.map { $0.bytes(for: cores) }.max() ?? 0
        if let first = points.firstIndex(where: { $0.work.bytes >= cachesToMemory * largest }) {
            return first..<points.count
        }
        return points.startIndex..<(points.firstIndex { $0.utilisation.cacheLevel == nil } ?? points.endIndex)
    }

    /// This series without its last point.
    func droppingLast() -> MeasuredSeries {
        MeasuredSeries(key: key, label: label, origin: origin, points: points.dropLast(), caches: caches)
    }

    var fittedPoints: [Point] { Array(points[fitted]) }

    /// A point's error comes from few samples or launches and may be small by luck, so none is believed below a quarter
    /// of the series' median error; a point with no interval gets the median.
    private static func errors(of points: [Point]) -> [Double] {
        let leastError = 1e-5
        let known = points.compactMap(\.sampling.logStandardError)
        let median = known.isEmpty ? leastError : known.median
        return points.map { max($0.sampling.logStandardError ?? median, median / 4, leastError) }
    }

    /// Nil where that length was not measured.
    package func median(at length: Int) -> Estimate? { points.first { $0.keyLength == length }?.median }

    /// Time of one call by the laws; nil where there are none.
    package func foretold(at length: Int) -> Estimate? {
        laws?.prediction(work: parameters.work(length: length)).nanoseconds()
    }

    /// Where time was shown not to grow with the length, it is at longer ones what it was.
    func flatNanoseconds(at length: Int) -> Estimate? {
        guard let slope = lengthSlope, slope.verdict == .matches, length > slope.fromLength else { return nil }
        return slope.nanoseconds
    }
}

extension Collection<MeasuredSeries> {
    /// The series that the others are held against, of several that differ in their kernels alone: the first whose kernel
    /// is a variant of none of theirs.
    package var original: MeasuredSeries? {
        first { one in !contains { $0.key.kernel == one.origin.variantOf } }
    }
}
