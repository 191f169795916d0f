import Foundation

/// The second in which a PDF was drawn is the only part of it that is not from the results. Without it the same results give
/// the same file.
enum PDFDate {
    private static let key = Data("/CreationDate (D:".utf8)
    /// As long as the date that it replaces, since a PDF holds the places of its parts.
    private static let date = Data("19800101000000".utf8)

    static func fixed(in pdf: Data) -> Data {
        guard let found = pdf.range(of: key) else { return pdf }
        let place = found.upperBound..<found.upperBound + date.count
        guard place.upperBound <= pdf.endIndex, pdf[place].allSatisfy({ (48...57).contains($0) }) else { return pdf }
        var pdf = pdf
        pdf.replaceSubrange(place, with: date)
        return pdf
    }
}
