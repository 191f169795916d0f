/// Finds places for remarks beside marks, in canvas units.
struct RemarkRoom {
    /// Where a remark stands.
    struct Place {
        let x: ClosedRange<Double>
        let y: Double
        /// Of its mark.
        let isLeft: Bool
    }

    /// Text stands about so much above the place that gnuplot is given for it.
    private static let lift = 3.0
    private static let distance = 9.0

    private let frame: PlotLayout.Frame
    private let textSize: Double
    /// Marks, and then the remarks placed so far.
    private var taken: [(x: ClosedRange<Double>, y: Double)] = []
    private var pieces: [CurvePiece] = []

    init(_ layers: [Plot.Layer], _ frame: PlotLayout.Frame, textSize: Double) {
        self.frame = frame
        self.textSize = textSize
        for case .trace(let trace) in layers {
            let places = trace.rows.map { frame.place(x: $0.x, y: $0.y) }
            switch trace.kind {
            case .measured, .skipped:
                for place in places { taken.append((place.x - 4...place.x + 4, place.y + Self.lift)) }
            case .joined, .theory, .beyond:
                for (from, to) in zip(places, places.dropFirst()) { pieces.append(CurvePiece(from: from, to: to)) }
            case .forecast, .span, .idleSpan: continue
            }
        }
    }

    /// The first place that is free, if possible one that no curve crosses; nil where marks and remarks leave none.
    mutating func take(width: Double, beside mark: (x: Double, y: Double)) -> Place? {
        let (left, right) = (mark.x - Self.distance, mark.x + Self.distance)
        var places: [Place] = []
        for (x, isLeft) in [(left - width...left, true), (right...right + width, false)]
        where x.lowerBound > frame.left && x.upperBound < frame.right {
            for rise in [0, 1.2, -1.2] {
                let place = Place(x: x, y: mark.y + Self.lift + rise * textSize, isLeft: isLeft)
                let isTaken = taken.contains { abs($0.y - place.y) < textSize && $0.x.overlaps(x) }
                if !isTaken { places.append(place) }
            }
        }
        guard let found = places.first(where: { !isCrossed($0) }) ?? places.first else { return nil }
        taken.append((found.x, found.y))
        return found
    }

    private func isCrossed(_ place: Place) -> Bool {
        let middle = place.y - Self.lift
        let heights = middle - textSize / 2...middle + textSize / 2
        return pieces.contains { piece in piece.heights(within: place.x).map(heights.overlaps) ?? false }
    }
}

/// A straight piece of a curve, from left to right.
private struct CurvePiece {
    private let from: (x: Double, y: Double)
    private let to: (x: Double, y: Double)

    init(from: (x: Double, y: Double), to: (x: Double, y: Double)) {
        (self.from, self.to) = from.x <= to.x ? (from, to) : (to, from)
    }

    /// Between which heights it runs there; nil where it does not come by.
    func heights(within x: ClosedRange<Double>) -> ClosedRange<Double>? {
        let (left, right) = (max(from.x, x.lowerBound), min(to.x, x.upperBound))
        guard left <= right else { return nil }
        let slope = to.x > from.x ? (to.y - from.y) / (to.x - from.x) : 0
        let first = from.y + slope * (left - from.x)
        let last = to.x > from.x ? from.y + slope * (right - from.x) : to.y
        return min(first, last)...max(first, last)
    }
}
