extension Int {
    /// The whole number towards zero from `value`; the largest or smallest `Int` where it lies beyond them, 0 where it is
    /// not a number.
    public init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self = Int(exactly: value.rounded(.towardZero))!
        }
    }

    /// Stands in place of the standard library's, which ends the program where the value is not finite or too large. A value
    /// that comes from a file can be anything, so this one is an error in every file that imports this module
    /// (`Package.swift`).
    @available(*, deprecated, message: "the value may be anything; write Int(saturating:)")
    public init(_ value: Double) { self.init(saturating: value) }
}
