import Analysis
import Benchmarking
import Quantities
import Reporting
import Statistics

/// What a study of spilling found, for a terminal.
struct SpillTable {
    let study: SpillStudy

    func text(width: Int) -> String {
        let times = Columns.text(
            study.costs.flatMap(timeRows),
            headings: ["tokens", "a layer", "on disk", "95 % interval", "speed", "in memory", "speed"], width: width)
        let memory = Columns.text(
            study.costs.map(memoryRow),
            headings: ["tokens", "a layer", "all layers", "in memory while spilling"], width: width)
        let lines = sentences.map { TerminalTable.wrap($0, width: width).joined(separator: "\n") }
        return ([times, memory, lines.joined(separator: "\n")]).joined(separator: "\n") + "\n"
    }

    private func timeRows(_ cost: SpillCost) -> [[String]] {
        let halves = [("write", \LayerTimes.write), ("read", \LayerTimes.read)]
        return halves.map { name, half in
            let spilled = cost.spilled[keyPath: half]
            let kept = cost.kept?[keyPath: half]
            return [
                TokenCount.text(cost.tokens), name, Quantity.time(seconds: spilled.value),
                Quantity.timeInterval(spilled.scaled(by: 1e9)), speed(of: cost, in: spilled),
                kept.map { Quantity.time(seconds: $0.value) } ?? "no room", kept.map { speed(of: cost, in: $0) } ?? "-",
            ]
        }
    }

    private func speed(of cost: SpillCost, in seconds: Estimate) -> String {
        Quantity.bytes(perSecond: Double(cost.layerBytes) / seconds.value)
    }

    private func memoryRow(_ cost: SpillCost) -> [String] {
        [
            TokenCount.text(cost.tokens), Quantity.bytes(cost.layerBytes),
            Quantity.bytes(study.largest.layers * cost.layerBytes),
            cost.memory.peakBytes.map(Quantity.bytes) ?? "unknown",
        ]
    }

    private var sentences: [String] {
        [place, residence, law("Writing", \.write), law("Reading", \.read), hiding].compactMap { $0 }
    }

    private var place: String {
        study.isFolderInMemory
            ? "Caution: \(study.folder) lies in memory, and not on a disk: nothing was spilled. Give a --folder on a disk."
            : "The file lay in \(study.folder)."
    }

    /// More than this of a file that was not read from the disk would make times of reading too short.
    private static let mostResidentShare = 0.02

    private var residence: String {
        guard let share = study.costs.compactMap(\.memory.shareBeforeReading).max() else {
            return "Caution: the system does not tell whether pages were still in memory when reading began."
        }
        let text = "\(Quantity.percent(share)) of a file's pages were still in memory when reading began"
        return share > Self.mostResidentShare
            ? "Caution: up to \(text), and were not read from the disk: times of reading are too short."
            : "At most \(text): the others were read from the disk."
    }

    private func law(_ what: String, _ half: KeyPath<LayerTimes, Estimate>) -> String? {
        let bytes = study.costs.map { Double($0.layerBytes) }
        return LinearGrowth(work: bytes, times: study.costs.map { $0.spilled[keyPath: half] }).map { growth in
            "\(what) takes time as bytes^\(Quantity.estimate(growth.exponent)): \(Self.words(growth.verdict))."
        }
    }

    private static func words(_ verdict: TheoryVerdict) -> String {
        switch verdict {
        case .matches: "in proportion, as theory says"
        case .deviates: "not in proportion"
        case .undecided: "too uncertain to say whether in proportion"
        }
    }

    private var hiding: String? {
        study.costs.last.map { cost in
            let (write, read) = (
                Quantity.time(seconds: cost.spilled.write.value), Quantity.time(seconds: cost.spilled.read.value)
            )
            let copying = Quantity.time(seconds: cost.copying.value)
            return
                "The input of one layer of \(TokenCount.text(cost.tokens)) tokens takes \(write) to write and \(read) to read. A "
                + "layer whose forward pass takes longer than \(write) hides the writing, but for the \(copying) in which cores "
                + "copy; one whose backward pass takes longer than \(read) hides the reading."
        }
    }
}
