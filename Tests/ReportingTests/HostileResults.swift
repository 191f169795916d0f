import Analysis
import Attention
import Records
import Statistics
import TestSupport

@testable import Reporting

/// Results and comparisons of a stranger: each text in them is one of the hostile strings.
enum HostileResults {
    /// Each string of the corpus is the name of a kernel, with three lengths, and the reason why a fourth is missing.
    static let results: Results = {
        let measurements = HostileStrings.all.flatMap { text in
            [1024, 2048, 4096].map { length in
                onDevice(PlantedSamples.measured(text, length, launch: 0, [length, length + 3, length + 7], 1), text)
            } + [
                PlantedSamples.absent(text, 8192, .skipped(reason: text)),
                PlantedSamples.absent(text, 16_384, .wrong(reason: text, maximumError: 0.5)),
            ]
        }
        return Results(
            header: try! HostileStrings.filling(PlantedResults.header), measurements: measurements,
            cautions: HostileStrings.all.map { Caution($0) })
    }()

    /// A stranger's engine names what it computes on.
    private static func onDevice(_ planted: Records.Measurement, _ name: String) -> Records.Measurement {
        let device = Device(name: name, ceilings: PlantedResults.header.ceilings)
        return Measurement(
            workload: planted.workload,
            origin: KernelOrigin(engine: planted.origin.engine, place: planted.origin.place, device: device),
            launch: planted.launch, work: planted.work, scratchBytes: planted.scratchBytes, outcome: planted.outcome)
    }

    static let source = source(label: HostileStrings.all[0])

    static func source(label: String) -> ReportSource {
        ReportSource(label: label, results: results)
    }

    static func comparison(_ start: Int) throws -> Comparison {
        try HostileStrings.filling(
            start.isMultiple(of: 2)
                ? PlantedComparison.comparison(shapePasses: false) : PlantedComparison.comparison(guardPasses: false),
            from: start)
    }
}
