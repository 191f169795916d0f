import Attention
import Foundation
import Records
import Statistics

/// How the memory of a loss grows with the words of the vocabulary, beside what its calls read and write: a textbook's logits with every
/// word, a kernel's that holds a panel of words not at all.
public struct VocabularyMemory: Sendable, Codable, Hashable {
    public struct Row: Sendable, Codable, Hashable {
        public let words: Int
        /// Hidden states, classifier, next words, losses and both gradients, which no kernel does without.
        public let tensorBytes: Int
        /// Peak resident memory of a call, with these.
        public let peakResidentBytes: Int
        /// The kernel's own by its closed form; nil where it has none.
        public let predictedOwnBytes: Int?

        /// What the system saw beside the tensors. A process takes memory in steps, so that it may be a little less than none.
        public var ownBytes: Int { peakResidentBytes - tensorBytes }
    }

    public enum Growth: String, Sendable, Codable, CaseIterable {
        /// As much whatever the vocabulary.
        case flat
        /// In proportion to the words.
        case proportional
        case other
        /// Too few vocabularies, or too alike.
        case unknown
    }

    public package(set) var series: String
    public let tokens: Int
    /// Ascending in words, at least one.
    public let rows: [Row]
    /// Of the words, by which the kernel's own memory grows; nil with `unknown` growth.
    public let power: Double?
    /// The same of its closed form.
    public let predictedPower: Double?
    public let growth: Growth

    /// A power within so much of 0 is flat, and of 1 proportional.
    public static let band = 0.1
    /// Words of the largest vocabulary over those of the smallest: with less, pages of memory would decide the power.
    static let leastSpan = 3.0

    init(_ series: MeasuredSeries, tokens: Int) {
        self.series = series.label
        self.tokens = tokens
        rows = series.points.map { point in
            let tensors = series.parameters.bytes(length: point.keyLength)
            return Row(
                words: point.keyLength, tensorBytes: tensors, peakResidentBytes: point.memory.peakResidentBytes,
                predictedOwnBytes: point.memory.predictedBytes.map { $0 - tensors })
        }
        power = Self.power(rows) { $0.ownBytes }
        predictedPower = Self.power(rows) { $0.predictedOwnBytes }
        growth =
            switch power {
            case nil: .unknown
            case .some(let power) where abs(power) <= Self.band: .flat
            case .some(let power) where abs(power - 1) <= Self.band: .proportional
            case .some: .other
            }
    }

    /// The slope of a line through the logarithms; nil where a row has nothing to take one of.
    private static func power(_ rows: [Row], _ bytes: (Row) -> Int?) -> Double? {
        guard let first = rows.first, let last = rows.last, Double(last.words) >= leastSpan * Double(first.words) else {
            return nil
        }
        let points = rows.compactMap { row in
            bytes(row).flatMap { $0 > 0 ? (x: log(Double(row.words)), y: log(Double($0))) : nil }
        }
        guard points.count == rows.count else { return nil }
        let count = Double(points.count)
        let (meanX, meanY) = (points.reduce(0) { $0 + $1.x } / count, points.reduce(0) { $0 + $1.y } / count)
        let covariance = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) }
        return covariance / points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    }
}

extension VocabularyMemory {
    /// One for each series of a loss, in their order.
    package static func all(in analysis: ScalingAnalysis) -> [VocabularyMemory] {
        analysis.measured.compactMap { series in
            guard series.parameters.phase == .loss, let tokens = series.parameters.queryLength else { return nil }
            return VocabularyMemory(series, tokens: tokens)
        }
    }
}
