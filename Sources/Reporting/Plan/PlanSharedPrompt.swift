import Quantities
import Serving

/// Reading a prompt on several hosts like a measured one, by the model of ranks.
enum PlanSharedPrompt {
    static func blocks(_ plan: MeasuredPlan, model: Model) -> [Document.Block] {
        guard let ranks = plan.machine.ranks, let alone = plan.shared.first else { return [] }
        let table = Table(
            columns: [
                .init("hosts P"), .init("tokens on each"), .init("matrices"), .init("attention"),
                .init("of it messages"), .init("all"), .init("speed-up"),
            ],
            rows: plan.shared.map { shared in
                [
                    Quantity.count(shared.hosts), Quantity.count(plan.context / shared.hosts),
                    Quantity.time(seconds: shared.matrixSeconds), Quantity.time(seconds: shared.attentionSeconds),
                    Quantity.time(seconds: shared.exposedSeconds), Quantity.time(seconds: shared.seconds),
                    Quantity.ratio(alone.seconds / shared.seconds),
                ]
            })
        return [
            .table(
                caption:
                    "Prediction, not measured: \(model.name) reads \(Quantity.tokens(plan.context)) tokens on P such "
                    + "hosts that share them", table),
            .paragraph(assumption(ranks)),
        ]
    }

    private static func assumption(_ ranks: MeasuredRanks) -> String {
        let overlap = ranks.overlap.map {
            "a ring hid \(Quantity.percent($0)) of the transfer that it could hide, and does so here"
        }
        return "Prediction from one rank's forecast above and from the links of a run on \(ranks.count) ranks: "
            + "α = \(Quantity.time(seconds: ranks.link.latencySeconds)), "
            + "β = \(Quantity.bytes(perSecond: ranks.link.bytesPerSecond)), and each byte that comes in meanwhile costs "
            + "\(Quantity.time(seconds: ranks.link.copySecondsPerByte)) of computing; "
            + "\(overlap ?? "the run had no ring, so all that can be hidden is taken as hidden"). "
            + "Each host holds all weights and n/P tokens; keys and values travel in 16 bits. Layers of full attention are a "
            + "zigzag ring; layers with a window receive what the window reaches, and then compute; matrices send nothing. "
            + "Hosts that are joined otherwise than these ranks have other links: measure them "
            + "with `mpirun attnbench run ranks` on two of them."
    }
}
