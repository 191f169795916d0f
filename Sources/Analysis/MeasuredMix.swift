import Attention
import Foundation
import Statistics

/// A stack of layers of several kinds that was measured at some lengths: whether its costs add up, from which length on it is faster than full
/// attention in all layers, and what it would take at other lengths.
public struct MeasuredMix: Sendable {
    /// Layers of one kind.
    public struct Kind: Sendable {
        public let label: String
        public let parameters: SeriesParameters
        /// Layers of the stack; 0 where the kind is there for comparison.
        public let layers: Int
        /// Of one call, at each length.
        public let seconds: [Estimate]

        public init(label: String, parameters: SeriesParameters, layers: Int, seconds: [Estimate]) {
            self.label = label
            self.parameters = parameters
            self.layers = layers
            self.seconds = seconds
        }
    }

    /// The stack at one length.
    public struct Point: Sendable {
        public let length: Int
        /// Over the sum of its parts.
        public let stackOverSum: Estimate
        /// As many layers of full attention over the stack.
        public let speedUp: Estimate

        public init(length: Int, stackOverSum: Estimate, speedUp: Estimate) {
            (self.length, self.stackOverSum, self.speedUp) = (length, stackOverSum, speedUp)
        }

        /// Whether costs add up, within the band in which a law holds.
        public var additivity: TheoryVerdict {
            TheoryVerdict(ratio: stackOverSum, band: TheoryVerdict.equivalenceBand)
        }
    }

    public let kinds: [Kind]
    /// Which kind is full attention.
    public let full: Int
    /// Ascending in length.
    public let points: [Point]

    /// - Precondition: each kind has a time at each length.
    public init(kinds: [Kind], full: Int, points: [Point]) {
        precondition(
            kinds.allSatisfy { $0.seconds.count == points.count }, "each kind has been measured at each length")
        (self.kinds, self.full, self.points) = (kinds, full, points)
    }

    /// A window that is the whole text makes the stack and full attention equal, but for this.
    private static let rounding = 1e-9

    public var layers: Int { kinds.reduce(0) { $0 + $1.layers } }

    /// Full attention in all layers over the stack, by what theory counts: FLOPs, in decoding bytes.
    public func theoreticalSpeedUp(at length: Int) -> Double {
        let costs = kinds.map { $0.parameters.theoreticalCost(length: length) }
        return Double(layers) * costs[full] / zip(kinds, costs).reduce(0) { $0 + Double($1.0.layers) * $1.1 }
    }

    /// The first length at which the stack costs less than full attention in all layers, by what theory counts; nil where there is none.
    public var theoreticalCrossover: Int? {
        func isLess(_ length: Int) -> Bool { theoreticalSpeedUp(at: length) > 1 + Self.rounding }
        var (below, above) = (0, AttentionShape.longestLength)
        guard isLess(above) else { return nil }
        while above - below > 1 {
            let middle = below + (above - below) / 2
            if isLess(middle) { above = middle } else { below = middle }
        }
        return above
    }
}

/// From which length on a stack is faster than full attention in all layers, as far as lengths were measured.
public enum MixCrossover: Sendable, Hashable {
    /// At each measured length.
    case throughout
    /// At none, or not at the longest.
    case notReached
    /// From so many tokens on.
    case from(Estimate)
}

extension MeasuredMix {
    /// Between two measured lengths the logarithms of ratios lie on a straight line. The interval is where the limits of the ratios pass 1.
    public var crossover: MixCrossover {
        guard let first = points.first, let last = points.last else { return .notReached }
        func crossing(_ ratio: (Estimate) -> Double) -> MixCrossing {
            MixCrossing(of: points.map { (log(Double($0.length)), advantage(ratio($0.speedUp), at: $0.length)) })
        }
        func tokens(_ crossing: MixCrossing) -> Double {
            switch crossing {
            case .before: Double(first.length)
            case .at(let logLength): exp(logLength)
            case .beyond: Double(last.length)
            }
        }
        switch crossing(\.value) {
        case .before: return .throughout
        case .beyond: return .notReached
        case .at(let logLength):
            let value = exp(logLength)
            return .from(
                Estimate(
                    value: value, low: min(value, tokens(crossing(\.high))), high: max(value, tokens(crossing(\.low))),
                    level: points.map(\.speedUp.level).min() ?? 0))
        }
    }

    /// Of the logarithm of a ratio, what counts. Where both have the same work, a kernel may be faster, but its mask is not.
    private func advantage(_ speedUp: Double, at length: Int) -> Double {
        let hasSameWork = abs(theoreticalSpeedUp(at: length) - 1) <= Self.rounding
        return hasSameWork ? min(0, log(speedUp)) : log(speedUp)
    }
}

/// Where a curve passes zero for the last time, from below.
private enum MixCrossing {
    case before, beyond
    case at(Double)

    init(of curve: [(x: Double, y: Double)]) {
        guard let last = curve.lastIndex(where: { $0.y <= 0 }) else {
            self = .before
            return
        }
        guard last + 1 < curve.count else {
            self = .beyond
            return
        }
        let (below, above) = (curve[last], curve[last + 1])
        self = .at(below.x + (above.x - below.x) * below.y / (below.y - above.y))
    }
}

extension SeriesParameters {
    public init(_ layer: AttendingLayer, _ phase: Phase, _ elementType: ElementType, threads: Int) {
        self.init(
            phase: phase, mask: layer.mask, batch: layer.heads.batch, queryHeads: layer.heads.query,
            keyValueHeads: layer.heads.keyValue, headDimension: layer.heads.dimension, elementType: elementType,
            threads: threads, queryLength: phase == .decode ? 1 : nil,
            weighting: layer.weighting == .softmax ? nil : layer.weighting, selection: layer.selection)
    }

    /// What a call costs by theory, in one unit for all heads: FLOPs, in decoding bytes.
    func theoreticalCost(length: Int) -> Double {
        isDecode ? Double(bytes(length: length)) : 4 * Double(headDimension) * usefulPairs(length: length)
    }
}
