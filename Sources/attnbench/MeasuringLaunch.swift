import Benchmarking
import Foundation
import Hardware
import Records

/// One process that measures: the runner, with a record of what the machine did meanwhile.
struct MeasuringLaunch {
    let bench: MeasuringBench
    let options: RunOptions
    let paddingBytes: Int

    /// Runs what `log` has not finished of this launch.
    func run(
        _ workloads: [Workload], into log: RunLog, progress: any ProgressObserver, cancellation: Cancellation
    ) throws(ResultsError) -> Runner.Outcome {
        let startedAt = Date().formatted(.iso8601)
        let watch = ConditionsWatch(cpus: bench.cpus)
        let outcome = try Runner(bench.instruments(seed: options.seed), options)
            .run(workloads, into: log, progress: progress, cancellation: cancellation)
        try log.write(
            LaunchRecord(
                launch: options.launch, startedAt: startedAt, paddingBytes: paddingBytes,
                conditions: watch.conditions()))
        return outcome
    }
}
