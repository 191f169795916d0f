import Attention
import Engines
import Foundation
import Hardware
import Kernels
import Records

/// What one of several launches is told.
public struct LaunchRequest: Hashable, Sendable {
    /// From 1.
    public let number: Int
    /// Most rounds that a cell is visited in.
    public let rounds: Int
    public let samplesPerVisit: Int
    /// Infinite where only `rounds` ends the launch.
    public let timeBudgetSeconds: Double

    public init(number: Int, rounds: Int, samplesPerVisit: Int, timeBudgetSeconds: Double) {
        self.number = number
        self.rounds = rounds
        self.samplesPerVisit = samplesPerVisit
        self.timeBudgetSeconds = timeBudgetSeconds
    }
}

/// The side of `Launches` that measures: one launch, in the process that was started for it.
///
/// Everything that decides what is measured comes from the header of the results file, so that a launch cannot measure
/// anything else than the file says.
public struct LaunchWorker {
    private let resultsPath: String
    private let placement: Placement
    private let paddingBytes: Int
    private let send: (String) -> Void

    /// - Parameters:
    ///   - environment: of this process; it tells by how much it was padded.
    ///   - send: passes one event, a line, to the process that started this one.
    public init(
        _ resultsPath: String, placement: Placement, environment: [String: String], send: @escaping (String) -> Void
    ) {
        self.resultsPath = resultsPath
        self.placement = placement
        paddingBytes = EnvironmentPadding.bytes(in: environment)
        self.send = send
    }

    /// Measures what the file does not have of this launch, and appends it.
    ///
    /// - Parameters:
    ///   - watch: started when the launch's time budget began.
    ///   - engines: starts those of kernels with these names. The file has names only: how an engine is started is the
    ///     user's to say.
    /// - Throws: `ResultsError.differs` where the machine or the build is another than the header says.
    public func run(
        _ request: LaunchRequest, since watch: Stopwatch, cancellation: Cancellation,
        engines: (_ kernels: [String]) throws -> [ProgramEngine]
    ) throws {
        let lock = try ResultsLock(resultsPath, handedDownAs: STDIN_FILENO)
        defer { lock.release() }
        let header = try ResultsFile.load(resultsPath).header
        let sinceStart = Stopwatch()
        let engines = try engines(header.sweep.groups.flatMap(\.kernels))
        let engineSeconds = sinceStart.seconds
        let workloads = try header.sweep.workloads(kernels: Kernel.builtIn + engines.flatMap(\.kernels))
        guard !workloads.isEmpty else {
            throw SweepError.wrong(
                location: resultsPath,
                message: "the sweep in its header has no cell; give a file that `attnbench run` started")
        }
        var bench = try MeasuringBench(
            placement: placement, threadCounts: Set(workloads.map(\.threads)),
            from: MeasuringBench.Sources(
                tuning: .known(header.tuning ?? .standard), ceilings: .known(header.ceilings)))
        bench.engines = engines
        let own = ResultsHeader(
            machine: bench.machine, ceilings: header.ceilings, tuning: header.tuning, build: .current,
            sweep: header.sweep, seed: header.seed, startedAt: header.startedAt, command: header.command)
        let log = try RunLog.resume(resultsPath, header: own, launch: request.number, lock: lock)
        var options = RunOptions(seed: header.seed)
        options.launch = request.number
        options.rounds = request.rounds
        options.samplesPerVisit = request.samplesPerVisit
        options.timeBudgetSeconds = request.timeBudgetSeconds
        options.secondsAlreadySpent = watch.seconds - engineSeconds
        let outcome = try MeasuringLaunch(bench, options, paddingBytes: paddingBytes)
            .run(workloads, into: log, progress: EventProgress { send($0.line) }, cancellation: cancellation)
        send(
            LaunchEvent.ended(
                wasInterrupted: outcome.wasInterrupted, startupSeconds: engineSeconds + outcome.startupSeconds
            ).line)
    }
}
