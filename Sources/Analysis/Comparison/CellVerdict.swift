/// What a comparison says of a cell whose time both sides have.
///
/// A test of equivalence on both sides: a change counts when its interval lies wholly beyond the tolerance, and is
/// denied when the interval lies wholly inside. Everything else is said to be open, which is not the same as a pass.
public enum CellVerdict: String, Sendable, Codable, CaseIterable {
    case pass = "PASS"
    case regressed = "REGRESSED"
    case improved = "IMPROVED"
    case inconclusive = "INCONCLUSIVE"
}
