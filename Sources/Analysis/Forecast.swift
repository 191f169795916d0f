import Attention
import Foundation
import Quantities
import Records
import Statistics

/// Time of one call at a length.
public struct Forecast: Sendable, Codable, Hashable {
    public enum Basis: String, Sendable, Codable {
        case measured
        /// From the law, at a length between measured ones.
        case interpolated
        /// From the law, beyond the largest measured length.
        case extrapolated
    }

    public package(set) var series: String
    public let tokens: Int
    public let seconds: Double
    /// With `high`, the 95 % interval: of the median where measured, otherwise of the prediction.
    public let low: Double
    public let high: Double
    public let basis: Basis
    /// Length over the largest measured length of the series; 1 where measured, less where interpolated.
    public let multipleOfMeasured: Double
    public let cautions: [Caution]

    public var nanoseconds: Estimate {
        Estimate(value: seconds * 1e9, low: low * 1e9, high: high * 1e9, level: 0.95)
    }
}

extension Forecast {
    /// 1 M and 10 M tokens.
    public static let lengths = [1 << 20, 10 << 20]
    /// Beyond this multiple of the largest measured length a law is a guess, and none is given.
    public static let refusedBeyond = 1000.0
    public static let doubtedBeyond = 64.0
    /// An interval whose ends are further apart than this factor says nothing, and none is given.
    public static let refusedSpread = 100.0

    /// Of every series at each of `lengths`, as far as there is one.
    package static func all(among measured: [MeasuredSeries]) -> [Forecast] {
        attempts(measured).compactMap { if case .forecast(let forecast) = $0 { forecast } else { nil } }
    }

    /// Why some of them are missing.
    static func cautions(among measured: [MeasuredSeries]) -> [Caution] {
        MissingForecast.cautions(
            attempts(measured).compactMap { if case .missing(let missing) = $0 { missing } else { nil } })
    }

    private static func attempts(_ measured: [MeasuredSeries]) -> [ForecastAttempt] {
        // No vocabulary has a million words.
        measured.filter { $0.parameters.phase != .loss }.flatMap { series in lengths.map { of(series, tokens: $0) } }
    }

    private static func of(_ series: MeasuredSeries, tokens: Int) -> ForecastAttempt {
        if let point = series.points.first(where: { $0.keyLength == tokens }) {
            return .forecast(Forecast(measured: point, of: series))
        }
        let largest = series.points.last!.length
        let multiple = Double(tokens) / largest
        let work = series.parameters.work(length: tokens)
        guard let prediction = series.flatNanoseconds(at: tokens) ?? series.laws?.prediction(work: work).nanoseconds()
        else { return .missing(MissingForecast(series: series.label, tokens: tokens, reason: .noLaw)) }
        guard multiple <= refusedBeyond else {
            return .missing(MissingForecast(series: series.label, tokens: tokens, reason: .tooFar))
        }
        guard prediction.high <= prediction.low * refusedSpread else {
            return .missing(MissingForecast(series: series.label, tokens: tokens, reason: .tooUncertain))
        }
        return .forecast(
            Forecast(
                series: series.label, tokens: tokens, seconds: prediction.value * 1e-9, low: prediction.low * 1e-9,
                high: prediction.high * 1e-9, basis: multiple < 1 ? .interpolated : .extrapolated,
                multipleOfMeasured: multiple,
                cautions: cautions(series, tokens: tokens, multiple: multiple)))
    }

    private init(measured point: Point, of series: MeasuredSeries) {
        self.init(
            series: series.label, tokens: point.keyLength, seconds: point.median.value * 1e-9,
            low: point.median.low * 1e-9, high: point.median.high * 1e-9, basis: .measured, multipleOfMeasured: 1,
            cautions: point.cautions)
    }

    private static func cautions(
        _ series: MeasuredSeries, tokens: Int, multiple: Double
    ) -> [Caution] {
        var cautions: [Caution] = []
        if multiple > doubtedBeyond {
            cautions.append(
                Caution(
                    "far: \(Int(saturating: multiple.rounded())) times the largest measured length; "
                        + "the interval holds only if the same law does"))
        }
        if let last = series.caches.map(\.bytes).max(),
            series.parameters.keyValueBytes(length: series.points.last!.length) <= Double(last),
            series.parameters.keyValueBytes(length: Double(tokens)) > Double(last)
        {
            cautions.append(
                Caution("beyond the last cache: K and V of one head fitted in it at every measured length"))
        }
        return cautions
    }
}

/// What asking for a forecast came to.
private enum ForecastAttempt {
    case forecast(Forecast)
    case missing(MissingForecast)
}

/// Why there is no forecast of a series at a length.
private struct MissingForecast: Equatable {
    enum Reason: CaseIterable { case noLaw, tooFar, tooUncertain }

    let series: String
    let tokens: Int
    let reason: Reason

    /// One sentence a reason, however many series and lengths it concerns.
    static func cautions(_ missing: [MissingForecast]) -> [Caution] {
        Reason.allCases.compactMap { reason in
            let concerned = missing.filter { $0.reason == reason }
            if concerned.isEmpty { return nil }
            let names = concerned.map(\.series).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            let lengths = Set(concerned.map(\.tokens)).sorted().map(TokenCount.text).joined(separator: " and ")
            let why =
                switch reason {
                case .noLaw: "there is no fitted law; measure more lengths"
                case .tooFar:
                    "that is more than \(Int(saturating: Forecast.refusedBeyond)) times the largest measured length; measure longer"
                case .tooUncertain:
                    "its interval would span more than a factor of \(Int(saturating: Forecast.refusedSpread)); "
                        + "measure more and longer lengths"
                }
            let named =
                names.count <= 3 ? names.joined(separator: "; ") : "\(names[0]) and \(names.count - 1) other series"
            return Caution("no forecast of \(named) at \(lengths) tokens: \(why)")
        }
    }
}
