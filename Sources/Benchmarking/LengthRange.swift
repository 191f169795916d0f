import Attention
import Faults
import Foundation
import Quantities
import Statistics

/// `1K..64K*2`: lengths that grow by a factor, both ends included.
package enum LengthRange {
    /// Ranges and single lengths with commas between them, as a command line has them: ascending, each once.
    package static func list(_ text: String) throws(Malformed) -> [Int] {
        var lengths: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            lengths.formUnion(try parse(String(part)))
        }
        return lengths.sorted()
    }

    /// The lengths that `text` stands for: one token count, or a range. Steps are rounded to whole tokens; where the
    /// last step misses the end, the end follows it (`1K..10M*2` ends … 8M, 10M).
    ///
    /// - Throws: in words, what is wrong with `text`.
    static func parse(_ text: String) throws(Malformed) -> [Int] {
        guard let dots = text.range(of: "..") else { return [try count(text)] }
        let start = try count(String(text[..<dots.lowerBound]))
        let rest = text[dots.upperBound...]
        guard let star = rest.firstIndex(of: "*") else {
            throw Malformed(description: "the range \"\(text)\" has no step; write \"\(text)*2\" for doubling")
        }
        let end = try count(String(rest[..<star]))
        guard start <= end else {
            throw Malformed(description: "the range \"\(text)\" runs backwards; write the smaller length first")
        }
        let factor = try factor(String(rest[rest.index(after: star)...]))
        var lengths: [Int] = []
        var length = Double(start)
        var steps = 0.0
        // Compared as Double, because a step may pass what an Int holds.
        while length < Double(end) {
            if Int(saturating: length) != lengths.last { lengths.append(Int(saturating: length)) }
            steps += 1
            length = (Double(start) * pow(factor, steps)).rounded()
        }
        return lengths + [end]
    }

    package struct Malformed: Fault, Equatable {
        package let description: String

        package var exitStatus: ExitStatus { .usage }
    }

    private static func count(_ text: String) throws(Malformed) -> Int {
        guard let count = TokenCount.parse(text.trimmingCharacters(in: .whitespaces)), count >= 1 else {
            throw Malformed(description: "\"\(text)\" is not a length; write tokens as 4096, 128K or 10M")
        }
        guard count <= AttentionShape.longestLength else {
            throw Malformed(
                description: "\(text) tokens are too many; a length is at most "
                    + TokenCount.text(AttentionShape.longestLength))
        }
        return count
    }

    private static func factor(_ text: String) throws(Malformed) -> Double {
        let root = text.hasPrefix("sqrt")
        guard let number = Double(root ? String(text.dropFirst(4)) : text), number >= 1.01, number.isFinite else {
            throw Malformed(
                description: "\"*\(text)\" is not a step; write *2 to double, or *sqrt2 for two lengths per doubling")
        }
        return root ? number.squareRoot() : number
    }
}
