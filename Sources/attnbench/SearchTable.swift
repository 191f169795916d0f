import Analysis
import Benchmarking
import Foundation
import Quantities
import Statistics

/// What a study of searches found, for a terminal.
struct SearchTable {
    let study: SearchStudy

    func text(width: Int? = nil) -> String {
        let rows = study.costs.map { cost in
            [
                Quantity.count(cost.vectors), Quantity.time(seconds: cost.seconds.value),
                Quantity.timeInterval(cost.seconds.scaled(by: 1e9)),
                Quantity.bytes(Int(saturating: cost.bytesPerSecond(dimensions: study.dimensions))) + "/s",
            ]
        }
        let table = Columns.text(rows, headings: ["vectors", "a search", "95 % interval", "reads"], width: width)
        return table + "\n" + sentences.joined(separator: "\n") + "\n"
    }

    /// As the option is written. Times below 1 ms make no difference to a plan, and it takes none.
    private static func option(_ seconds: Double) -> String {
        seconds < 1 ? String(format: "%.3gms", max(1, seconds * 1e3)) : String(format: "%.3fs", seconds)
    }

    private var sentences: [String] {
        let elements = study.costs.map { Double($0.vectors * study.dimensions) }
        let growth = LinearGrowth(work: elements, times: study.costs.map(\.seconds)).map { growth in
            "Time grows as (vectors × dimensions)^\(Quantity.estimate(growth.exponent)): \(Self.words(growth.verdict))."
        }
        let flag = study.costs.last.map { cost in
            "For attnbench plan --rag with \(Quantity.count(cost.vectors)) vectors: --search-time \(Self.option(cost.seconds.value))"
        }
        return [growth ?? "Too few sizes for a law.", flag].compactMap { $0 }
    }

    private static func words(_ verdict: TheoryVerdict) -> String {
        switch verdict {
        case .matches: "in proportion, as theory says"
        case .deviates: "not in proportion; caches hold small indexes"
        case .undecided: "too uncertain to say whether in proportion"
        }
    }
}
