import Attention
import Engines
import Hardware
import Kernels
import Records

/// The ranks as an engine: the first rank measures, reports and writes as a program without ranks does, and asks the other
/// ranks to go through each step with it. So everything that a run can do, it can do with ranks.
///
/// A sample begins after a barrier, and each rank reads its own clock; the time of the slowest is the time of the sample.
public final class RankEngine: Engine {
    public static let name = RankSetting.engine
    /// As sweeps name and cross them: each with the first of its masks.
    public static let kernels = RankKernel.builtIn.map {
        Kernel(name + "/" + $0.name, summary: $0.summary, phase: $0.phase, masks: $0.masks[0])
    }

    public let identity: EngineIdentity
    private let setting: RankSetting
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

    /// Parts of ranks on this machine, and what is on its way to them.
    public var tensorCopies: Int { 2 }

    public func prepare(_ workload: Workload, inputs: () -> SharedInputs) throws(EngineError) -> any PreparedKernel {
        cellCount += 1
        do throws(UnsupportedProblem) {
            return try RankedKernel(workload, cell: cellCount, of: self, inputs)
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
            case .prepare(let number, let name, let workload, let tuning):
                // The first rank has found that the kernel takes the problem.
                let cell = try RankCell(RankKernel.builtIn.named(name), workload.problem, ready(tuning), evidence)
                cell.load(nil)
                cells[number] = cell
            case .load(let number): cells[number]?.load(nil)
            case .spoilOutput(let number): cells[number]?.spoilOutput()
            case .sample(let number, let calls, let warmUpCalls):
                _ = cells[number]?.sample(calls: calls, warmUpCalls: warmUpCalls)
            case .collect(let number): cells[number]?.sendOutputs()
            case .release(let number): cells[number] = nil
            case .end: return
            }
        }
    }
}

/// A kernel of ranks that is ready for one workload, as the first rank has it.
private final class RankedKernel: PreparedKernel {
    private let engine: RankEngine
    private let number: Int
    private let cell: RankCell
    private let memory = ResidentMemory.ofThisProcess
    private let restingBytes: Int
    private var output: Tensor

    init(
        _ workload: Workload, cell number: Int, of engine: RankEngine, _ inputs: () -> SharedInputs
    ) throws(UnsupportedProblem) {
        guard workload.threads == 1 else {
            throw UnsupportedProblem("a rank has one thread, not \(workload.threads); start more ranks instead")
        }
        let name = String(workload.kernel.dropFirst(RankEngine.name.count + 1))
        guard let kernel = RankKernel.builtIn.first(where: { $0.name == name }) else {
            throw UnsupportedProblem("\(name) is not a kernel of ranks")
        }
        // The other ranks would refuse what this one refuses, and are not asked then.
        _ = try kernel.problem(workload.problem, ranks: engine.communicator.rankCount)
        restingBytes = memory.bytes()
        memory.resetPeak()
        let request = RankRequest.prepare(cell: number, kernel: name, workload: workload, tuning: engine.tuning)
        cell = try engine.ask(request) { () throws(UnsupportedProblem) in
            let cell = try RankCell(kernel, workload.problem, engine.ready(engine.tuning), engine.evidence)
            cell.load(SharedParts(inputs: inputs()))
            return cell
        }
        output = Tensor(
            workload.problem.elementType, dimensions: AttentionInputs.queryDimensions(workload.problem.shape))
        (self.engine, self.number) = (engine, number)
    }

    deinit { engine.ask(.release(cell: number)) {} }

    var countedPairs: Int? { nil }
    var peakResidentBytes: Int { max(0, memory.peakBytes() - restingBytes) }

    func load(_ inputs: SharedInputs) {
        engine.ask(.load(cell: number)) { cell.load(SharedParts(inputs: inputs)) }
    }

    func spoilOutput() {
        engine.ask(.spoilOutput(cell: number)) { cell.spoilOutput() }
        output.spoil()
    }

    func sample(_ batch: Batch) -> Sample {
        engine.ask(.sample(cell: number, calls: batch.calls, warmUpCalls: batch.warmUpCalls)) {
            cell.sample(calls: batch.calls, warmUpCalls: batch.warmUpCalls)
        }
    }

    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) -> Result {
        engine.ask(.collect(cell: number)) { cell.collect(into: &output) }
        return body(output)
    }
}
