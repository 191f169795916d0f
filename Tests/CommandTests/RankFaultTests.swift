import Foundation
import Records
import TestSupport
import Testing

/// What can happen to ranks: each of it costs a sentence, nothing that was finished, and leaves no process behind.
@Suite(
    .tags(.slow), .serialized,
    .enabled(if: MPIRun.isThere, "Open MPI is not installed, or not built with: scripts/setup --ranks"))
struct RankFaultTests {
    private let folder: TestFolder
    /// No other process has this word on its command line.
    private let output = "out-\(UUID().uuidString)"

    init() throws {
        folder = try TestFolder()
        try folder.write(MPIRun.sweep, to: "tiny.yaml")
    }

    private var run: String { "run tiny.yaml --no-pin --tuning off --quiet --output \(output)" }
    private var results: Results { get throws { try ResultsFile.load(folder.path("\(output)/results.jsonl")) } }

    /// Processes of the run that are there still, their launcher included. In the expression a bracket keeps it from finding
    /// itself.
    private func processes() throws -> Int {
        Int(try Program("pgrep -c -f '[o]\(output.dropFirst())'", in: folder).output.filter(\.isNumber)) ?? -1
    }

    /// The run, until some samples are there; then `event`, in whose words `$launcher` is mpirun. Its rounds would last for minutes.
    private func interrupted(by event: String) throws -> Program {
        try Program(
            """
            # A handler that prints a backtrace would take the signal of a crash that is none, and go on.
            export SWIFT_BACKTRACE=enable=no
            \(MPIRun.line("\(run) --rounds 1000000", ranks: 2)) & launcher=$!
            until grep -q sampled \(output)/results.launch1.partial.jsonl 2>/dev/null; do sleep 0.2; done
            \(event)
            wait $launcher
            """, in: folder)
    }

    /// mpirun ends all ranks when one dies; what was measured is there, and is gone on with.
    @Test(arguments: [
        // The ranks of mpirun are its children; the last one is no first rank.
        "kill -KILL $(pgrep -P $launcher | tail -1)", "kill -SEGV $(pgrep -P $launcher | tail -1)",
        "kill -INT $launcher", "kill -TERM $launcher",
    ])
    func anEndThatNobodyWantedLosesNothing(event: String) throws {
        let ended = try interrupted(by: event)
        #expect(ended.status != 0)
        #expect(
            ended.messages.contains(
                "what was measured is kept in \(output); continue with: mpirun -n 2 attnbench run tiny.yaml")
                || ended.messages.contains("interrupted; continue with: mpirun -n 2 attnbench run tiny.yaml"),
            "\(ended.messages)")
        #expect(try processes() == 0)
        let resumed = try Program(MPIRun.line("\(run) --rounds 2 --resume", ranks: 2), in: folder)
        #expect(resumed.status == 0, "\(resumed.messages)")
        #expect(try results.measurements.filter(\.isMeasured).count == 8)
    }

    @Test func anotherNumberOfRanksDoesNotContinueARun() throws {
        _ = try interrupted(by: "kill -INT $launcher")
        let before = folder.text("\(output)/results.jsonl")
        let resumed = try Program(MPIRun.line("\(run) --rounds 2 --resume", ranks: 3), in: folder)
        #expect(resumed.status == 2)
        #expect(
            resumed.messages.contains("results.jsonl cannot be resumed: it differs in ranks (2 against 3); "),
            "\(resumed.messages)")
        #expect(folder.text("\(output)/results.jsonl") == before)
        #expect(try processes() == 0)
    }

    /// A program to whose file a byte was added stands for another build.
    @Test func anotherBuildIsRefused() throws {
        let mixed = try Program(
            """
            cp "$attnbench" other && printf x >>other
            \(MPIRun.launcher) -n 1 "$attnbench" \(run) : -n 1 ./other \(run)
            """, in: folder)
        #expect(mixed.status == 2)
        #expect(mixed.messages.contains("Error: rank 1 on "), "\(mixed.messages)")
        #expect(mixed.messages.contains(" is another build (commit "))
        #expect(mixed.messages.contains("; install the same program on all hosts"))
        #expect(try processes() == 0)
    }

    /// Files may have 8 blocks of 512 bytes; messages between ranks then may not go through files either.
    @Test func aFullDiskEndsAllRanks() throws {
        let full = try Program(
            """
            \(MPIRun.launcher) --mca btl tcp,self --mca btl_tcp_if_include lo -n 2 \
            sh -c "ulimit -f 8; exec $attnbench \(run)"
            """, in: folder)
        #expect(full.status == 1)
        // Whichever of its files grows first.
        #expect(full.messages.contains("/\(output)/results."), "\(full.messages)")
        #expect(full.messages.contains("jsonl: file too large; free space"), "\(full.messages)")
        #expect(try processes() == 0)
    }

    /// Other hosts need the program, and no file of the first one's.
    @Test func onlyTheFirstRankReadsTheSweep() throws {
        let words = "\(run) --rounds 2"
        let spread = try Program(
            """
            mkdir elsewhere
            \(MPIRun.launcher) -n 1 "$attnbench" \(words) : -n 1 --wdir "$PWD/elsewhere" "$attnbench" \(words)
            """, in: folder)
        #expect(spread.status == 0, "\(spread.messages)")
        #expect(try results.measurements.filter(\.isMeasured).count == 8)
    }

    @Test func anUnknownSweepIsOneSentence() throws {
        let refused = try Program(MPIRun.line("run nothing.yaml --quiet", ranks: 2), in: folder)
        #expect(refused.status == 2)
        #expect(refused.messages.components(separatedBy: "Error: ").count == 2, "\(refused.messages)")
    }

    /// A command that knows no ranks is that of the first one: two of them would write one directory.
    @Test func otherCommandsRunOnce() throws {
        let report = try Program(
            MPIRun.line("report \(ReportCommandTests.results) --output report --format md", ranks: 2), in: folder)
        #expect(report.status == 0, "\(report.messages)")
        #expect(report.messages.components(separatedBy: "Report: ").count == 2, "\(report.messages)")
        let alone = try Program("$attnbench list kernels", in: folder)
        #expect(try Program(MPIRun.line("list kernels", ranks: 3), in: folder).output == alone.output)
    }
}
