import Foundation
import Testing

@testable import Claims

@Suite struct ClaimsTests {
    private static let claims = ClaimedArticle.all.flatMap(\.claims)

    @Test func everyClaimIsThereOnce() {
        #expect(Self.claims.map(\.number).sorted() == Array(1...65))
    }

    /// Judged by hand from the same sources; the program decides by its own conditions.
    @Test func verdicts() {
        let right: Set = [
            1, 6, 9, 10, 15, 18, 22, 28, 32, 33, 35, 36, 39, 41, 45, 51, 55, 59, 63, 65,
        ]
        let caveat: Set = [
            2, 3, 4, 5, 7, 8, 20, 21, 23, 25, 27, 38, 42, 43, 46, 54, 56, 57, 58, 60, 61,
        ]
        let wrong: Set = [11, 14, 19, 24, 26, 31, 34, 40, 47, 48, 52, 53, 64]
        let notComputed: Set = [12, 13, 16, 17, 29, 30, 37, 44, 49, 50, 62]
        #expect(right.union(caveat).union(wrong).union(notComputed) == Set(1...65))
        for claim in Self.claims {
            let expected: Claim.Verdict? =
                right.contains(claim.number)
                ? .right : caveat.contains(claim.number) ? .caveat : wrong.contains(claim.number) ? .wrong : nil
            #expect(claim.verdict == expected, "claim \(claim.number): \(claim.text)")
        }
    }

    /// The figure of each computed claim, from calculations made apart from this program.
    @Test(arguments: [
        (2, ["1,966.1 GB", "492.7 GB"]), (3, ["40,960 B", "46,080 B"]), (4, ["409.6 GB", "123.2 GB"]), (6, ["54.5 GB"]),
        (7, ["5.81", "6.45"]), (9, ["331 thousand", "1.24 million"]), (10, ["4.41 million", "1.11 million"]),
        (14, ["$50.0M", "$17.5M"]), (15, ["52 %", "80 %"]), (19, ["2 of 26", "1,024"]),
        (21, ["492.7 GB", "1,966.1 GB"]),
        (22, ["8 of 8"]), (23, ["8,138", "5,086", "20,345"]), (24, ["218.0 GB"]),
        (25, ["4.41M", "7.99M", "1.82M", "4.05M", "7.26M", "16.2M"]), (26, ["17.5: 18 in 3 nodes"]),
        (28, ["8.25", "8.5"]), (31, ["3,810"]), (33, ["19,788"]), (36, ["53.2 min"]), (40, ["8.00×"]),
        (42, ["200×", "5.31×"]), (43, ["2.21×"]), (47, ["3.8 %"]), (48, ["2.77×, 2.06×, 1.60×"]),
        (51, ["67.1 million", "17.2 billion", "1.10 trillion"]), (53, ["4,000.0 GB"]), (55, ["1.032"]),
        (56, ["3,126", "100,001"]), (57, ["1.98×", "1.51×", "1.74×"]), (59, ["12.9×"]),
        (60, ["108.6 GiB", "116.7 GB"]),
        (61, ["32.0 GiB", "83.5 GiB"]), (63, ["141.2 GB"]), (64, ["244 thousand", "30.5 thousand"]),
    ])
    func figures(number: Int, parts: [String]) throws {
        let claim = try #require(Self.claims.first { $0.number == number })
        guard case .computed(let figure, _, _) = claim.finding else {
            Issue.record("claim \(number) is not computed")
            return
        }
        for part in parts { #expect(figure.contains(part), "claim \(number): \(figure)") }
    }

    @Test func aVerdictNeedsBothToBeRight() {
        #expect(Claim.Verdict(asStated: true, ofTheRealThing: true) == .right)
        #expect(Claim.Verdict(asStated: true, ofTheRealThing: false) == .caveat)
        #expect(Claim.Verdict(asStated: false, ofTheRealThing: true) == .caveat)
        #expect(Claim.Verdict(asStated: false, ofTheRealThing: false) == .wrong)
    }

    @Test func thePageIsCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let stored = try String(contentsOf: root.appendingPathComponent("docs/claims.md"), encoding: .utf8)
        #expect(stored == ClaimsPage.text(), "scripts/claims brings it up to date")
    }
}
