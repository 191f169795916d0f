import Attention
import Hardware
import Kernels
import Records

/// A kernel of a program, ready for one problem.
///
/// Where another cell has broken the process, it is made ready again in the next one.
final class ProgramKernel: PreparedKernel {
    let startup: Startup?
    let statedPairs: Int?
    let statedScratchBytes: Int?
    let filter: GradientFilter
    private(set) var countedPairs: Int?
    private let cell: Cell
    private var seat: Seat

    init(
        named name: String, _ workload: Workload, of engine: ProgramEngine, _ inputs: () -> SharedInputs
    ) throws(EngineError) {
        try engine.requireHope(for: name)
        filter = engine.kernels.first { $0.name == workload.kernel }?.filter ?? .none
        let inputs = inputs()
        let process = try engine.process(threads: workload.threads)
        do throws(SharedMemoryError) {
            cell = Cell(
                engine: engine, workload: workload, name: name, tensors: try ProgramTensors(for: workload))
        } catch {
            throw .failed(process.failure("prepare \(name)", .noMemory(error)))
        }
        cell.tensors.fill(from: inputs.tensors)
        seat = try cell.seat(in: process)
        startup = Startup(engineSeconds: process.startSeconds, compileSeconds: seat.prepared.compileSeconds)
        statedPairs = seat.prepared.computedPairs
        (countedPairs, statedScratchBytes) = (statedPairs, seat.prepared.scratchBytes)
    }

    deinit {
        if seat.process.end == nil {
            _ = try? seat.process.ask(
                .release(cell: seat.number), doing: "release \(name)", within: engine.source.command.answerSeconds)
        }
    }

    var mayComputeUnseen: Bool { true }

    var readsSharedTensors: Bool { seat.prepared.zeroCopy }

    var tolerance: Double { engine.source.tolerance }

    var peakResidentBytes: Int { max(0, seat.memory.peakBytes() - seat.restingBytes) }

    /// Of the tensor that is shared: what the engine keeps is its own.
    func spoilOutput() { tensors.spoilOutputs() }

    func load(_ inputs: SharedInputs) throws(EngineError) {
        tensors.fill(from: inputs.tensors)
        try takePlace()
        try cell.load(in: seat.process, seat.number)
    }

    /// A sample whose clocks differ beyond belief is taken again: on a shared machine either process can lose milliseconds
    /// that no counter shows. An engine that lies does so each time.
    private static let clockTrials = 3

    func sample(_ batch: Batch) throws(EngineError) -> Sample {
        for _ in 1..<Self.clockTrials {
            do throws(EngineError) { return try sampleOnce(batch) } catch {
                guard case .failed(let fault) = error, case .dishonestClock? = (fault as? EngineFailure)?.cause else {
                    throw error
                }
            }
        }
        return try sampleOnce(batch)
    }

