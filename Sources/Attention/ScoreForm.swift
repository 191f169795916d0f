import Faults
import Foundation

/// What a model makes of scaled scores before they become weights, beside softmax itself. The parts are independent of each other, and
/// come in the order in which they are listed here: a score is capped, then moved by the distance of its key, then masked; the sink
/// logit is one more term of the denominator.
///
/// A form is a part of the problem and no kernel of its own: the same kernel computes the same pairs with it or without it.
public struct ScoreForm: Hashable, Sendable {
    /// c: each score s becomes c · tanh(s / c), which is less than c whatever s is. Gemma 2 (Gemma Team 2024) has 50. Nil where scores
    /// have no limit.
    public let softCap: Float?
    /// ALiBi (Press et al. 2022, "Train Short, Test Long"): the score of the query at position i and the key at position j loses
    /// m · (i − j), where the slope m is a constant of the query head.
    public let hasALiBi: Bool
    /// Each query head has a learned number z, and e^z is added to the sum that its weights are divided by, as a key without a value
    /// would add it (gpt-oss, OpenAI 2025). A head can so attend to nothing.
    public let hasSinkLogits: Bool

    public static let plain = ScoreForm(softCap: nil, hasALiBi: false, hasSinkLogits: false, isChecked: ())

    public init(softCap: Float? = nil, hasALiBi: Bool = false, hasSinkLogits: Bool = false) throws(ScoreFormError) {
        if let softCap, !(softCap > 0 && softCap.isFinite) { throw .softCap(softCap) }
        self.init(softCap: softCap, hasALiBi: hasALiBi, hasSinkLogits: hasSinkLogits, isChecked: ())
    }

    private init(softCap: Float?, hasALiBi: Bool, hasSinkLogits: Bool, isChecked: Void) {
        (self.softCap, self.hasALiBi, self.hasSinkLogits) = (softCap, hasALiBi, hasSinkLogits)
    }

    /// What a kernel has to know to compute with it.
    public var options: [ScoreOption] {
        ScoreOption.allCases.filter {
            switch $0 {
            case .softCap: softCap != nil
            case .alibi: hasALiBi
            case .sinkLogits: hasSinkLogits
            }
        }
    }

    public var isPlain: Bool { self == .plain }

    /// Whether softmax takes other numbers than the scaled products of queries and keys.
    public var changesScores: Bool { softCap != nil || hasALiBi }

    /// "soft cap 50, ALiBi, sink logits"; nil where scores are plain.
    public var text: String? {
        let words = options.map { option in
            switch option {
            case .softCap: softCap.map { "soft cap \(Int(exactly: $0).map { "\($0)" } ?? "\($0)")" } ?? ""
            case .alibi: "ALiBi"
            case .sinkLogits: "sink logits"
            }
        }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// What follows a kernel's name, from the sizes in brackets that do so without the form: "(1024)" becomes "(1024, soft cap 50)".
    public func inBrackets(after sizes: String) -> String {
        guard let text else { return sizes }
        return sizes.isEmpty ? "(\(text))" : "\(sizes.dropLast()), \(text))"
    }
}

/// A part of a score's form, as programs name it to each other.
public enum ScoreOption: String, Codable, Hashable, Sendable, CaseIterable {
    case softCap = "soft-cap"
    case alibi
    case sinkLogits = "sink-logits"

    /// "a soft cap", as sentences have it.
    public var noun: String {
        switch self {
        case .softCap: "a soft cap"
        case .alibi: "ALiBi"
        case .sinkLogits: "sink logits"
        }
    }
}

extension ScoreForm {
    /// m of ALiBi for one of so many query heads, as the paper's code has it: 2^(−8(h + 1)/H) where H is a power of two. Otherwise the
    /// first heads have the slopes of the largest power of two P below H, and the others every second slope of 2P heads, from the first on.
    /// Rounded to float32 here, so that a kernel and the reference have the same slope.
    public static func alibiSlope(ofHead head: Int, among heads: Int) -> Float {
        let power = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
        let exponent =
            head < power ? Double(head + 1) / Double(power) : (Double(head - power) + 0.5) / Double(power)
        return Float(exp2(-8 * exponent))
    }
}

/// A number that makes no form.
public enum ScoreFormError: Fault, Equatable {
    case softCap(Float)

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        switch self {
        case .softCap(let cap): "the soft cap of scores is \(cap); it must be a positive number, such as 50"
        }
    }
}

/// `{"softCap": 50, "alibi": false, "sinkLogits": true}`; the cap is null where there is none.
extension ScoreForm: Codable {
    private enum Key: String, CodingKey { case softCap, alibi, sinkLogits }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        do {
            try self.init(
                softCap: container.decode(Float?.self, forKey: .softCap),
                hasALiBi: container.decode(Bool.self, forKey: .alibi),
                hasSinkLogits: container.decode(Bool.self, forKey: .sinkLogits))
        } catch let error as ScoreFormError {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "\(error)"))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(softCap, forKey: .softCap)
        try container.encode(hasALiBi, forKey: .alibi)
        try container.encode(hasSinkLogits, forKey: .sinkLogits)
    }
}

extension ScoreForm: Comparable {
    /// Plain first, then caps from the smallest on.
    public static func < (a: ScoreForm, b: ScoreForm) -> Bool { a.order.lexicographicallyPrecedes(b.order) }

    private var order: [Float] { [softCap ?? 0, hasALiBi ? 1 : 0, hasSinkLogits ? 1 : 0] }
}
