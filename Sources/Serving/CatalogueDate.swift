import Foundation

/// A year, or a year and a month: how precisely prices and data sheets are dated.
public struct CatalogueDate: Sendable, Hashable, Decodable, CustomStringConvertible {
    public let year: Int
    /// 1 … 12; nil where only the year is known.
    public let month: Int?

    /// Nil where the text is neither "2026" nor "2026-05"; a day behind the month is read and left out.
    public init?(_ text: String) {
        guard let match = text.wholeMatch(of: /(\d{4})(?:-(\d{2})(?:-\d{2})?)?/), let year = Int(match.1) else {
            return nil
        }
        let month = match.2.flatMap { Int($0) }
        guard (1...12) ~= month ?? 1 else { return nil }
        self.year = year
        self.month = month
    }

    public init(_ date: Date) {
        let parts = Calendar(identifier: .gregorian).dateComponents([.year, .month], from: date)
        year = parts.year ?? 0
        month = parts.month
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let date = CatalogueDate(text) else { throw PriceError.notADate(text: text) }
        self = date
    }

    public var description: String { month.map { "\(year)-\($0 < 10 ? "0" : "")\($0)" } ?? "\(year)" }

    /// A year without a month counts as its last month, so that nothing is called old too early.
    public func isOlderThanAYear(on today: CatalogueDate) -> Bool { today.months - months > 12 }

    private var months: Int { 12 * year + (month ?? 12) }
}