    private func sampleOnce(_ batch: Batch) throws(EngineError) -> Sample {
        try takePlace()
        let process = seat.process
        let shape = workload.problem.shape
        let pairs = max(1, shape.batch * shape.queryHeads * workload.problem.pairs.allowed)
        let extraTurns = batch.extraTurns == 0 ? nil : batch.extraTurns
        precondition(extraTurns == nil || engine.greeting.attnbench != nil, "only attnbench makes extra turns")
        return try cell.asking { () throws(EngineFailure) in
            // Warm-up calls are a request of their own, so that our clock sees what theirs sees.
            if batch.warmUpCalls > 0 {
                let seen = try process.ask(
                    .sample(
                        cell: seat.number, warmUpCalls: batch.warmUpCalls - 1, calls: 1, extraTurns: extraTurns),
                    doing: "run \(name)",
                    within: engine.patienceSeconds(name, pairs: pairs, calls: batch.warmUpCalls))
                guard case .sampled = seen else { throw process.unexpected(seen, "run \(name)") }
            }
            let seen = try process.observe(
                .sample(cell: seat.number, warmUpCalls: 0, calls: batch.calls, extraTurns: extraTurns),
                doing: "run \(name)", within: engine.patienceSeconds(name, pairs: pairs, calls: batch.calls))
            guard case .sampled(_, let nanoseconds, let deviceNanoseconds, let counted) = seen.reply,
                nanoseconds > 0, (1...nanoseconds).contains(deviceNanoseconds ?? nanoseconds)
            else { throw process.unexpected(seen.reply, "run \(name)") }
            let sample = seen.sample(nanoseconds: nanoseconds, deviceNanoseconds: deviceNanoseconds)
            let clocks = ClockComparison(
                engineNanoseconds: nanoseconds, wallNanoseconds: seen.wallNanoseconds,
                waitNanoseconds: seen.ownDelayNanoseconds + sample.contamination.runDelayNanoseconds)
            guard clocks.judgement != .unbelievable else {
                throw process.failure("run \(name)", .dishonestClock(clocks))
            }
            if let counted { countedPairs = counted }
            engine.learn(name, pairs: pairs, calls: batch.calls, nanoseconds: nanoseconds)
            return sample
        }
    }

    func withOutput<Result>(_ body: (borrowing Tensor) -> Result) throws(EngineError) -> Result {
        let doing = "write the output of \(name)"
        let process = seat.process
        tensors.spoilOutputs()
        if let end = process.end { throw .failed(end) }
        try cell.asking { () throws(EngineFailure) in
            let reply = try process.ask(
                .write(cell: seat.number), doing: doing, within: engine.source.command.prepareSeconds)
            guard case .written = reply else { throw process.unexpected(reply, doing) }
        }
        return body(tensors.output())
    }

    /// Makes the kernel ready again where its process has ended.
    private func takePlace() throws(EngineError) {
        guard seat.process.end != nil else { return }
        seat = try cell.seat(in: engine.process(threads: workload.threads))
    }

    private var engine: ProgramEngine { cell.engine }
    private var workload: Workload { cell.workload }
    private var name: String { cell.name }
    private var tensors: ProgramTensors { cell.tensors }
}

/// A place in a process: what became of a cell there.
private struct Seat {
    let process: EngineProcess
    let number: Int
    let memory: ResidentMemory
    let restingBytes: Int
    let prepared: Prepared

    struct Prepared {
        let compileSeconds: Double
        let computedPairs: Int?
        let scratchBytes: Int?
        let zeroCopy: Bool
    }
}

/// What a process is asked to make ready.
private struct Cell {
    let engine: ProgramEngine
    let workload: Workload
    /// As the engine calls the kernel.
    let name: String
    let tensors: ProgramTensors

    func seat(in process: EngineProcess) throws(EngineError) -> Seat {
        let memory = ResidentMemory.of(PeakMemory(of: process.identifier))
        let restingBytes = memory.bytes()
        let number = process.newCell()
        let doing = "prepare \(name)"
        let stopwatch = Stopwatch()
        // All of the wait, unless the engine says how much of it was compiling.
        var compileSeconds: Double?
        defer { engine.addStartup(seconds: compileSeconds ?? stopwatch.seconds) }
        let reply = try asking { () throws(EngineFailure) in
            try process.ask(
                .prepare(
                    cell: number, kernel: name, problem: workload.problem, threads: workload.threads,
                    cpus: process.seat.cpus, tensors: tensors.addresses),
                doing: doing, within: process.command.prepareSeconds)
        }
        switch reply {
        case .prepared(_, let seconds, let pairs, let bytes, let zeroCopy):
            guard (pairs ?? 0) >= 0, (0...Self.mostScratchBytes).contains(bytes ?? 0) else {
                throw unexpected(reply, from: process, doing)
            }
            let waitedSeconds = stopwatch.seconds
            let compiling = min(max(0, seconds ?? waitedSeconds), waitedSeconds)
            compileSeconds = compiling
            try load(in: process, number)
            // What compiling and loading took for a while is none of the kernel's own.
            memory.resetPeak()
            return Seat(
                process: process, number: number, memory: memory, restingBytes: restingBytes,
                prepared: .init(
                    compileSeconds: compiling, computedPairs: pairs, scratchBytes: bytes, zeroCopy: zeroCopy ?? false))
        case .refused(_, let reason):
            throw .unsupported(UnsupportedProblem("\(process.greeting.engine.name) refuses it: \(reason)"))
        default: throw unexpected(reply, from: process, doing)
        }
    }

