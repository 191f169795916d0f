import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    public static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// The x below which a fraction `probability` lies, to about 1e-15: Abramowitz and Stegun's rational start (26.2.23,
    /// good to 4.5e-4) and two steps of Halley's method on the tail probability.
    public static func quantile(_ probability: Double) -> Double {
        precondition(probability > 0 && probability < 1, "probability \(probability) lies outside (0, 1)")
        if probability > 0.5 { return -quantile(1 - probability) }
        let t = (-2 * log(probability)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var x = numerator / denominator - t
        for _ in 0..<2 {
            let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
            let step = (cumulative(x) - probability) / density
            x -= step / (1 + x * step / 2)
        }
        return x
    }

    /// One draw, by Marsaglia's polar method. The second of its pair is thrown away, which keeps a stream free of
    /// hidden state.
    public static func draw(using generator: inout some RandomNumberGenerator) -> Double {
        while true {
            let u = Double.random(in: -1..<1, using: &generator)
            let v = Double.random(in: -1..<1, using: &generator)
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
        }
    }
}
