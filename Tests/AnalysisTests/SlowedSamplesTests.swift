import Foundation
import Statistics
import Testing

@testable import Analysis
@testable import Records
@testable import Reporting

/// What the rule of `QuietLevel` is worth: on planted slowdowns of which the truth is known, and on a recorded trace. The
/// table of docs/decisions/0065 is made by these.
@Suite struct SlowedSamplesTests {
    /// A way to call samples slowed. The one that is in use goes through the product's own code.
    struct Rule: CustomTestStringConvertible, Sendable {
        let name: String
        /// Nil where none are slowed.
        let level: (@Sendable ([Double]) -> Double)?
        let tolerance: Double

        var testDescription: String { name }

        static let today = Rule(name: "no sentinels", level: nil, tolerance: 1)
        static let inUse = quantile(QuietLevel.quantile, QuietLevel.tileTolerance)

        static func quantile(_ probability: Double, _ tolerance: Double) -> Rule {
            Rule(
                name: "\(tolerance) × quantile \(probability)",
                level: { Durations.quantile(probability, ofSorted: $0.sorted()) }, tolerance: tolerance)
        }

        func slowed(_ cells: [PlantedSlowdown.Cell]) -> [[Bool]] {
            let readings = cells.flatMap(\.neighbours).flatMap { $0.both.map { Double($0.tileNanoseconds[0]) } }
            guard let limit = level.map({ tolerance * $0(readings) }) else {
                return cells.map { $0.samples.map { _ in false } }
            }
            return cells.map { $0.neighbours.map { $0.both.contains { Double($0.tileNanoseconds[0]) > limit } } }
        }
    }

    struct Error {
        /// Of the exponent of time over pairs, which is 1.
        var exponent = 0.0
        /// Of the time of a pair, in the worst cell.
        var perPair = 0.0
        var kept = 1.0
    }

    private func records(of measurements: [Measurement]) -> [Measurement.Record] {
        measurements.compactMap { if case .measured(let record) = $0.outcome { record } else { nil } }
    }

