import Records

/// A block that is being measured: cells that all sides have ready, then the frozen loop as one more entry.
struct BlockUnderWay {
    let workers: PairedValues<WorkerProcess>
    let request: PairedRequest
    private var cells: [CellUnderWay] = []
    private var refusals: [PairedBlock.Refusal] = []
    private var frozenLoop: [PairedBlock.Visit] = []
    private var preparedCount = 0

    private struct CellUnderWay {
        let number: Int
        let workload: Workload
        let facts: PairedValues<PreparedFacts>
        let iterations: Int
        let extraTurns: Int
        var visits: [PairedBlock.Visit] = []
    }

    init(workers: PairedValues<WorkerProcess>, request: PairedRequest) {
        self.workers = workers
        self.request = request
    }

    /// A sample of the frozen loop: a millisecond and more.
    static let frozenTurns = 60_000

    var entryCount: Int { cells.count + 1 }

    var measured: PairedBlock {
        PairedBlock(
            cells: cells.map {
                PairedBlock.Cell(
                    workload: $0.workload, facts: $0.facts, iterationsPerSample: $0.iterations, visits: $0.visits)
            },
            refusals: refusals, frozenLoop: frozenLoop)
    }

    mutating func prepare(_ workload: Workload) throws(WorkerError) {
        let number = preparedCount
        preparedCount += 1
        var facts: [PreparedFacts] = []
        var refusal: PairedBlock.Refusal?
        for side in PairedSide.allCases {
            let isChecked = request.isChecked && side != .control
            switch try workers[side].ask(
                .prepare(Version1Workload(workload), isChecked: isChecked), doing: "prepare \(workload)")
            {
            case .prepared(let one): facts.append(one)
            case .refused(let reason):
                refusal =
                    refusal ?? PairedBlock.Refusal(workload: workload, build: side.build, reason: reason)
            case .sampled: throw workers[side].garbled("a sample, in reply to a preparation")
            }
        }
        if let refusal {
            refusals.append(refusal)
            return
        }
        var extraTurns = 0
        if let slowdown = request.planted[workload] {
            let turn = try sample(.candidate, .sampleFrozenLoop(turns: Self.frozenTurns), doing: "time a loop")
            let turns = slowdown * facts[1].callNanoseconds / (Double(turn.nanoseconds) / Double(Self.frozenTurns))
            extraTurns = max(1, Int(turns.rounded()))
        }
        cells.append(
            CellUnderWay(
                number: number, workload: workload,
                facts: PairedValues(baseline: facts[0], candidate: facts[1], control: facts[2]),
                iterations: facts[0].iterationsPerSample, extraTurns: extraTurns))
    }

    mutating func visit(_ entry: Int, inOrder order: [PairedSide]) throws(WorkerError) {
        var samples: [PairedSide: Sample] = [:]
        for side in order {
            if entry == cells.count {
                samples[side] = try sample(
                    side, .sampleFrozenLoop(turns: Self.frozenTurns), doing: "time the frozen loop")
            } else {
                let cell = cells[entry]
                samples[side] = try sample(
                    side,
                    .sample(
                        cell: cell.number, iterations: cell.iterations,
                        extraTurns: side == .candidate ? cell.extraTurns : 0),
                    doing: "time \(cell.workload)")
            }
        }
        let visit = PairedBlock.Visit { samples[$0]! }
        if entry == cells.count { frozenLoop.append(visit) } else { cells[entry].visits.append(visit) }
    }

    private func sample(
        _ side: PairedSide, _ request: WorkerProtocol.Request, doing: @autoclosure () -> String
    ) throws(WorkerError) -> Sample {
        guard case .sampled(let sample) = try workers[side].ask(request, doing: doing()) else {
            throw workers[side].garbled("no sample, in reply to a request for one")
        }
        return sample
    }
}
