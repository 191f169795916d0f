import Statistics

/// Whether a series grows as theory says: a test of equivalence, not of significance. A test of significance would
/// call every precise measurement a deviation and every noisy one a success.
public enum TheoryVerdict: String, Sendable, Codable {
    /// The 90 % interval of the exponent lies in [0.97, 1.03].
    case matches
    /// The 95 % interval of the exponent lies outside [0.97, 1.03].
    case deviates
    case undecided

    public static let equivalenceBand = 0.97...1.03

    init(interval90: Estimate, interval95: Estimate) {
        let band = Self.equivalenceBand
        if band.contains(interval90.low), band.contains(interval90.high) {
            self = .matches
        } else if interval95.high < band.lowerBound || interval95.low > band.upperBound {
            self = .deviates
        } else {
            self = .undecided
        }
    }
}