    private func error(_ cells: [PlantedSlowdown.Cell], _ records: [Measurement.Record]) throws -> Error {
        var ratios: [Double] = []
        for (cell, record) in zip(cells, records) {
            ratios.append(try CellTiming(launches: [record]).median.value / cell.trueNanoseconds)
        }
        let x = cells.map { log($0.trueNanoseconds) }
        let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), ratios.map { log($0) }.reduce(0, +) / Double(x.count))
        let slope =
            zip(x, ratios).reduce(0) { $0 + ($1.0 - meanX) * (log($1.1) - meanY) }
            / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slowed = records.flatMap { $0.slowed ?? $0.samplesNanoseconds.map { _ in false } }
        return Error(
            exponent: abs(slope), perPair: ratios.map { abs($0 - 1) }.max()!,
            kept: Double(slowed.count { !$0 }) / Double(slowed.count))
    }

    /// The worst of several runs.
    private func worst(_ runs: [[PlantedSlowdown.Cell]], _ rule: Rule) throws -> Error {
        var worst = Error()
        for cells in runs {
            let records = zip(self.records(of: cells.map { $0.measurement() }), rule.slowed(cells)).map {
                record, slowed in
                var record = record
                record.slowed = slowed
                return record
            }
            let error = try error(cells, records)
            worst = Error(
                exponent: max(worst.exponent, error.exponent), perPair: max(worst.perPair, error.perPair),
                kept: min(worst.kept, error.kept))
        }
        return worst
    }

    private func runs(_ disturbance: PlantedSlowdown.Disturbance) -> [[PlantedSlowdown.Cell]] {
        (1...8 as ClosedRange<UInt64>).map { seed in
            var machine = PlantedSlowdown(disturbance, seed: seed)
            return machine.run()
        }
    }

    @Test(arguments: [PlantedSlowdown.Disturbance.none, .episodes, .mostly, .drift, .misreading])
    func withTheRuleTheTruthIsFound(disturbance: PlantedSlowdown.Disturbance) throws {
        for cells in runs(disturbance) {
            let judged = cells.map { $0.measurement() }.judgedBySentinels()
            let error = try error(cells, records(of: judged))
            #expect(error.exponent < 0.01 && error.perPair < 0.02, "\(error)")
        }
    }

    /// The decision's table is what these tests find: today's rule, the candidates, and the one in use.
    @Test(arguments: PlantedSlowdown.Disturbance.allCases)
    func theDecisionTellsTheTruth(disturbance: PlantedSlowdown.Disturbance) throws {
        let rules: [Rule] = [.today, .quantile(0, 1.1), .quantile(0.1, 1.05), .inUse, .quantile(0.25, 1.1)]
        let (page, runs) = (try decision(), runs(disturbance))
        for rule in rules {
            let error = try worst(runs, rule)
            let row =
                "| \(disturbance) | \(rule.name) | "
                + String(format: "%.3f | %.1f %% | %.0f %% |", error.exponent, 100 * error.perPair, 100 * error.kept)
            #expect(page.contains(row), "\(row)")
        }
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

    private func decision() throws -> String {
        let root = Self.folder.deletingLastPathComponent().deletingLastPathComponent()
        let page = root.appendingPathComponent("docs/decisions/0065-slowed-samples.md")
        return try String(contentsOf: page, encoding: .utf8)
    }

    /// The planted clock falls by 6 % over a minute, which is about as long as the longer run takes.
    @Test func aDriftOfTheMachineIsTold() throws {
        func drift(_ disturbance: PlantedSlowdown.Disturbance, rounds: Int) -> [CeilingsDrift] {
            var machine = PlantedSlowdown(disturbance, seed: 1, rounds: rounds)
            return CeilingsDrift.found(in: machine.run().map { $0.measurement() })
        }
        #expect(drift(.none, rounds: 24).isEmpty && drift(.episodes, rounds: 24).isEmpty)
        let told = try #require(drift(.drift, rounds: 95).first)
        #expect((0.03...0.05).contains(told.change))
        #expect(
            told.caution.description.hasPrefix(
                "launch 1: at its quietest the machine was 4 % slower than when the run began"))
    }

    /// A clock that falls by 6 % over the run: times grow, and the peak beside them falls as much, so that the share of peak
    /// is that of a steady machine. A drift that is too small to tell changes nothing.
    @Test func sharesAreThoseOfThePeakBesideTheSamples() throws {
        func points(_ disturbance: PlantedSlowdown.Disturbance, rounds: Int) throws -> [Point] {
            var machine = PlantedSlowdown(disturbance, seed: 1, rounds: rounds)
            let analysis = Planted.analysis(machine.run().map { $0.measurement() }.judgedBySentinels())
            return try #require(analysis.series.first).points
        }
        let (steady, drifted) = (try points(.none, rounds: 95), try points(.drift, rounds: 95))
        #expect(steady.allSatisfy { $0.utilisation.relativePeak == nil })
        for (before, after) in zip(steady, drifted) {
            #expect(abs(after.median.value / before.median.value - 1.03) < 0.01, "times tell of the drift")
            #expect(abs(after.utilisation.fractionOfPeak / before.utilisation.fractionOfPeak - 1) < 0.01)
            #expect(abs((after.utilisation.relativePeak ?? 0) - 1 / 1.03) < 0.01)
            let roof = try #require(Roofline(Planted.ceilings, elementType: .float32, cores: 1))
            #expect(abs(roof.fractionOfAttainable(after) / roof.fractionOfAttainable(before) - 1) < 0.01)
        }
        #expect(try points(.drift, rounds: 24).allSatisfy { $0.utilisation.relativePeak == nil })
    }

    /// The second launch finds a machine that is slower throughout, of which its own readings say nothing.
    @Test func aLaunchIsHeldAgainstTheFirst() throws {
        var machine = PlantedSlowdown(.none, seed: 1)
        let cells = machine.run()
        let slower = cells.map { cell in
            var cell = cell
            func slower(_ reading: SentinelReading) -> SentinelReading {
                SentinelReading(tileNanoseconds: reading.tileNanoseconds.map { $0 * 105 / 100 })
            }
            cell.samples = cell.samples.map { $0 * 105 / 100 }
            cell.neighbours = cell.neighbours.map {
                SentinelNeighbours(before: slower($0.before), after: slower($0.after))
            }
            return cell
        }
        let measurements = cells.map { $0.measurement() } + slower.map { $0.measurement(launch: 2) }
        let drifts = CeilingsDrift.found(in: measurements)
        #expect(drifts.map(\.launch) == [2] && abs(drifts[0].change - 0.05) < 0.005)
        let points = try #require(Planted.analysis(measurements).series.first).points
        let expected = (1 + 1 / 1.05) / 2
        #expect(points.allSatisfy { abs(($0.utilisation.relativePeak ?? 0) - expected) < 0.005 })
    }

    /// What the figure of the machine's speed draws.
    @Test func theSpeedBesideEachSampleIsKnown() throws {
        var machine = PlantedSlowdown(.episodes, seed: 1)
        let cells = machine.run()
        let launches = [1, 2].flatMap { launch in cells.map { $0.measurement(launch: launch) } }.judgedBySentinels()
        let speeds = SampleSpeed.found(in: launches)
        #expect(speeds.count == 2 * 11 * 24)
        #expect(zip(speeds, speeds.dropFirst()).allSatisfy { $0.elapsedSeconds <= $1.elapsedSeconds })
        let half = speeds[speeds.count / 2 - 1].elapsedSeconds
        #expect(abs(try #require(speeds.last).elapsedSeconds - 2 * half) < 1e-9, "launches follow one another")
        #expect(speeds.allSatisfy { ($0.use == .slowed) == ($0.slowdown > 1.1) })
        #expect(speeds.contains { $0.use == .kept && $0.slowdown < 1.02 } && speeds.contains { $0.slowdown > 1.25 })
        #expect(SampleSpeed.found(in: cells.map { $0.measurement(sentinels: false) }).isEmpty)
    }

    @Test func theFigureOfTheMachinesSpeedStatesWhatIsLeftOut() throws {
        func speed(_ slowdown: Double, _ use: SampleSpeed.Use) -> SampleSpeed {
            SampleSpeed(elapsedSeconds: 1, slowdown: slowdown, use: use)
        }
        let quiet = [SampleSpeed](repeating: speed(1.02, .kept), count: 1200)
        #expect(QuietRun.title(quiet) == "The machine kept its speed beside all 1,200 samples")
        #expect(
            QuietRun.title(quiet + [speed(1.4, .kept)])
                == "All 1,201 samples are used, 1 of them beside a slow machine")
        #expect(
            QuietRun.title(quiet + [speed(1.4, .slowed), speed(1.01, .disturbed), speed(1, .disturbed)])
                == "3 of 1,203 samples are left out: 1 beside a slow machine, 2 disturbed by the system")
        var machine = PlantedSlowdown(.episodes, seed: 1)
        let measurements = machine.run().map { $0.measurement() }.judgedBySentinels()
        let figure = { (measurements: [Measurement]) in
            let header = ResultsHeader(
                machine: PlantedComparison.machine, ceilings: Planted.ceilings, build: PlantedComparison.build("a"),
                sweep: Sweep(name: "planted", groups: [.init(kernels: ["full"], lengths: [512])]), seed: 1,
                startedAt: "2026-01-01T00:00:00Z", command: "")
            return QuietRun.figure(
                Findings(ScalingAnalysis(results: Results(header: header, measurements: measurements))))
        }
        let plot = try #require(figure(measurements))
        #expect(plot.traces.map(\.series) == ["kept", "left out: slowed"])
        #expect(plot.traces.reduce(0) { $0 + $1.rows.count } == 11 * 24)
        #expect(plot.traces[1].rows.allSatisfy { $0.y > 1.1 } && plot.traces[0].rows.allSatisfy { $0.y <= 1.1 })
        #expect(figure(machine.run().map { $0.measurement(sentinels: false) }) == nil)
    }

    /// A minute of a noisy neighbour, every other second of it: `tile` is a register tile on operands in the first cache,
    /// `work` the same on a megabyte of keys, both in tenths of a microsecond. A sample is the work of some turns in a row.
    @Test(arguments: [1, 4, 16, 64]) func onTheRecordedTraceMostOfTheSlownessIsLeftOut(turns: Int) throws {
        let trace = try RecordedTrace(Self.folder.appendingPathComponent("neighbour-trace.csv"))
        let (all, kept) = try trace.medians(turns: turns)
        let page = try decision()
        let row = "| \(turns) | " + String(format: "%+.1f %% | %+.1f %% |", 100 * (all - 1), 100 * (kept - 1))
        #expect(page.contains(row), "\(row)")
        #expect(kept - 1 < (all - 1) * 0.7)
    }
}

