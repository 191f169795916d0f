import Statistics
import Testing

@testable import Drawing

@Suite struct LabelPlacementTests {
    @Test func labelsThatHaveRoomStay() {
        #expect(LabelPlacement.place([10, 50, 90], separation: 15, in: 0...100) == [10, 50, 90])
    }

    @Test func equalLabelsSpreadAroundTheirPlaceFirstOnTop() {
        #expect(LabelPlacement.place([50, 50, 50], separation: 10, in: 0...100) == [60, 50, 40])
    }

    @Test func neighboursMoveApartByTheLeast() {
        let placed = LabelPlacement.place([40, 44, 80], separation: 10, in: 0...100)
        #expect(placed == [37, 47, 80])
    }

    @Test func aPoolThatReachesItsNeighbourTakesItIn() {
        let placed = LabelPlacement.place([40, 40, 46], separation: 10, in: 0...100)
        #expect(placed == [42, 32, 52], "the mean of 40, 30 and 26 is 32")
    }

    @Test func labelsStayInside() {
        #expect(LabelPlacement.place([99, 100], separation: 10, in: 0...100) == [90, 100])
        #expect(LabelPlacement.place([0, 1], separation: 10, in: 0...100) == [0, 10])
        #expect(LabelPlacement.place([], separation: 10, in: 0...100).isEmpty)
    }
}

/// Remarks of text size 10 beside marks of a frame of 100 × 100 units.
@Suite struct RemarkRoomTests {
    private static let mark = (x: 50.0, y: 50.0)

    private static func room(_ curve: [(Double, Double)], _ kind: Plot.Kind = .joined) -> RemarkRoom {
        let frame = PlotLayout.Frame(
            x: .linear(to: 100), y: .linear(to: 100), left: 0, right: 100, bottom: 0, top: 100)
        let style = SeriesStyle.guide()
        let traces = [
            Plot.Trace(series: "curve", kind: kind, style: style, rows: curve.map { Plot.Row(x: $0, y: $1) }),
            Plot.Trace(series: "mark", kind: .measured, style: style, rows: [Plot.Row(x: mark.x, y: mark.y)]),
        ]
        return RemarkRoom(traces.map(Plot.Layer.trace), frame, textSize: 10)
    }

    private static func place(_ curve: [(Double, Double)], _ kind: Plot.Kind = .joined) throws -> RemarkRoom.Place {
        var room = room(curve, kind)
        let place = room.take(width: 20, beside: mark)
        return try #require(place)
    }

    @Test func withoutCurvesARemarkStandsToTheLeft() throws {
        let place = try Self.place([])
        #expect(place.x == 21...41 && place.y == 53 && place.isLeft)
    }

    @Test func aCurveThroughTheMarkMovesItUp() throws {
        #expect(try Self.place([(0, 50), (100, 50)]).y == 65)
    }

    @Test func aSteepCurveOnTheLeftMovesItToTheRight() throws {
        let place = try Self.place([(30, 0), (30.5, 100)])
        #expect(place.x == 59...79 && place.y == 53 && !place.isLeft)
    }

    @Test func aVerticalLineIsACurve() throws {
        #expect(try Self.place([(30, 0), (30, 100)], .theory).isLeft == false)
    }

    /// With curves everywhere it stands where it stood without them.
    @Test func aCrossedPlaceIsBetterThanNone() throws {
        #expect(try Self.place([(30, 0), (30, 100), (70, 100), (70, 0)]).x == 21...41)
    }

    @Test func remarksDoNotCoverOneAnother() {
        var room = Self.room([])
        let places = (0..<7).compactMap { _ in room.take(width: 20, beside: Self.mark) }
        #expect(places.count == 6)
    }
}

