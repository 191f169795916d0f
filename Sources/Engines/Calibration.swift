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
                calls = min(max(Int(wanted.rounded(.up)), calls + 1), calls * 10)
            }
        }
        return calls
    }
}
