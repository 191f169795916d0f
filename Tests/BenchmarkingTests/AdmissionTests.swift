import Attention
import Foundation
import Testing

@testable import Benchmarking

/// What fits, in which order and in whose words, on planted costs: no clock, no kernel.
@Suite struct AdmissionTests {
    private func cost(_ callSeconds: Double, bytes: Int = 1000, inputSeconds: Double = 0) -> CellCost {
        CellCost(
            callSeconds: callSeconds, inputSeconds: inputSeconds, buildSeconds: 0.1, checkSeconds: 0.2, bytes: bytes)
    }

    /// Each of a length of its own, so that no two share their inputs.
    private func cells(_ predictions: [Admission.Prediction]) throws -> [Admission.Cell] {
        try predictions.enumerated().map { index, prediction in
            let shape = try AttentionShape(queryLength: index + 1, headDimension: 1)
            return Admission.Cell(
                problem: try AttentionProblem(shape: shape, mask: .causal), prediction: prediction)
        }
    }

    private func limits(_ seconds: Double = .infinity, memoryBytes: Int = 1 << 20, rounds: Int = 50) -> RunLimits {
        RunLimits(
            timeBudgetSeconds: seconds, memoryBytes: memoryBytes, rounds: rounds, minimumSampleSeconds: 0.001)
    }

    /// Drives to the end as a run does whose cells cost what `costs` says; nil for a cell that turns out wrong.
    private func drive(
        _ admission: Admission, costs: [CellCost?], from start: Double = 0
    ) -> (steps: [Admission.Step], seconds: Double) {
        var admission = admission
        var (steps, elapsed): ([Admission.Step], Double) = ([], start)
        while true {
            let step = admission.next(elapsedSeconds: elapsed)
            steps.append(step)
            switch step {
            case .prepare(let cell, _):
                guard let cost = costs[cell] else { continue }
                elapsed += cost.preparationSeconds(admission.limits)
                _ = admission.prepared(at: cost)
            case .visit(let visits, _):
                for visit in visits { elapsed += Double(visit.count) * visit.admitted.visitSeconds }
            case .skip, .resume, .keep: continue
            case .done: return (steps, elapsed)
            }
        }
    }

    private func prepared(_ steps: [Admission.Step]) -> [Int] {
        steps.compactMap { if case .prepare(let cell, _) = $0 { cell } else { nil } }
    }

    private func refusals(_ steps: [Admission.Step]) -> [Int: Refusal] {
        Dictionary(
            steps.compactMap { if case .skip(let cell, let refusal) = $0 { (cell, refusal) } else { nil } }
        ) { first, _ in first }
    }

    private func visits(_ steps: [Admission.Step]) -> [[Int: Int]] {
        steps.compactMap { step in
            guard case .visit(let visits, _) = step else { return nil }
            return Dictionary(uniqueKeysWithValues: visits.map { ($0.admitted.cell, $0.count) })
        }
    }

