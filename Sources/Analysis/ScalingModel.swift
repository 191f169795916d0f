import Foundation
import Statistics

/// The growth law ln T = ln(a + c·W^β) in units that keep all three parameters near 1: work relative to its
/// geometric mean over the series, times relative to the shortest.
struct ScalingModel {
    /// Places of the parameters: ln c, β, a.
    static let coefficient = 0
    static let exponent = 1
    static let overhead = 2

    /// ln of the work that counts as 1.
    let logWorkScale: Double
    /// Nanoseconds of overhead that count as 1.
    let timeScale: Double

    init(_ observations: [ScalingFit.Observation]) {
        logWorkScale = observations.reduce(0) { $0 + log($1.work) } / Double(observations.count)
        timeScale = observations.reduce(.infinity) { min($0, $1.nanoseconds) }
    }

    /// ln(nanoseconds) and its gradient by the three parameters. Not a number where the law is negative.
    func logTime(logWork: Double, _ parameters: [Double]) -> (value: Double, gradient: [Double]) {
        let relative = logWork - logWorkScale
        let growing = exp(parameters[Self.coefficient] + parameters[Self.exponent] * relative)
        let time = growing + parameters[Self.overhead] * timeScale
        return (log(time), [growing / time, growing * relative / time, timeScale / time])
    }

    func law(_ parameters: [Double]) -> GrowthLaw {
        let exponent = parameters[Self.exponent]
        return GrowthLaw(
            overheadNanoseconds: parameters[Self.overhead] * timeScale,
            coefficient: exp(parameters[Self.coefficient] - exponent * logWorkScale), exponent: exponent)
    }
}