    private func unexpected(_ reply: EngineReply, from process: EngineProcess, _ doing: String) -> EngineError {
        let failure = process.unexpected(reply, doing)
        engine.note(failure, in: name)
        return .failed(failure)
    }

    /// Does something in a process, of whose end the engine takes note.
    func asking<Result>(_ body: () throws(EngineFailure) -> Result) throws(EngineError) -> Result {
        do throws(EngineFailure) { return try body() } catch {
            engine.note(error, in: name)
            throw .failed(error)
        }
    }

    /// Beyond what any machine has.
    private static let mostScratchBytes = 1 << 60

    func load(in process: EngineProcess, _ number: Int) throws(EngineError) {
        try asking { () throws(EngineFailure) in
            let reply = try process.ask(
                .load(cell: number), doing: "load \(name)", within: process.command.prepareSeconds)
            guard case .loaded = reply else { throw process.unexpected(reply, "load \(name)") }
        }
    }
}

/// The tensors of one cell, in memory that its engine can map.
private struct ProgramTensors {
    private let inputs: [SharedTensor]
    /// One after the other they are what a call writes.
    private let outputs: [SharedTensor]
    private let workload: Workload

    init(for workload: Workload) throws(SharedMemoryError) {
        let (phase, problem) = (workload.phase, workload.problem)
        func tensors(_ tensors: [CallTensor], _ role: EngineTensor.Role) throws(SharedMemoryError) -> [SharedTensor] {
            var shared: [SharedTensor] = []
            for tensor in tensors {
                shared.append(
                    try SharedTensor(tensor.name, role: role, tensor.elementType, dimensions: tensor.dimensions))
            }
            return shared
        }
        inputs = try tensors(phase.inputs(of: problem), .input)
        outputs = try tensors(phase.outputs(of: problem), .output)
        self.workload = workload
    }

    var addresses: [String: EngineTensor] {
        Dictionary(uniqueKeysWithValues: (inputs + outputs).map { ($0.name, $0.address) })
    }

    /// In the order in which the phase lists them.
    func fill(from tensors: borrowing AttentionInputs) {
        inputs[0].fill(from: tensors.query)
        inputs[1].fill(from: tensors.key)
        if workload.phase == .loss { return inputs[2].fill(from: tensors.targetNumbers()) }
        if workload.problem.latent != nil { return }
        inputs[2].fill(from: tensors.value)
        if workload.phase.givesGradients { tensors.withOutputGradient { inputs[3].fill(from: $0) } }
        if workload.problem.scoreForm.hasSinkLogits {
            tensors.withSinkLogits { inputs[workload.phase.sinkLogitsPlace].fill(from: $0) }
        }
        if workload.problem.weighting.hasGates {
            tensors.withGates { gates in
                inputs[inputs.count - 2].fill(from: gates.logDecay)
                inputs[inputs.count - 1].fill(from: gates.writingStrength)
            }
        }
    }

    func spoilOutputs() {
        for output in outputs { output.spoil() }
    }

    func output() -> Tensor {
        var whole = workload.phase.output(of: workload.problem)
        whole.withMutableBytes { bytes in
            var start = 0
            for output in outputs {
                output.copyElements(to: bytes.baseAddress! + start)
                start += output.elementBytes
            }
        }
        return whole
    }
}
