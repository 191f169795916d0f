import TestSupport
import Analysis
import Attention
import Records

@testable import Reporting

/// Measured results with known samples, of kernels that no build has, so that no kernel's change moves what is printed.
enum PlantedSamples {
    /// What a name may be at its worst: an accent makes one Character of itself and the quote before it.
    static let nasty = "a<b>&\"c\", 'd'\u{301} 50% e:f\r\ng|h`i`"

    static let source = source(label: "planted")

    /// - Parameter factor: what all times are multiplied by.
    static func source(label: String, factor: Int = 1) -> ReportSource {
        let results = Results(
            header: PlantedResults.header,
            measurements: [
                measured("planted", 1024, launch: 0, [4000, 4100, 4200, 4300], factor),
                measured("planted", 2048, launch: 0, [16_000, 16_100, 16_200, 19_000], factor, noisy: 3),
                measured(nasty, 1024, launch: 0, [8000, 8040], factor),
                measured("planted", 1024, launch: 1, [4040, 4140, 4240, 4340], factor),
                absent("planted", 4096, .skipped(reason: "it would take 1 min; give a longer --time-budget")),
                absent("planted", 8192, .wrong(reason: "row 7 is 'wrong'", maximumError: 0.5)),
            ])
        return ReportSource(label: label, results: results)
    }

    static func workload(_ kernel: String, _ length: Int) -> Workload {
        Workload(
            kernel: kernel, phase: .prefill,
            problem: try! AttentionProblem(
                shape: AttentionShape(queryLength: length, headDimension: 64), mask: .causal))
    }

    static func absent(
        _ kernel: String, _ length: Int, _ outcome: Records.Measurement.Outcome
    ) -> Records.Measurement {
        let workload = workload(kernel, length)
        return Measurement(
            workload: workload, origin: .planted(kernel), launch: 0,
            work: Work(workload.phase, problem: workload.problem, computedPairs: 1), scratchBytes: 0, outcome: outcome)
    }

    /// Two calls a sample, 1 % of each off the CPU; `noisy` is the sample in which the thread moved.
    static func measured(
        _ kernel: String, _ length: Int, launch: Int, _ microseconds: [Int], _ factor: Int, noisy: Int? = nil
    ) -> Records.Measurement {
        let workload = workload(kernel, length)
        let walls = microseconds.map { 2000 * $0 * factor }
        return Measurement(
            workload: workload, origin: .planted(kernel), launch: launch,
            work: Work(workload.phase, problem: workload.problem, computedPairs: length * (length + 1) / 2),
            scratchBytes: 0,
            outcome: .measured(
                .init(
                    samplesNanoseconds: walls, rounds: Array(walls.indices), iterationsPerSample: 2,
                    contamination: walls.enumerated().map { index, wall in
                        Contamination(
                            migrated: index == noisy, runDelayNanoseconds: 0, offCPUNanoseconds: wall / 100,
                            stealNanoseconds: 0, involuntarySwitches: 0)
                    }, peakResidentBytes: 3 << 20, maximumError: 1e-6)))
    }
}
