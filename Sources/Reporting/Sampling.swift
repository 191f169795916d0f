import Foundation
import Statistics

/// Lengths at which a smooth curve is drawn.
enum Sampling {
    /// Evenly spaced on a logarithmic axis, both ends included. Laws are smooth; counts of whole chunks are not and need
    /// more.
    static func lengths(_ range: ClosedRange<Int>, perOctave: Int = 8) -> [Int] {
        let octaves = log2(Double(range.upperBound) / Double(range.lowerBound))
        let steps = max(1, Int(saturating: (octaves * Double(perOctave)).rounded(.up)))
        let lengths = (0...steps).map { step in
            Int(saturating: (Double(range.lowerBound) * exp2(octaves * Double(step) / Double(steps))).rounded())
        }
        return Set(lengths).sorted()
    }
}
