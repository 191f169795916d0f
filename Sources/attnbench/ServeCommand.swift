import ArgumentParser
import Benchmarking
import Engines
import Foundation
import Hardware

/// This program as an engine for another one.
struct ServeCommand: Command {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Be an engine: compute what another program asks for.",
        discussion: """
            Speaks the protocol of docs/engines.md: greets on standard output, reads requests from standard input, one \
            JSON value a line, and ends where the input ends. With --engine it serves the kernels of a shared library \
            in place of its own, in this process.

            Examples:
              attnbench serve < requests
              attnbench serve --engine ./libmine.so < requests
            """)

    @Option(help: ArgumentHelp("A shared library with the C interface.", valueName: "library"), completion: .file())
    var engine: String?

    func run(on console: Console) throws -> Verdict {
        // ^C reaches every process of a terminal; whoever asks alone answers it, and ends this one by closing its pipe.
        signal(SIGINT, SIG_IGN)
        // What a library prints must not pass for a reply.
        let replies = FileHandle(fileDescriptor: dup(STDOUT_FILENO), closeOnDealloc: true)
        dup2(STDERR_FILENO, STDOUT_FILENO)
        let served: any ServedEngine = try engine.map { try EngineLibrary(path: $0) } ?? BuiltInEngine()
        try EngineServer(served).serve(nextLine: { readLine() }, send: { try replies.write(contentsOf: $0) })
        return .done
    }
}