    @Test func cheapCellsComeFirstAndLongCallsLast() throws {
        let costs = [cost(3), cost(0.5), cost(0.01), cost(4), cost(0.1)]
        let (steps, _) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits()), costs: costs)
        #expect(prepared(steps) == [2, 4, 1, 0, 3])
        #expect(visits(steps) == [[2: 50, 4: 50, 1: 50], [0: 49, 3: 49]], "a long call is its own first round")
        #expect(steps.last == .done)
    }

    @Test func whatAKernelRefusesIsSaidFirst() throws {
        let admission = Admission(
            try cells([.cost(cost(0.01)), .unsupported(reason: "takes one batch at a time")]), limits: limits())
        let (steps, _) = drive(admission, costs: [cost(0.01), nil])
        #expect(steps.first == .skip(1, .unsupported(reason: "takes one batch at a time")))
        #expect(refusals(steps)[1]?.reason == "takes one batch at a time")
    }

    @Test func whatNeedsMoreMemoryIsSkipped() throws {
        let costs = [cost(0.01, bytes: 120_000), cost(0.01, bytes: 131_072)]
        let (steps, _) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(memoryBytes: 120_000)),
            costs: costs)
        #expect(prepared(steps) == [0])
        let refusal = try #require(refusals(steps)[1])
        #expect(refusal == .memory(neededBytes: 131_072, limitBytes: 120_000))
        #expect(refusal.reason == "needs 128 KiB of memory; this run may use 117 KiB")
        #expect(refusal.brief == "needs more memory: this run may use 117 KiB")
    }

    /// Two cells of a second need 8.5 s each with their six rounds and the check after them; the budget has room for one.
    @Test func aCellKeepsTimeBackForItsRounds() throws {
        let costs = [cost(1), cost(1), cost(100)]
        let (steps, seconds) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(11)), costs: costs)
        #expect(prepared(steps) == [0])
        #expect(visits(steps) == [[0: 8]], "what the others do not get, the first one does")
        #expect(seconds <= 11)
        let refused = refusals(steps)
        #expect(refused[1]?.reason.hasSuffix("that does not fit into what is left of the time budget of 11 s") == true)
        #expect(
            refused[2]?.reason
                == "one call would take about 100 s, with its tensors and its check 100 s; that does not fit into the "
                + "time budget of 11 s")
    }

    /// A pass of 10 s is admitted with a tenth to spare and held back with two tenths.
    @Test func theRoundsLeaveTimeForLongCalls() throws {
        let costs = [cost(0.5), cost(10)]
        let (steps, seconds) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(30, rounds: 1000)), costs: costs)
        guard case .visit(let first, let heldBack) = steps[1] else { throw CancellationError() }
        #expect(abs(heldBack - 1.2 * 10.3) < 1e-9)
        // 0.8 s to prepare the first and 0.8 s to check it again; what is left of 30 s without 12.4 s are 32 visits of half
        // a second.
        #expect(first.map(\.count) == [32])
        #expect(prepared(steps) == [0, 1])
        #expect(seconds <= 30)
    }

    /// The call fits into what is left, but the two tenths over it do not.
    @Test func longCallsNeverCostTheLeastOfRounds() throws {
        let costs = [cost(0.5), cost(10)]
        let (steps, _) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(16, rounds: 1000)), costs: costs)
        #expect(visits(steps) == [[0: 6], [1: 0]])
    }

    /// Cells are judged by what the ones before them really took.
    @Test func dearerThanForetoldCostsTheLaterOnes() throws {
        let foretold = [cost(0.1), cost(0.2)]
        let admission = Admission(try cells(foretold.map(Admission.Prediction.cost)), limits: limits(6))
        #expect(prepared(drive(admission, costs: foretold).steps) == [0, 1])
        let (steps, _) = drive(admission, costs: [cost(0.6), foretold[1]])
        #expect(prepared(steps) == [0])
        #expect(refusals(steps).keys.sorted() == [1])
    }

    @Test func betterPredictionsCountAtOnce() throws {
        var admission = Admission(try cells([.cost(cost(0.1)), .cost(cost(0.2))]), limits: limits(5))
        #expect(admission.next(elapsedSeconds: 0) == .prepare(0, predicted: cost(0.1)))
        _ = admission.prepared(at: cost(0.1))
        admission.revise([.cost(cost(0.1)), .cost(cost(40))])
        guard case .skip(1, .time(let time)) = admission.next(elapsedSeconds: 0.5) else { throw CancellationError() }
        #expect(time.exceedsBudget)
    }

    /// A hundred visits of the cheap cell would cost the dear one its rounds: it has its seventeen first, where they take a
    /// tenth of the budget at most, and as many as a tenth pays for where they take more.
    @Test(arguments: [(60.0, 17), (20, 10), (11, 6)])
    func dearCellsHaveTheirRoundsBeforeCheapOnesHaveMore(budget: Double, rounds: Int) throws {
        let costs = [cost(0.001), cost(0.002), cost(0.2)]
        var (cheap, dear) = (0, 0)
        // Visits of all cells take as long as their calls, since a kilobyte needs no warming up.
        let limits = limits(budget, rounds: 100_000)
        let admission = Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits)
        for (cell, count) in visits(drive(admission, costs: costs).steps)[0] {
            if cell == 2 { dear = count } else { cheap = max(cheap, count) }
        }
        #expect(dear >= rounds && cheap > 100)
        #expect(costs[2].wantedRounds(limits, visitSeconds: 0.2) == rounds)
        #expect(cost(3).wantedRounds(limits, visitSeconds: 3) == 0, "its pass is its sample")
    }

    /// The default sweep with the times that a quiet Zen 5 core takes for it: full attention 1.1 ns a pair, chunks 4.5, windows
    /// of 1024 tokens 1.1 and of 256 tokens 1.4; making tensors 1.3 GB/s, checking 40 ns a pair.
    @Test func theDefaultSweepHasTwelveRoundsOfEveryCellUpTo16K() throws {
        let (lengths, window) = (
            (0..<11).map { Int(saturating: 512 * pow(2, Double($0) / 2)) }, { Mask.slidingWindow($0) }
        )
        let series: [(Mask, Double, [Int])] = [
            (.causal, 1.1, lengths), (window(256), 1.4, lengths), (window(1024), 1.1, lengths + [1 << 20, 10 << 20]),
            (window(256), 4.5, lengths), (window(1024), 4.5, lengths), (window(256), 1.5, lengths),
            (window(1024), 1.2, lengths),
        ]
        let cells = try series.flatMap { mask, nanosecondsPerPair, lengths in
            try lengths.map { length in
                let shape = try AttentionShape(queryLength: length, headDimension: 64)
                let problem = try AttentionProblem(shape: shape, mask: mask)
                let bytes = Phase.prefill.tensorBytes(of: problem)
                return Admission.Cell(
                    problem: problem,
                    prediction: .cost(
                        CellCost(
                            callSeconds: Double(problem.pairs.allowed) * nanosecondsPerPair * 1e-9,
                            buildSeconds: Double(bytes) / 1.3e9, checkSeconds: 40e-9 * problem.checkedPairs,
                            bytes: bytes)))
            }
        }
        let limits = limits(60, memoryBytes: 20 << 30)
        // Ceilings and probes come first.
        let (steps, seconds) = drive(
            Admission(cells, limits: limits), costs: cells.map(\.prediction.cost), from: 3)
        let rounds = visits(steps)
        for (cell, one) in cells.enumerated() where one.problem.shape.keyLength <= 16 << 10 {
            #expect(rounds[0][cell, default: 0] >= 12, "\(one.problem)")
        }
        #expect(refusals(steps).isEmpty && seconds <= 60, "the far lengths are measured too")
        let checks = cells.compactMap(\.prediction.cost).reduce(0) { $0 + $1.finalCheckSeconds }
        #expect(seconds + checks > 55, "and little time is left over")
    }

    /// What reading them again would cost decides how often tensors are read before a sample.
    @Test(arguments: [
        (0.15, 16 << 20, 0), (0.15, 64 << 20, 1), (0.3, 1 << 30, 0), (0.0057, 12 << 20, 4), (0.019, 12 << 20, 2),
        (0.035, 16 << 20, 1),
        (0.016, 12 << 20, 2),
        (0.009, 4 << 20, 1), (0.0008, 2 << 20, 2), (0.0001, 1 << 20, 4),
    ])
    func callsThatReadMuchAreWarmedUp(callSeconds: Double, bytes: Int, calls: Int) {
        #expect(cost(callSeconds, bytes: bytes).warmUpCalls == calls)
    }

    /// Four cells of which each takes 0.3 s to make and to check, before and after its rounds, in a budget of 3 s.
    @Test func makingReadyAndCheckingKeepToTheirShare() throws {
        let costs = [cost(0.001), cost(0.002), cost(0.003), cost(0.004)]
        let seconds = costs[0].preparingSeconds(limits())
        let (steps, _) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(3)), costs: costs)
        #expect(seconds > 0.6 && Double(prepared(steps).count) * seconds <= BudgetShare.preparing * 3)
        #expect(prepared(steps) == [0, 1])
        #expect(refusals(steps)[2] == .preparing(budgetSeconds: 3))
        #expect(
            refusals(steps)[3]?.reason
                == "to make it ready and to check it, with the cells before it, would take more than half of the time "
                + "budget of 3 s")
        // While no cell is ready, an empty report would be worse.
        let (alone, _) = drive(
            Admission(try cells([.cost(cost(0.001))]), limits: limits(1)), costs: [cost(0.001)])
        #expect(prepared(alone) == [0])
    }

    @Test func aWrongCellIsNotVisited() throws {
        let costs = [cost(0.1), cost(0.2)]
        let (steps, _) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits()), costs: [nil, costs[1]])
        #expect(visits(steps) == [[1: 50]])
    }

    /// An earlier attempt's cell is taken up whatever it costs, and its rounds count.
    @Test func cellsOfAnEarlierAttemptGoOn() throws {
        var cells = try cells([.cost(cost(0.1)), .cost(cost(0.2))])
        cells[1].roundsTaken = 44
        let (steps, _) = drive(Admission(cells, limits: limits(1)), costs: [cost(0.1), nil], from: 0.9)
        #expect(prepared(steps).isEmpty)
        guard case .resume(let admitted) = steps[1] else { throw CancellationError() }
        #expect(admitted.cell == 1 && admitted.roundsTaken == 44)
        // It has to be made again for its next visit.
        #expect(abs(admitted.visitSeconds - cost(0.2).visitSeconds(limits(), isResident: false)) < 1e-12)
        let (all, _) = drive(Admission(cells, limits: limits()), costs: [cost(0.1), nil])
        #expect(visits(all) == [[0: 50, 1: 6]])
    }

    /// Decode cells of one shape share inputs as long as one of them keeps its own in memory.
    @Test func inputsAreMadeOnceWhereTheyAreKept() throws {
        let problem = try AttentionProblem(
            shape: AttentionShape(queryLength: 1, keyLength: 64, headDimension: 1), mask: .causal)
        let cells = [0.1, 0.2].map {
            Admission.Cell(problem: problem, prediction: .cost(cost($0, bytes: 1000, inputSeconds: 2)))
        }
        func inputSeconds(memoryBytes: Int, sharing: Bool = true) -> [Double] {
            var cells = cells
            for index in cells.indices { cells[index].sharesInputs = sharing }
            return drive(
                Admission(cells, limits: limits(memoryBytes: memoryBytes)),
                costs: cells.map(\.prediction.cost)
            ).steps.compactMap { if case .prepare(_, let cost) = $0 { cost.inputSeconds } else { nil } }
        }
        #expect(inputSeconds(memoryBytes: 10_000) == [2, 0])
        #expect(inputSeconds(memoryBytes: 10_000, sharing: false) == [2, 2], "each draws its own")
        #expect(
            inputSeconds(memoryBytes: 1_000) == [2, 2], "neither stays in memory, so that neither has inputs to share")
    }

    /// Whatever the costs: no cell is lost, and what was foretold fits into the budget.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func everyCellHasOneFate(seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let costs = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
            cost(
                pow(10, Double.random(in: -5...2, using: &generator)),
                bytes: Int.random(in: 1...2000, using: &generator))
        }
        let budget = pow(10, Double.random(in: -1...3, using: &generator))
        let (steps, seconds) = drive(
            Admission(try cells(costs.map(Admission.Prediction.cost)), limits: limits(budget, memoryBytes: 1500)),
            costs: costs)
        let visited = visits(steps).flatMap(\.keys)
        #expect((visited + refusals(steps).keys).sorted() == Array(costs.indices))
        #expect(visited.sorted() == prepared(steps).sorted())
        #expect(seconds <= budget || prepared(steps).isEmpty)
        // The cheapest may have fewer: it stands alone then.
        for round in visits(steps) where round.count > 1 {
            for (cell, count) in round where !costs[cell].isLongCall {
                #expect(count >= 6, "no cell is begun that does not get the rounds of an interval")
            }
        }
    }
}
