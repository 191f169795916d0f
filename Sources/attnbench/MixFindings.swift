import Analysis
import Benchmarking
import Statistics

/// A measured mix, and what follows from it.
struct MixFindings {
    let study: MixStudy
    let mix: MeasuredMix
    let forecasts: [MixForecast.Attempt]

    /// - Precondition: at least one length was measured.
    init(_ study: MixStudy, forecastLengths: [Int]) {
        self.study = study
        mix = MeasuredMix(
            kinds: study.kinds.enumerated().map { place, kind in
                MeasuredMix.Kind(
                    label: kind.label,
                    parameters: SeriesParameters(
                        kind.layer, study.phase, study.elementType, threads: study.threads),
                    layers: kind.layers, seconds: study.costs.map { $0.kinds[place] })
            }, full: study.full,
            points: study.costs.map {
                MeasuredMix.Point(length: $0.length, stackOverSum: $0.stackOverSum, speedUp: $0.speedUp)
            })
        forecasts = mix.forecasts(at: forecastLengths)
    }

    /// As JSON has it.
    struct Summary: Codable, Hashable {
        let study: MixStudy
        /// Tokens from which on the stack is faster than full attention in all layers; nil unless that lies between measured lengths.
        let fasterFrom: Estimate?
        /// The same by theory's counts; nil where it never is.
        let fasterFromByTheory: Int?
        let forecasts: [MixForecast]
    }

    var summary: Summary {
        let crossover: Estimate? = if case .from(let tokens) = mix.crossover { tokens } else { nil }
        return Summary(
            study: study, fasterFrom: crossover, fasterFromByTheory: mix.theoreticalCrossover,
            forecasts: forecasts.compactMap { if case .forecast(let forecast) = $0 { forecast } else { nil } })
    }
}
