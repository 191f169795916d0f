import Engines
import Hardware
import Records
import Statistics

/// A block that is being measured: cells that all sides have ready, then the frozen loop as one more entry.
///
/// Where a side refuses a cell or breaks down in it, that cell is left out and says so, and the others go on.
struct BlockUnderWay {
    private let sides: PairedValues<Side>
    private let request: PairedRequest
    /// Of the inputs, which all sides share.
    private let seed: UInt64
    private var cells: [CellUnderWay] = []
    private var unmeasured: [PairedBlock.UnmeasuredCell] = []
    private var frozenLoop: [PairedBlock.Visit] = []
    private var rests: [PairedSide: Rest] = [:]
    /// What kept the frozen loop from being timed, where something did.
    private var frozenLoopFailure: EngineError?

    /// Where the kernels of one side run.
    struct Side {
        let instruments: Instruments
        /// The engine that times the frozen loop: the side's own, or the harness's where that has none.
        let loopEngine: any Engine

        var engine: any Engine { instruments.engines[0] }
    }

    /// What a side did while another one was measured: nothing, if its threads sleep.
    private struct Rest {
        var cpuNanoseconds = 0
        var nanoseconds = 0

        var busyCPUs: Double { Double(cpuNanoseconds) / Double(max(1, nanoseconds)) }

        /// The way from an answer to sleep is less.
        static let busiestSleeper = 0.05
    }

    private struct CellUnderWay {
        let workload: Workload
        let ready: PairedValues<ReadyCell>
        var facts: [PairedSide: PairedBlock.Facts]
        let iterations: Int
        let extraTurns: Int
        var visits: [PairedBlock.Visit] = []
        /// Once a side broke down in it.
        var isOver = false
    }

    init(sides: PairedValues<Side>, request: PairedRequest, seed: UInt64) {
        self.sides = sides
        self.request = request
        self.seed = seed
    }

    /// A sample of the frozen loop: a millisecond and more.
    static let frozenTurns = 60_000

    var entryCount: Int { cells.count + 1 }

    /// - Throws: what kept the frozen loop from being timed even once, where nothing else says that an engine broke.
    func measured(preparationSeconds: Double) throws(EngineError) -> PairedBlock {
        if frozenLoop.isEmpty, unmeasured.isEmpty, let frozenLoopFailure { throw frozenLoopFailure }
        return PairedBlock(
            cells: cells.filter { !$0.isOver }.map { cell in
                PairedBlock.Cell(
                    workload: cell.workload, facts: PairedValues { cell.facts[$0]! },
                    iterationsPerSample: cell.iterations, visits: cell.visits)
            },
            unmeasured: unmeasured, frozenLoop: frozenLoop,
            remarks: unrest, preparationSeconds: preparationSeconds)
    }

    /// Sides that did not rest while another one was measured.
    private var unrest: [String] {
        PairedSide.allCases.compactMap { side in
            guard let busy = rests[side]?.busyCPUs, busy > Rest.busiestSleeper else { return nil }
            return
                "the process of the \(side) kept \((busy * 100).rounded() / 100) CPUs busy while another process was "
                + "measured, which disturbs that measurement; its idle threads have to sleep"
        }
    }

    mutating func prepare(_ workload: Workload) {
        var asked = PairedSide.baseline
        var inputs: SharedInputs?
        do throws(EngineError) {
            var facts: [PairedSide: PairedBlock.Facts] = [:]
            var callNanoseconds: [PairedSide: Double] = [:]
            var iterations: [PairedSide: Int] = [:]
            let ready = try PairedValues<ReadyCell> { side throws(EngineError) in
                asked = side
                let cell = try ReadyCell(workload, sides[side].instruments, seed: seed) {
                    let made = inputs ?? SharedInputs(for: workload, seed: seed)
                    inputs = made
                    return made
                }
                facts[side] = try self.facts(of: cell, on: side)
                let calls = try cell.callsPerSample()
                iterations[side] = calls
                if request.planted[workload] != nil {
                    let samples = [
                        try cell.kernel.sample(Batch(calls: calls)), try cell.kernel.sample(Batch(calls: calls)),
                    ]
                    callNanoseconds[side] = Double(samples.map(\.nanoseconds).min()!) / Double(calls)
                }
                return cell
            }
            asked = .candidate
            var extraTurns = 0
            if let slowdown = request.planted[workload] {
                let turn = try loop(.candidate)
                let turnNanoseconds = Double(turn.nanoseconds) / Double(Self.frozenTurns)
                let turns = slowdown * callNanoseconds[.candidate]! / turnNanoseconds
                extraTurns = max(1, Int(saturating: turns.rounded()))
            }
            cells.append(
                CellUnderWay(
                    workload: workload, ready: ready, facts: facts, iterations: iterations[.baseline]!,
                    extraTurns: extraTurns))
        } catch {
            refuse(workload, asked, error)
        }
    }

