import Foundation

/// Rotary positions (Su et al. 2021) in the arrangement of Llama and Hugging Face transformers: element i turns with
/// element i + d/2, by position · 10000^(−2i/d) radians. With odd d the last element stays.
enum Rotary {
    /// Of Su et al., and of most models up to 8K tokens; longer ones raise it, which changes no cost.
    static let base = 10_000.0

    /// Radians that a pair of elements turns from one position to the next.
    static func frequency(ofPair pair: Int, headDimension: Int) -> Double {
        pow(base, -2 * Double(pair) / Double(headDimension))
    }

    /// One row of a query or key turned to a position, the slow way: every sine anew.
    static func turned<Real: BinaryFloatingPoint>(_ row: [Real], position: Int) -> [Real] {
        let half = row.count / 2
        var turned = row
        for pair in 0..<half {
            let angle = Double(position) * frequency(ofPair: pair, headDimension: row.count)
            let (cosine, sine) = (Real(cos(angle)), Real(sin(angle)))
            turned[pair] = row[pair] * cosine - row[pair + half] * sine
            turned[pair + half] = row[pair + half] * cosine + row[pair] * sine
        }
        return turned
    }
}