private struct RecordedTrace {
    /// Without a gap.
    private var stretches: [[(tile: Int, work: Int)]] = []

    init(_ file: URL) throws {
        var second: Substring?
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            if fields[0] != second { stretches.append([]) }
            second = fields[0]
            stretches[stretches.count - 1].append((Int(fields[1])!, Int(fields[2])!))
        }
    }

    /// The time of a turn in samples of so many, over what it takes on a quiet machine.
    func medians(turns: Int) throws -> (all: Double, kept: Double) {
        var samples: [(neighbours: SentinelNeighbours, nanoseconds: Double)] = []
        for stretch in stretches {
            for start in stride(from: 0, to: stretch.count - turns, by: turns) {
                let work = stretch[start..<start + turns].reduce(0) { $0 + $1.work }
                func reading(_ turn: Int) -> SentinelReading {
                    SentinelReading(tileNanoseconds: [100 * stretch[turn].tile])
                }
                samples.append(
                    (
                        SentinelNeighbours(before: reading(start), after: reading(start + turns)),
                        Double(work) / Double(turns)
                    ))
            }
        }
        let level = try #require(QuietLevel(samples.flatMap { [$0.neighbours.before, $0.neighbours.after] }))
        func median(_ values: [Double]) -> Double { Durations.quantile(0.5, ofSorted: values.sorted()) }
        let quiet = Self.quietWork(stretches)
        let kept = samples.filter { !level.isSlowed(between: $0.neighbours) }
        return (median(samples.map(\.nanoseconds)) / quiet, median(kept.map(\.nanoseconds)) / quiet)
    }

    /// What a turn's work takes in the middle of five turns whose tiles are all within 5 % of their lower decile.
    private static func quietWork(_ stretches: [[(tile: Int, work: Int)]]) -> Double {
        let tiles = stretches.joined().map { Double($0.tile) }.sorted()
        let limit = 1.05 * Durations.quantile(0.1, ofSorted: tiles)
        let works = stretches.flatMap { stretch in
            (2..<max(2, stretch.count - 2)).filter { turn in
                stretch[turn - 2...turn + 2].allSatisfy { Double($0.tile) <= limit }
            }.map { Double(stretch[$0].work) }
        }
        return Durations.quantile(0.5, ofSorted: works.sorted())
    }
}