    mutating func visit(_ entry: Int, inOrder order: [PairedSide]) {
        var samples: [PairedSide: Sample] = [:]
        var asked = order[0]
        do throws(EngineError) {
            for side in order {
                asked = side
                if entry == cells.count {
                    samples[side] = try loop(side)
                } else {
                    let cell = cells[entry]
                    if cell.isOver { return }
                    let extraTurns = side == .candidate ? cell.extraTurns : 0
                    samples[side] = try sample(
                        cell.ready[side].kernel, of: side,
                        Batch(calls: cell.iterations, warmUpCalls: 1, extraTurns: extraTurns))
                }
            }
        } catch {
            if entry == cells.count {
                frozenLoopFailure = error
            } else {
                cells[entry].isOver = true
                refuse(cells[entry].workload, asked, error)
            }
            return
        }
        let visit = PairedBlock.Visit { samples[$0]! }
        if entry == cells.count { frozenLoop.append(visit) } else { cells[entry].visits.append(visit) }
    }

    /// A sample of one side, with an eye on the others.
    private mutating func sample(
        _ kernel: LoadedKernel, of side: PairedSide, _ batch: Batch
    ) throws(EngineError) -> Sample {
        let others = PairedSide.allCases.filter { $0 != side }.map { (name: $0, engine: sides[$0].engine) }
        guard let watch = IdleWatch(others, clock: sides[side].instruments.clock) else {
            return try kernel.sample(batch)
        }
        let sample = try kernel.sample(batch)
        let (worked, nanoseconds) = watch.worked()
        for (other, cpuNanoseconds) in worked {
            rests[other, default: Rest()].cpuNanoseconds += cpuNanoseconds
            rests[other, default: Rest()].nanoseconds += nanoseconds
        }
        return sample
    }

    /// After the last round: whether both still compute what they are asked for, from other inputs.
    mutating func checkAgain() {
        for index in cells.indices where !cells[index].isOver {
            let cell = cells[index]
            for side in [PairedSide.baseline, .candidate] where cell.facts[side]!.wrongness == nil {
                let check = FinalCheck(
                    workload: cell.workload, instruments: sides[side].instruments,
                    statedPairs: cell.facts[side]!.statedPairs)
                let effort = FinalCheck.Effort.callOnOtherInputs(seed: seed &+ 1)
                guard let fault = check.fault(of: cell.ready[side].kernel, effort) else { continue }
                switch fault {
                case .wrong(let reason, _): cells[index].facts[side]!.wrongness = reason
                case .broken(let reason):
                    cells[index].isOver = true
                    refuse(cell.workload, side, reason)
                }
                if cells[index].isOver { break }
            }
        }
    }

    private func facts(of cell: ReadyCell, on side: PairedSide) throws(EngineError) -> PairedBlock.Facts {
        var facts = PairedBlock.Facts(
            countedPairs: cell.kernel.prepared.countedPairs, statedPairs: cell.kernel.prepared.statedPairs,
            peakResidentBytes: cell.peakResidentBytes,
            statedBytes: cell.kernel.prepared.statedScratchBytes.map { cell.workload.tensorBytes + $0 })
        if request.isChecked, side != .control, case .wrong(_, let reason) = try cell.check(sides[side].instruments) {
            facts.wrongness = reason
        }
        return facts
    }

    private mutating func refuse(_ workload: Workload, _ side: PairedSide, _ error: EngineError) {
        switch error {
        case .unsupported(let problem): refuse(workload, side, problem.reason)
        case .failed(let fault): refuse(workload, side, fault.description)
        }
    }

    private mutating func refuse(_ workload: Workload, _ side: PairedSide, _ reason: String) {
        unmeasured.append(PairedBlock.UnmeasuredCell(workload: workload, engine: side.engine, reason: reason))
    }

    private func loop(_ side: PairedSide) throws(EngineError) -> Sample {
        guard let sample = try sides[side].loopEngine.sampleFrozenLoop(turns: Self.frozenTurns) else {
            preconditionFailure("an engine is asked for a frozen loop that it does not have")
        }
        return sample
    }
}
