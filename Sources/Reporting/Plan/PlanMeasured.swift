import Analysis
import Quantities
import Serving

/// Theory, forecast and measurement of a machine in one table.
enum PlanMeasured {
    static func blocks(_ plan: MeasuredPlan, model: Model) -> [Document.Block] {
        let machine = plan.machine
        var rows = plan.rows.map { row in
            [
                row.subject.name, row.kernel ?? "-", Quantity.time(seconds: row.theorySeconds),
                Quantity.time(seconds: row.forecastSeconds), row.perPairSeconds.map(range) ?? "-",
                row.measuredSeconds.map { Quantity.time(seconds: $0) } ?? "-",
            ]
        }
        rows.append(
            [
                "reading, all", "", Quantity.time(seconds: plan.theorySeconds),
                Quantity.time(seconds: plan.forecastSeconds), "", "",
            ])
        if let training = plan.training {
            rows.append(
                [
                    "a training step on it", "", Quantity.time(seconds: training.theorySeconds),
                    Quantity.time(seconds: training.forecastSeconds), "", "",
                ])
        }
        rows.append(["a token after it", "", Quantity.time(seconds: plan.decodeSeconds), "", "", ""])
        if let read = plan.dollars(seconds: plan.forecastSeconds),
            let theory = plan.dollars(seconds: plan.theorySeconds),
            let written = plan.dollars(seconds: plan.decodeSeconds)
        {
            let million = 1e6 / Double(plan.context)
            rows.append(
                [
                    "$ per M input", "", Quantity.dollars(theory * million), Quantity.dollars(read * million), "", "",
                ])
            rows.append(["$ per M output", "", Quantity.dollars(written * 1e6), "", "", ""])
        }
        let table = Table(
            columns: [
                .init("what", .left), .init("kernel", .left, .whenWide), .init("theory"), .init("forecast"),
                .init("by ns/pair"), .init("measured"),
            ], rows: rows)
        return [
            .heading("On the measured machine"),
            .table(
                caption: "\(model.name) at \(Quantity.tokens(plan.context)) tokens on \(machine.threads) measured "
                    + "thread\(machine.threads == 1 ? "" : "s")", table),
            .paragraph(assumption(plan)),
        ] + (plan.training.map { [Document.Block.paragraph(assumption($0))] } ?? [])
            + PlanSharedPrompt.blocks(plan, model: model)
    }

    private static func assumption(_ training: MeasuredPlan.Training) -> String {
        "A training step is the forward pass and the backward pass of one sequence, without the optimiser. Theory: a backward pass "
            + "of attention is \(Quantity.ratio(TrainingCost.theory)) of its forward pass, and of matrices twice. Forecast: the "
            + "measured ratio of attention, \(Quantity.interval(training.backwardRatio, unit: "×"))."
    }

    private static func assumption(_ plan: MeasuredPlan) -> String {
        let machine = plan.machine
        let pair = Quantity.significant(machine.full.nanosecondsPerPair, digits: 3)
        let exponent = Quantity.number(machine.full.law.exponent, place: -3)
        return
            "Theory: the measured peak, \(Quantity.flops(perSecond: machine.flopsPerSecond)), and bytes at "
            + "the measured \(Quantity.bytes(perSecond: machine.readBytesPerSecond)). Forecast: the kernels' fitted laws "
            + "(\(machine.full.label): exponent \(exponent), \(pair) ns a pair at d \(machine.full.headDimension)), "
            + "scaled to the model's heads by FLOPs; matrices at \(Quantity.percent(machine.bestFractionOfPeak)) of peak, "
            + "the best kernel's share. Measured: a length that was run, scaled the same way."
            + (plan.rows.contains { $0.subject == .recurrence && $0.kernel != nil }
                ? " Recurrences: the law of the gated delta rule, scaled by the elements of the model's states." : "")
    }

    private static func range(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (Quantity.time(seconds: range.lowerBound), Quantity.time(seconds: range.upperBound))
        return low == high ? low : "\(low) to \(high)"
    }
}
