extension Int {
    /// The whole number towards zero from `value`; the largest or smallest `Int` where it lies beyond them, 0 where it is
    /// not a number. `Int(value)` ends the program there, and a value that comes from a file can be anything.
    public init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 0x1p63 {
            self = .max
        } else if value <= -0x1p63 {
            self = .min
        } else {
            self.init(value)
        }
    }
}
