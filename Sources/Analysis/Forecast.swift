import Attention
import Foundation
import Hardware
import Statistics

/// Time of one call at a length.
public struct Forecast: Sendable, Codable, Hashable {
    public enum Basis: String, Sendable, Codable { case measured, extrapolated }

    public let series: String
    public let tokens: Int
    public let seconds: Double
    /// With `high`, the 95 % interval: of the median where measured, of the prediction where extrapolated.
    public let low: Double
    public let high: Double
    public let basis: Basis
    /// Length over the largest measured length of the series; 1 where measured.
    public let multipleOfMeasured: Double
    public let cautions: [Caution]
}

extension Forecast {
    /// 1 M and 10 M tokens.
    public static let lengths = [1 << 20, 10 << 20]
    /// Beyond this multiple of the largest measured length a law is a guess, and none is given.
    public static let refusedBeyond = 1000.0
    public static let doubtedBeyond = 64.0

    static func of(
        _ series: MeasuredSeries, tokens: Int, caches: [Machine.Cache]
    ) -> Result<Forecast, ForecastRefusal> {
        if let point = series.points.first(where: { $0.keyLength == tokens }) {
            return .success(Forecast(measured: point, of: series))
        }
        guard let laws = series.laws else { return .failure(.noLaw(series: series.label, tokens: tokens)) }
        let largest = series.points.last!.length
        let multiple = Double(tokens) / largest
        guard multiple <= refusedBeyond else {
            return .failure(.tooFar(series: series.label, tokens: tokens, multiple: multiple))
        }
        let prediction = laws.prediction(pairs: series.parameters.usefulPairs(length: tokens)).nanoseconds()
        return .success(
            Forecast(
                series: series.label, tokens: tokens, seconds: prediction.value * 1e-9, low: prediction.low * 1e-9,
                high: prediction.high * 1e-9, basis: .extrapolated, multipleOfMeasured: multiple,
                cautions: cautions(series, tokens: tokens, multiple: multiple, caches: caches)))
    }

    private init(measured point: Point, of series: MeasuredSeries) {
        self.init(
            series: series.label, tokens: point.keyLength, seconds: point.medianNanoseconds * 1e-9,
            low: point.low * 1e-9, high: point.high * 1e-9, basis: .measured, multipleOfMeasured: 1,
            cautions: point.cautions)
    }

    private static func cautions(
        _ series: MeasuredSeries, tokens: Int, multiple: Double, caches: [Machine.Cache]
    ) -> [Caution] {
        var cautions: [Caution] = []
        if multiple > doubtedBeyond {
            cautions.append(
                Caution(
                    "far: \(Int(multiple.rounded())) times the largest measured length; "
                        + "the interval holds only if the same law does"))
        }
        if let last = caches.map(\.bytes).max(),
            series.parameters.keyValueBytes(length: series.points.last!.length) <= Double(last),
            series.parameters.keyValueBytes(length: Double(tokens)) > Double(last)
        {
            cautions.append(
                Caution("beyond the last cache: K and V of one head fitted in it at every measured length"))
        }
        return cautions
    }
}

/// Why there is no forecast.
enum ForecastRefusal: Error, Equatable {
    case noLaw(series: String, tokens: Int)
    case tooFar(series: String, tokens: Int, multiple: Double)

    /// One for each reason, however many series it concerns: a sweep that measures no growth would print pages.
    static func cautions(_ refusals: [ForecastRefusal]) -> [Caution] {
        var lawless: [String] = []
        var far: [(series: String, tokens: Int, multiple: Double)] = []
        for refusal in refusals {
            switch refusal {
            case .noLaw(let series, _): if !lawless.contains(series) { lawless.append(series) }
            case .tooFar(let series, let tokens, let multiple): far.append((series, tokens, multiple))
            }
        }
        let none =
            lawless.isEmpty
            ? []
            : [Caution("no forecast of \(named(lawless)): no fitted law; measure more lengths")]
        let byTokens = Dictionary(grouping: far, by: \.tokens).sorted { $0.key < $1.key }
        return none
            + byTokens.map { tokens, refused in
                let least = Int((refused.map(\.multiple).min() ?? 0).rounded())
                let multiple = refused.count == 1 ? "\(least) times its" : "\(least) times their"
                return Caution(
                    "no forecast of \(named(refused.map(\.series))) at \(TokenCount.text(tokens)) tokens: that is "
                        + "\(refused.count == 1 ? "" : "at least ")\(multiple) largest measured length, and "
                        + "\(Int(Forecast.refusedBeyond)) is the most; measure longer")
            }
    }

    private static func named(_ series: [String]) -> String {
        series.count <= 3 ? series.joined(separator: "; ") : "\(series[0]) and \(series.count - 1) other series"
    }
}
