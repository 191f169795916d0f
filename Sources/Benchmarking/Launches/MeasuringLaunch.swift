import Foundation
import Hardware
import Records

/// One process that measures: the runner, with a record of what the machine did meanwhile.
public struct MeasuringLaunch {
    private let bench: MeasuringBench
    private let options: RunOptions
    private let paddingBytes: Int

    /// - Parameter paddingBytes: by which the environment of this process was padded.
    public init(_ bench: MeasuringBench, _ options: RunOptions, paddingBytes: Int = 0) {
        self.bench = bench
        self.options = options
        self.paddingBytes = paddingBytes
    }

    /// Runs what `log` has not finished of this launch.
    public func run(
        _ workloads: [Workload], into log: RunLog, progress: any ProgressObserver, cancellation: Cancellation
    ) throws(ResultsError) -> Runner.Outcome {
        let startedAt = Date().formatted(.iso8601)
        let watch = ConditionsWatch(cpus: bench.cpus)
        let outcome = try Runner(bench.instruments(seed: options.seed), options)
            .run(workloads, into: log, progress: progress, cancellation: cancellation)
        // To go on with a run that is finished measures nothing: the machine's conditions are then evidence of nothing.
        guard log.needsProcessLine else { return outcome }
        try log.write(
            LaunchRecord(
                launch: options.launch, startedAt: startedAt, paddingBytes: paddingBytes,
                conditions: watch.conditions(), secondsSpent: outcome.spent))
        return outcome
    }
}
