import Testing

@testable import Statistics

@Suite struct SaturatingIntegerTests {
    @Test(arguments: [
        (0.0, 0), (-0.9, 0), (2.7, 2), (-2.7, -2), (1e18, 1_000_000_000_000_000_000), (0x1p63, Int.max),
        (-0x1p63, Int.min), (1e300, Int.max), (-1e300, Int.min), (.infinity, Int.max), (-.infinity, Int.min), (.nan, 0),
    ]) func takesEveryDouble(value: Double, whole: Int) { #expect(Int(saturating: value) == whole) }
}
