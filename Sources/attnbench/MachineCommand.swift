import ArgumentParser
import Benchmarking
import Escaping
import Foundation
import Hardware
import Kernels
import Quantities
import Ranks
import Records
import Reporting
import Statistics

struct MachineCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "machine",
        abstract: "Show the CPUs that would measure, their peak speed, and what would disturb a measurement.",
        discussion: """
            The peaks are measured now, on the CPUs that a run with these flags would use: the peak of fused \
            multiply-adds and of bfloat16 dot products, the share of it that a register tile of a kernel reaches, \
            and the bandwidth of memory for reading. The tuning says which sizes and forms of the kernels are fastest \
            here. Every check of the environment is ok, bad or unknown; unknown never counts as ok.

            Examples:
              attnbench machine
              attnbench machine --cpus 0-3
              attnbench machine --json
            """)

    @OptionGroup var pinning: PinningOptions
    @OptionGroup var tuningOptions: TuningOptions

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var outputOptions: OutputOptions

    func run(on console: Console) throws -> Verdict {
        let description = try MachineDescription.measure(
            pinning.placement, threads: pinning.threadCount, tuning: tuningOptions.source(on: console))
        if json {
            console.output(try JSONText.of(description))
        } else {
            console.output(description.text(paint: outputOptions.paint(on: console), width: console.width))
        }
        return .done
    }
}

/// The machine as this command prints it.
struct MachineDescription: Codable, Hashable {
    let machine: Machine
    let ceilings: Ceilings
    let threads: Int
    /// The work of a register tile that two CPUs do at once, in that of one of them alone; nil where there is one CPU, or where
    /// threads are not bound.
    let coresOfTwoCPUs: Double?
    /// The core type that OpenBLAS runs as.
    let blasCore: String
    /// What the kernels leave to the machine.
    let tuning: Tuning
    /// Nil where the program is not one of several variants that are installed together.
    let variant: VariantInUse?
    /// What carries messages between ranks; nil where the program was built without it.
    let ranksLibrary: String?

    static func measure(_ placement: Placement, threads: Int, tuning: TuningSource) throws -> MachineDescription {
        let topology = try Topology()
        // The calling thread keeps the pinning of the team that is made last.
        let pair = try? WorkerTeam(threads: 2, placement: placement, on: topology)
        let single = try WorkerTeam(threads: 1, placement: placement, on: topology)
        let tuning = tuning.tuning(for: single, on: topology).tuning
        // Threads that are not bound may share a CPU, and say nothing of two.
        let coresOfTwoCPUs = pair.flatMap { pair in
            Set(pair.pinnedCPUs).count == 2 ? Sentinels.cores(of: pair, alone: single) : nil
        }
        let team = try WorkerTeam(threads: threads, placement: placement, on: topology)
        return MachineDescription(
            machine: Machine.current(topology: topology, team: team),
            ceilings: Ceilings.measure(on: team), threads: threads, coresOfTwoCPUs: coresOfTwoCPUs,
            blasCore: BLASCore.current, tuning: tuning,
            variant: .current, ranksLibrary: RankLaunch.library)
    }

    func text(paint: Paint, width: Int? = nil) -> Escaped<TerminalScreen> {
        let checks = machine.checks.map { check in
            [
                Columns.Cell(check.name), paint(check.state.rawValue, check.state.hue), Columns.Cell(check.detail),
            ]
        }
        let ceilings = Columns.text(
            ceilingRows, headings: ["ceiling", threads == 1 ? "one thread" : "\(threads) threads"])
        return "\(Columns.text(facts, width: width))\n\(ceilings)\n"
            + Columns.painted(checks, headings: ["check", "state", "found"], width: width)
    }

    private var facts: [[String]] {
        let revision = machine.cpuRevision.map { " (\($0))" } ?? ""
        let pinned = machine.pinnedCPUs.map(String.init).joined(separator: ", ")
        return [
            ["CPU", "\(machine.cpuModel)\(revision), \(machine.architecture)"],
            ["cores", "\(machine.physicalCores), \(machine.logicalCPUs) logical CPUs\(pair)"],
            ["caches", machine.caches.map(Self.cache).joined(separator: ", ")],
            ["memory", Quantity.bytes(machine.memoryBytes)],
            ["hypervisor", machine.hypervisor ?? "unknown"],
            ["kernel", machine.kernelRelease],
            [
                "vectors",
                "built for \(machine.vectorLanes) float32 lanes (-march=\(machine.instructionSet)), "
                    + "the CPU has \(machine.availableVectorLanes)",
            ],
            ["variant", variant.map { "\($0)" } ?? "the only one: the program was built on its own"],
            ["OpenBLAS core", blasCore],
            [
                "ranks",
                ranksLibrary ?? "none: the program was built without Open MPI (libopenmpi-dev, scripts/setup --ranks)",
            ],
            ["tuning", "\(tuning)"],
            ["pinned to", pinned.isEmpty ? "nothing" : "CPU \(pinned)"],
            [
                "clock",
                String(
                    format: "steps of %.0f ns, %.0f ns a reading", machine.clockResolutionNanoseconds,
                    machine.clockOverheadNanoseconds),
            ],
        ]
    }

    private var pair: String {
        coresOfTwoCPUs.map { String(format: "; two CPUs together do the tile work of %.1f cores", $0) } ?? ""
    }

    private var ceilingRows: [[String]] {
        [
            ["float32", Self.gigaFLOPs(ceilings.flopsPerSecond.float32)],
            ["register tile", ceilings.tileFLOPsPerSecond.map(Self.gigaFLOPs) ?? "not measured"],
            ["bfloat16", ceilings.flopsPerSecond.bfloat16.map(Self.gigaFLOPs) ?? "no such instruction in this build"],
            ["read", String(format: "%.1f GB/s", ceilings.readBytesPerSecond / 1e9)],
        ]
    }

    private static func gigaFLOPs(_ rate: Double) -> String { String(format: "%.1f GFLOP/s", rate / 1e9) }

    private static func cache(_ cache: Machine.Cache) -> String {
        let sharing = cache.sharedBy == 1 ? "" : " for \(cache.sharedBy) CPUs"
        return "L\(cache.level) \(Quantity.bytes(cache.bytes))\(sharing)"
    }
}

extension EnvironmentCheck.State {
    fileprivate var hue: Paint.Hue {
        switch self {
        case .ok: .green
        case .bad: .red
        case .unknown: .yellow
        }
    }
}
