import Attention
import Foundation

/// Reads results files of version 1 ("attnbench/1") as those of today: the only place that knows them.
///
/// A line of version 1 names its kernel and says nothing else of it, leaves out what a problem has by default, has masks
/// by kind, and no checksum. Phase, place and scratch memory come from the frozen `Version1Kernel`.
struct Version1Lines {
    static let schema = "attnbench/1"

    let header: ResultsHeader

    init(headerLine: Data, path: String) throws(ResultsError) {
        header = try JSONLines.value(Version1Header.self, of: headerLine, number: 1, in: path).header
    }

    /// Lines of processes have a key that cells have not.
    private static let processMark = Data("\"conditions\":".utf8)

    func entry(_ line: Data, number: Int, path: String) throws(ResultsError) -> ResultsLine {
        line.range(of: Self.processMark) == nil
            ? .cell(try measurement(line, number: number, path: path))
            : .process(try JSONLines.value(LaunchRecord.self, of: line, number: number, in: path))
    }

    private func measurement(_ line: Data, number: Int, path: String) throws(ResultsError) -> Measurement {
        let parsed = try JSONLines.value(Version1Measurement.self, of: line, number: number, in: path)
        let (workload, kernel) = (parsed.workload, parsed.workload.kernel)
        let scratch = Version1Scratch(
            problem: workload.problem, threads: workload.threads, lanes: header.machine.vectorLanes)
        let measurement = Measurement(
            workload: workload,
            origin: KernelOrigin(
                engine: EngineIdentity(name: EngineIdentity.builtInName, version: header.build.commit),
                place: Version1Kernel.place(of: kernel)),
            launch: parsed.launch, work: parsed.work,
            scratchBytes: Version1Kernel(rawValue: kernel).flatMap(scratch.bytes), outcome: parsed.outcome)
        if let fault = measurement.implausibility { throw .badLine(path: path, line: number, reason: fault) }
        return measurement
    }
}

private struct Version1Measurement: Decodable {
    let workload: Workload
    let launch: Int
    let work: Work
    let outcome: Measurement.Outcome

    private enum Key: String, CodingKey { case launch, work }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        workload = try Version1Workload(from: decoder).workload
        launch = try container.decode(Int.self, forKey: .launch)
        work = try container.decode(Work.self, forKey: .work).checked(against: workload, container)
        outcome = try Measurement.Outcome(from: decoder)
    }
}

/// The header, whose sweep may lack the axes that are younger than the first files.
private struct Version1Header: Decodable, Plausible {
    let header: ResultsHeader
    var implausibility: String? { header.implausibility }

    private enum Key: String, CodingKey { case machine, ceilings, build, sweep, seed, startedAt, command }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        header = ResultsHeader(
            schema: Version1Lines.schema, machine: try container.decode(Machine.self, forKey: .machine),
            ceilings: try container.decode(Ceilings.self, forKey: .ceilings),
            build: try container.decode(ResultsHeader.Build.self, forKey: .build),
            sweep: try container.decode(Version1Sweep.self, forKey: .sweep).sweep,
            seed: try container.decode(UInt64.self, forKey: .seed),
            startedAt: try container.decode(String.self, forKey: .startedAt),
            command: try container.decode(String.self, forKey: .command))
    }
}

private struct Version1Sweep: Decodable {
    let name: String
    let description: String
    let timeBudgetSeconds: Double?
    let groups: [Axes]

    var sweep: Sweep {
        Sweep(
            name: name, description: description, timeBudgetSeconds: timeBudgetSeconds, groups: groups.map(\.axes))
    }

    struct Axes: Decodable {
        let axes: Sweep.Axes

        private enum Key: String, CodingKey {
            case phase, kernels, lengths, windows, sinks, chunks, heads, headDimensions, elementTypes, threads, batches,
                cacheFormats
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            var axes = Sweep.Axes(
                kernels: try container.decode([String].self, forKey: .kernels),
                lengths: try container.decode([Int].self, forKey: .lengths))
            axes.phase = try container.decodeIfPresent(Phase.self, forKey: .phase) ?? .prefill
            axes.windows = try container.decode([Int].self, forKey: .windows)
            axes.sinks = try container.decode([Int].self, forKey: .sinks)
            axes.chunks = try container.decode([Int].self, forKey: .chunks)
            axes.heads = try container.decode([Sweep.Heads].self, forKey: .heads)
            axes.headDimensions = try container.decode([Int].self, forKey: .headDimensions)
            axes.elementTypes = try container.decode([ElementType].self, forKey: .elementTypes)
            axes.threads = try container.decode([Int].self, forKey: .threads)
            axes.batches = try container.decode([Int].self, forKey: .batches)
            axes.cacheFormats = try container.decodeIfPresent([CacheFormats].self, forKey: .cacheFormats) ?? []
            self.axes = axes
        }
    }
}
