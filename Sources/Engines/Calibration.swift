import Statistics

/// How many calls fill a sample.
public enum Calibration {
    /// Found by trying: believed only when two samples in a row are long enough, since one may have been stretched by an
    /// interruption.
    ///
    /// - Parameter sample: makes so many calls and says what they took.
    public static func calls<Failure: Error>(
        filling minimumNanoseconds: Int, sample: (_ calls: Int) throws(Failure) -> Int
    ) throws(Failure) -> Int {
        var calls = 1
        var believed = 0
        while believed < 2 {
            let nanoseconds = try sample(calls)
            if nanoseconds >= minimumNanoseconds {
                believed += 1
            } else {
                believed = 0
                let wanted = Double(calls) * 1.1 * Double(minimumNanoseconds) / Double(nanoseconds)
                // Ten times as many at most, also where a clock says 0: a quotient that is not finite is no count.
                calls = max(calls + 1, Int(saturating: min(wanted.rounded(.up), 10 * Double(calls))))
            }
        }
        return calls
    }
}
