import ArgumentParser
import Benchmarking
import Engines
import Foundation
import Hardware
import Kernels
import Records

/// This program as an engine for another one.
struct ServeCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve as an engine: compute what another program requests.",
        discussion: """
            Follows the protocol in docs/engines.md: sends a greeting to standard output, reads requests from \
            standard input, one JSON value per line, and ends when the input ends. With --engine it serves the \
            kernels of a shared library instead of its own, in this process.

            Examples:
              attnbench serve < requests
              attnbench serve --engine ./libmine.so < requests
            """)

    @Option(help: ArgumentHelp("A shared library with the C interface.", valueName: "library"), completion: .file())
    var engine: String?

    @OptionGroup var tuningOptions: TuningOptions

    func run(on console: Console) throws -> Verdict {
        // ^C reaches every process of a terminal. Only the program that sends requests reacts to it, and ends this process by closing its pipe.
        signal(SIGINT, SIG_IGN)
        // What a library prints must not pass for a reply.
        let replies = FileHandle(fileDescriptor: dup(STDOUT_FILENO), closeOnDealloc: true)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        try server(on: console).serve(nextLine: { readLine() }, send: { try replies.write(contentsOf: $0) })
        return .done
    }

    private func server(on console: Console) throws -> EngineServer {
        let facts = ClockFacts.measure(SystemClock())
        // The program that sends requests reads the evidence, of all threads of this process.
        let sampler = Sampler(
            clock: SystemClock(), resolutionNanoseconds: facts.resolutionNanoseconds,
            overheadNanoseconds: facts.overheadNanoseconds, evidence: { .none })
        let attnbench = EngineGreeting.Attnbench(
            build: .current, minimumSampleNanoseconds: sampler.minimumNanoseconds)
        if let engine {
            let library = try EngineLibrary(path: engine)
            return EngineServer(greeting: library.greeting.served(by: attnbench)) {
                LibraryEngine(library, on: $0, sampler: sampler)
            }
        }
        let topology = try Topology()
        let tuning = try tuningOptions.source(on: console)
            .tuning(for: WorkerTeam(threads: 1, placement: .unpinned, on: topology), on: topology).tuning
        let kernels = Kernel.builtIn.map { $0.tuned(by: tuning) }
        let greeting = EngineGreeting(
            engine: EngineGreeting.Engine(
                name: EngineIdentity.builtInName, version: BuildFacts.commit,
                details: ["simd": BuildFacts.simd, "compiler": BuildFacts.compiler, "tuning": "\(tuning)"]),
            kernels: kernels.map(EngineGreeting.Kernel.init),
            attnbench: attnbench)
        return EngineServer(greeting: greeting) { seat in
            let team = Result { () throws(PlacementError) in
                try WorkerTeam(
                    threads: seat.threads, placement: seat.cpus.isEmpty ? .unpinned : .cpus(seat.cpus), on: topology)
            }
            return InProcessEngine(
                kernels: kernels,
                team: { _ throws(UnsupportedProblem) in
                    do throws(PlacementError) { return try team.get() } catch { throw UnsupportedProblem("\(error)") }
                }, sampler: sampler)
        }
    }
}
