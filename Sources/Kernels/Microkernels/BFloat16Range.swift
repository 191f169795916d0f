import CVector

/// Where the product of bfloat16 words is exact enough. The CPU's instruction (vdpbf16ps) takes numbers below 2⁻¹²⁶, the
/// denormals, as 0, in its factors and in its sums: no switch of the CPU changes that.
///
/// In a score a denormal of K is lost, which is less than 2⁻⁶² where the query is below 2⁶⁴. In an output each product
/// and each sum loses less than 2⁻¹²⁶: nothing that shows in an output of 2⁻⁶⁴, and nothing at all where no value is
/// smaller than that. What is beyond is computed as a `WideRow`.
enum BFloat16Range {
    /// 2⁶⁴ and 2⁻⁶⁴.
    private static let exponent: Int32 = 64
    private static let smallestExponent: Int32 = -126
    /// Infinity and NaN are larger.
    private static let noEnd: Int32 = 129

    /// Whether no element of a query, or of a block of them, is denormal or very large.
    @inline(__always)
    static func isQueryExact(_ words: UnsafeRawPointer, words count: Int) -> Bool {
        vector_bfloat16_within(words, 2 * count, smallestExponent, exponent) != 0
    }

    /// Whether no value is very small, but 0.
    static func areValuesExact(_ words: UnsafeRawPointer, words count: Int) -> Bool {
        vector_bfloat16_within(words, 2 * count, -exponent, noEnd) != 0
    }

    static func isExact(value: Float) -> Bool { value == 0 || abs(value) >= 0x1p-64 }

    /// Whether any of `count` sums, whole vectors of them, is very small or 0.
    static func isSmall(anyOf sums: UnsafePointer<Float>, count: Int) -> Bool {
        var least = broadcast(.greatestFiniteMagnitude)
        for index in stride(from: 0, to: count, by: Lanes.lanes) {
            least = vector_smaller_magnitude(load(sums, index), least)
        }
        return vector_any_less(least, 0x1p-64) != 0
    }
}
