import ArgumentParser
import Hardware

/// On which CPUs the measuring threads run.
struct PinningOptions: ParsableArguments {
    /// A list of CPUs as one value: several would be several times the flag.
    struct CPUs {
        let list: [Int]
    }

    @Option(name: .long, help: ArgumentHelp("Measure on this logical CPU.", valueName: "n"))
    var cpu: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("Measure on these logical CPUs, with one thread on each: 0-3 or 0,2,4.", valueName: "list"),
        transform: { CPUs(list: try CPUList.parse($0)) })
    var cpus: CPUs?

    @Flag(name: .long, help: "Do not pin threads to CPUs; times are then noisier.")
    var noPin = false

    func validate() throws {
        if [cpu != nil, cpus != nil, noPin].count(where: { $0 }) > 1 {
            throw ValidationError("--cpu, --cpus and --no-pin exclude each other; give one of them")
        }
    }

    /// Without a flag, one logical CPU on each of as many physical cores as there are threads.
    var placement: Placement {
        if noPin { return .unpinned }
        if let cpus { return .cpus(cpus.list) }
        return cpu.map { .cpus([$0]) } ?? .automatic
    }

    /// What gives these options again.
    var words: [String] {
        if noPin { return ["--no-pin"] }
        if let cpus { return ["--cpus", CPUList.text(of: cpus.list)] }
        return cpu.map { ["--cpu", "\($0)"] } ?? []
    }

    /// As many threads as there are CPUs named; one without.
    var threadCount: Int { cpus?.list.count ?? 1 }
}
