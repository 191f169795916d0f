import Quantities
import Testing

@testable import Attention

@Suite struct TokenCountTests {
    @Test(arguments: [
        ("4096", 4096), ("1K", 1024), ("128K", 131_072), ("1M", 1_048_576), ("10M", 10_485_760), ("2G", 1 << 31),
        ("10_000_000", 10_000_000), ("0", 0), ("1_0K", 10_240),
    ]) func reads(text: String, count: Int) { #expect(TokenCount.parse(text) == count) }

    @Test(arguments: [
        "", "K", "-1", "+1", "1.5M", "ten", "4k", "1 K", "_1", "1_", "1_K", "1KK", "9223372036854775808",
        "9007199254740992G", "٣",
    ]) func refuses(text: String) { #expect(TokenCount.parse(text) == nil) }

    @Test(arguments: [
        (0, "0"), (724, "724"), (1024, "1K"), (1536, "1536"), (131_072, "128K"), (10 << 20, "10M"), (3 << 30, "3G"),
    ])
    func writes(count: Int, text: String) {
        #expect(TokenCount.text(count) == text)
        #expect(TokenCount.parse(text) == count)
    }
}

@Suite struct ShareTests {
    @Test(arguments: [("5%", 0.05), ("0.05", 0.05), ("0", 0), ("100%", 1), ("1", 1), ("0.0001%", 1e-6), ("-0", 0)])
    func reads(text: String, fraction: Double) throws {
        let share = try #require(Share.parse(text))
        #expect(abs(share - fraction) < 1e-18 && share.sign == .plus)
    }

    @Test(arguments: [
        "", "%", "5 %", "1e-323%", "1e-300", "-5%", "101%", "1.01", "nan", "inf%", "five", "5%%",
    ]) func refuses(text: String) { #expect(Share.parse(text) == nil) }
}

@Suite struct NearestNameTests {
    private let names = ["full", "full-blas", "sliding-window", "attention-sink", "chunked-local"]

    @Test(arguments: [
        ("ful", "full"), ("FULL", "full"), ("sliding-windw", "sliding-window"), ("slidingwindow", "sliding-window"),
        ("sliding", "sliding-window"), ("sink", "attention-sink"), ("full-attention", "full"),
        ("sliding-window-attention", "sliding-window"),
    ]) func finds(typed: String, name: String) { #expect(NearestName.of(typed, among: names) == name) }

    @Test(arguments: ["", "x", "dilated", "performer"]) func findsNothing(typed: String) {
        #expect(NearestName.of(typed, among: names) == nil)
    }

    @Test func emptyListsHaveNoNearest() { #expect(NearestName.of("full", among: []) == nil) }
}
