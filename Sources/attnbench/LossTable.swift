import Attention
import Benchmarking
import Quantities

/// What a study of losses found, for a terminal.
enum LossTable {
    static func text(_ study: LossStudy, width: Int? = nil) -> String {
        var parts: [String] = []
        if !study.costs.isEmpty {
            let headings = ["words", "elements", "kernel", "pass", "time", "speed", "of the product", "memory"]
            parts.append(Columns.text(study.costs.map(row), headings: headings, width: width))
        }
        let filters = study.costs.compactMap { cost in cost.filter.map { (cost, $0) } }
        if !filters.isEmpty {
            let headings = ["words", "elements", "left out", "error of dH", "error of dW"]
            parts.append(
                "Gradients of logits that the filter left out, and the relative error of the gradients:\n"
                    + Columns.text(filters.map(filterRow), headings: headings, width: width))
        }
        if !study.skipped.isEmpty {
            let rows = study.skipped.map {
                [TokenCount.text($0.vocabulary), "\($0.hiddenSize)", $0.kernel, $0.reason]
            }
            parts.append(
                "Not measured:\n"
                    + Columns.text(rows, headings: ["words", "elements", "kernel", "why"], width: width))
        }
        return parts.joined(separator: "\n")
    }

    private static func row(_ cost: LossCost) -> [String] {
        [
            TokenCount.text(cost.vocabulary), "\(cost.hiddenSize)", cost.kernel, cost.pass.rawValue,
            Quantity.time(seconds: cost.seconds), Quantity.flops(perSecond: cost.flopsPerSecond),
            cost.shareOfProduct.map(Quantity.percent) ?? "-",
            Quantity.bytes(cost.residentBytes ?? cost.scratchBytes),
        ]
    }

    private static func filterRow(_ cost: LossCost, _ filter: FilterCost) -> [String] {
        [
            TokenCount.text(cost.vocabulary), "\(cost.hiddenSize)", Quantity.percent(filter.leftOut),
            Quantity.scientific(filter.hiddenError), Quantity.scientific(filter.classifierError),
        ]
    }
}
