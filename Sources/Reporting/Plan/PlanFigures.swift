import Attention
import Drawing
import Foundation
import Quantities
import Serving
import Statistics

extension Figure {
    /// The figures of a serving plan, in the order of its report. Prices are drawn only where a rent is known.
    public static func all(
        for plan: ServingPlan, retrieval: ContextOrRetrieval? = nil, width: FigureWidth = .page
    ) -> [Figure] {
        [
            CacheFigure.plot(plan), LatencyFigure.plot(plan), PriceFigure.plot(plan), StepFigure.plot(plan),
            retrieval.flatMap(RetrievalFigure.plot),
        ].compactMap { $0.map { Figure($0, width: width) } }
    }
}

/// What the figures of a plan share.
enum PlanFigures {
    /// Drawn contexts: from 1K to 10M tokens, or to the plan's own.
    static func contexts(_ plan: ServingPlan) -> [Int] {
        Sampling.lengths((1 << 10)...max(10 << 20, plan.context), perOctave: 4)
    }

    static func lengthAxis(_ plan: ServingPlan) -> Axis {
        Axis.lengths(from: 1 << 10, to: max(10 << 20, plan.context))
    }

    /// Lines by number: hue for what is compared first, dash for what is compared within it.
    static func style(_ hue: Int, dash: Int = 0) -> SeriesStyle {
        SeriesStyle(
            colour: SeriesStyle.colours[hue % SeriesStyle.colours.count],
            filledMark: SeriesStyle.shapes[hue % SeriesStyle.shapes.count], openMark: nil,
            dash: SeriesStyle.dashes[dash % SeriesStyle.dashes.count], size: 1.1)
    }

    static func line(_ name: String, _ style: SeriesStyle, _ rows: [Plot.Row]) -> Plot.Trace {
        Plot.Trace(series: name, kind: .theory, style: style, rows: rows)
    }

    /// A level across the whole axis, named above its start.
    static func level(_ name: String, _ value: Double, over axis: Axis) -> Plot.Guide {
        Plot.Guide(
            name: name, rows: [Plot.Row(x: axis.low, y: value), Plot.Row(x: axis.high, y: value)], isNamed: .aboveStart)
    }

    static func place(_ plan: ServingPlan) -> String {
        "\(plan.deployment.count) × \(plan.deployment.accelerator.id)"
    }

    static func use(_ plan: ServingPlan) -> String {
        "\(Quantity.percent(plan.deployment.utilization.compute)) of peak FLOP/s, "
            + "\(Quantity.percent(plan.deployment.utilization.bandwidth)) of bandwidth."
    }
}
