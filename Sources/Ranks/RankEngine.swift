import Attention
import Engines
import Hardware
import Kernels
import Records

/// The ranks as an engine: the first rank measures, reports and writes as a program without ranks does, and asks the other
/// ranks to go through each step with it. So everything that a run can do, it can do with ranks.
///
/// A sample begins after a barrier, and each rank reads its own clock; the time of the slowest is the time of the sample.
public final class RankEngine: DrawingEngine {
    public static let name = RankSetting.engine
    /// As sweeps name and cross them: each with the first of its masks.
    public static let kernels = RankKernel.builtIn.map {
        Kernel(name + "/" + $0.name, summary: $0.summary, phase: $0.phase, masks: $0.masks[0])
    }

    public let identity: EngineIdentity
    private let setting: RankSetting
    private let ranksOfFullestHost: Int
    /// What the kernels leave to the machine.
    public var tuning = Tuning.standard
    fileprivate let communicator: Communicator
    fileprivate let team: WorkerTeam
    fileprivate let evidence: ThreadEvidenceReader
    private var cellCount = 0
    private var hasEnded = false
    private var secondsLeft: () -> Double = { .infinity }

    /// On every rank at once: each takes its CPU, and the links between neighbours are measured.
    public init(_ communicator: Communicator, _ placement: Placement, on topology: Topology) throws(RankFailure) {
        let seats = try Seats(communicator, placement, on: topology)
        self.communicator = communicator
        team = seats.team
        evidence = ThreadEvidenceReader(teams: [seats.team])
        ranksOfFullestHost = seats.ranksOfFullestHost
        identity = EngineIdentity(
            name: Self.name,
            version: "\(communicator.rankCount) of \(RankLaunch.library ?? "this program")")
        setting = RankSetting(places: seats.places, link: .slowest(of: communicator))
    }

    public var kernels: [Kernel] { Self.kernels }
    public var details: [String: String] { setting.details }
    /// What is to be known of the way in which the ranks were started.
    public var remarks: [String] { setting.remarks }

    /// Beside this, neither the clock nor the end of a barrier can be seen: that takes some microseconds.
    public let minimumSampleNanoseconds = 2_000_000

    /// Of the ranks of one machine, each with its parts and its buffers: nobody holds the whole problem. The hosts are of one
    /// kind, so the one with most ranks decides. Memory that was measured is that of the first rank, and part of this.
    public func bytes(of workload: Workload, scratchBytes: Int) -> Int {
        guard let shared = try? SharedWorkload(workload, ranks: communicator.rankCount) else {
            return workload.tensorBytes
        }
        return ranksOfFullestHost * shared.mostBytes
    }

    public func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        throw .unsupported(
            UnsupportedProblem(
                "\(workload.kernel) takes no tensors: each rank draws its own part of the inputs from a seed"))
    }

    public func prepare(_ workload: Workload, seed: UInt64) throws(EngineError) -> any DrawingKernel {
        cellCount += 1
        do throws(UnsupportedProblem) {
            return try RankedKernel(workload, seed: seed, cell: cellCount, of: self)
        } catch {
            throw .unsupported(error)
        }
    }

    public func limitWaiting(to secondsLeft: @escaping () -> Double) { self.secondsLeft = secondsLeft }

    /// Nothing is begun that is not predicted to end within the budget, and predictions of calls of minutes can be wrong by some.
    public static let patienceSeconds = 300.0

    /// Asks the other ranks, and does the same on this one. A rank that does not come with it by the end of the budget, and some
    /// minutes more, is stopped or lost, and ends the run.
    fileprivate func ask<Value, Failure: Error>(
        _ request: RankRequest, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try LastWords.unlessAnswered(within: max(0, secondsLeft()) + Self.patienceSeconds) { () throws(Failure) in
            ask(request)
            return try body()
        }
    }

    /// Ends the other ranks' part in the run. Without it they would wait for ever.
    public func end() {
        ask(.end)
        hasEnded = true
    }

    private func ask(_ request: RankRequest) {
        if !hasEnded { communicator.send(request) }
    }

    fileprivate func ready(_ tuning: Tuning) -> RankKernel.Ready {
        RankKernel.Ready(communicator, team: team, tuning: tuning)
    }

    /// What every rank but the first does until the run is over.
    public func follow() throws {
        var cells: [Int: RankCell] = [:]
        while true {
            switch communicator.nextRequest() {
            case .prepare(let number, let workload, let tuning, let seed):
                // The first rank has found that the kernel takes the problem.
                let shared = try SharedWorkload(workload, ranks: communicator.rankCount)
                cells[number] = try RankCell(shared, seed: seed, ready(tuning), evidence)
            case .draw(let number, let seed): cells[number]?.draw(seed: seed)
            case .spoilOutput(let number): cells[number]?.spoilOutput()
            case .sample(let number, let calls, let warmUpCalls):
                _ = cells[number]?.sample(calls: calls, warmUpCalls: warmUpCalls)
            case .sendOutput(let number, let rows): cells[number]?.sendOutput(of: rows)
            case .release(let number): cells[number] = nil
            case .end: return
            }
        }
    }
}

/// A kernel of ranks that is ready for one workload, as the first rank has it.
private final class RankedKernel: DrawingKernel {
    private let engine: RankEngine
    private let number: Int
    private let cell: RankCell
    private let memory = ResidentMemory.ofThisProcess
    private let restingBytes: Int

    init(_ workload: Workload, seed: UInt64, cell number: Int, of engine: RankEngine) throws(UnsupportedProblem) {
        // The other ranks would refuse what this one refuses, and are not asked then.
        let shared = try SharedWorkload(workload, ranks: engine.communicator.rankCount)
        restingBytes = memory.bytes()
        memory.resetPeak()
        let request = RankRequest.prepare(cell: number, workload: workload, tuning: engine.tuning, seed: seed)
        cell = try engine.ask(request) { () throws(UnsupportedProblem) in
            try RankCell(shared, seed: seed, engine.ready(engine.tuning), engine.evidence)
        }
        (self.engine, self.number) = (engine, number)
    }

    deinit { engine.ask(.release(cell: number)) {} }

    var countedPairs: Int? { nil }
    /// Of the first rank.
    var peakResidentBytes: Int { max(0, memory.peakBytes() - restingBytes) }

    func draw(seed: UInt64) {
        engine.ask(.draw(cell: number, seed: seed)) { cell.draw(seed: seed) }
    }

    func spoilOutput() {
        engine.ask(.spoilOutput(cell: number)) { cell.spoilOutput() }
    }

    func sample(_ batch: Batch) -> Sample {
        engine.ask(.sample(cell: number, calls: batch.calls, warmUpCalls: batch.warmUpCalls)) {
            cell.sample(calls: batch.calls, warmUpCalls: batch.warmUpCalls)
        }
    }

    func withOutput<Result>(of rows: [Accuracy.OutputRow], _ body: (borrowing Tensor) -> Result) -> Result {
        let gathered = engine.ask(.sendOutput(cell: number, rows: rows)) { cell.output(of: rows) }
        return body(gathered.tensor)
    }
}