@Suite struct AxisTests {
    @Test(arguments: [(0.0, 1.0), (-1, -2), (.nan, .nan), (.infinity, .infinity), (1e-300, 1e308), (5, 5)])
    func everyPairOfEndsMakesAnAxis(low: Double, high: Double) {
        let axes = [
            Axis.counts(of: "tokens", from: Int(saturating: low), to: Int(saturating: high)),
            Axis.bytes(from: low, to: high),
            Axis.times(fromNanoseconds: low, to: high), Axis.linear(from: low, to: high),
        ]
        for axis in axes { #expect(axis.low.isFinite && axis.high > axis.low && axis.ticks.count < 100) }
    }

    @Test func lengthsAreReadAsPowersOfTwo() {
        #expect(
            Axis.counts(of: "tokens", from: 465, to: 16_384).ticks.map(\.label) == [
                "512", "1K", "2K", "4K", "8K", "16K",
            ])
        #expect(
            Axis.counts(of: "tokens", from: 465, to: 10 << 20).ticks.map(\.label)
                == ["1K", "4K", "16K", "64K", "256K", "1M", "4M"])
    }

    @Test func timesAreReadInTheReadersUnits() {
        #expect(
            Axis.times(fromNanoseconds: 5e4, to: 2e13).ticks.map(\.label)
                == ["100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h"])
        #expect(Axis.times(fromNanoseconds: 9e5, to: 1.1e7).ticks.map(\.label) == ["1 ms", "2 ms", "5 ms", "10 ms"])
    }

    @Test func linearTicksAreRound() {
        #expect(Axis.linear(to: 64.8).ticks.map(\.label) == ["0", "20", "40", "60"])
        #expect(Axis.linear(from: 0.9, to: 2.2).ticks.map(\.label) == ["1.0", "1.5", "2.0"])
    }

    @Test func bytesAreWholeInTheirUnit() {
        #expect(
            Axis.bytes(from: 3e5, to: 2e7).ticks.map(\.label) == [
                "512 KiB", "1 MiB", "2 MiB", "4 MiB", "8 MiB", "16 MiB",
            ])
    }

    @Test func fractionsRunFromOneEndToTheOther() {
        let axis = Axis.counts(of: "tokens", from: 512, to: 8192)
        #expect(axis.fraction(of: 512) == 0)
        #expect(axis.fraction(of: 2048) == 0.5)
        #expect(axis.fraction(of: 8192) == 1)
    }
}

@Suite struct FigureStyleTests {
    @Test func longTitlesWrapThenShrink() {
        let short = FigureStyle.title("A finding", width: 690)
        #expect(short.lines == ["A finding"] && short.size == FigureStyle.titleSize)
        let long = FigureStyle.title(String(repeating: "many words of a long finding ", count: 8), width: 690)
        #expect(long.lines.count > 2 && long.size < FigureStyle.titleSize)
        for line in long.lines {
            #expect(FigureStyle.textWidth(line, size: long.size, isBold: true) <= 690)
        }
    }

    @Test func noTitleEndsInALonelyWord() {
        let title = FigureStyle.title(
            "decode-full, float32 reads 512 MiB a token from memory at 77 % of the measured bandwidth", width: 690)
        #expect(title.lines.count == 2)
        #expect(FigureStyle.textWidth(title.lines[1], size: title.size, isBold: true) >= 230)
    }

    @Test func aWideIntervalDoesNotSetTheAxis() {
        let rows = [Plot.Row(x: 1, y: 10, 9...1000), Plot.Row(x: 2, y: 12, 11...13)]
        #expect(Plot.most(of: rows) == 15)
        #expect(Plot.most(of: rows, [20]) == 25)
        #expect(Plot.most(of: [rows[1]]) == 13)
    }

    @Test func aNumberKeepsItsUnit() {
        let lines = FigureStyle.wrap("it takes 54.8 s (measured)", size: 10, width: 60)
        #expect(lines == ["it takes", "54.8\u{A0}s", "(measured)"])
    }

    @Test func eightSeriesLookDifferent() {
        let series = [
            ("full", "full"), ("window(256)", "window"), ("window(1024)", "window"), ("chunks(256)", "chunks"),
            ("chunks(1024)", "chunks"), ("sinks(256)", "sinks"), ("sinks(1024)", "sinks"), ("naive", "naive"),
        ].map { (label: $0.0, family: $0.1) }
        let styles = SeriesStyle.styles(for: series)
        #expect(Set(styles.values).count == 8)
        #expect(styles["window(256)"]?.colour == styles["window(1024)"]?.colour)
        #expect(styles["window(256)"]?.openMark == nil)
        #expect(styles["window(1024)"]?.openMark != nil)
    }

    @Test func exponentsAreRaised() {
        #expect(
            RaisedText.parts("grows as pairs^1.00 ± 0.02, x^").map(\.text) == ["grows as pairs", "1.00 ± 0.02", ", x^"])
        #expect(RaisedText.parts("pairs^β + a.").filter(\.isRaised).map(\.text) == ["β"])
    }
}
