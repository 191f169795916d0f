import Escaping
import Testing

@testable import attnbench

@Suite struct RunTests {
    /// Results made with another seed or other axes would be refused: the remedy must name them.
    @Test func anInterruptedRunIsGoneOnWithAsItWasStarted() throws {
        let run = try RunCommand.parse([
            "smoke", "--seed", "7", "--set", "lengths=1K..2K*2", "--time-budget", "5s", "--cpu", "1",
        ])
        let interrupted = Interrupted(command: run.command, directory: "reports/mine")
        #expect(
            interrupted.description == "interrupted; continue with: attnbench run smoke --seed 7 --rounds 50 "
                + "--time-budget 5.0s --set 'lengths=1K..2K*2' --cpu 1 --output reports/mine --resume")
        // What it names can be typed.
        let line = try #require(interrupted.description.split(separator: ": ").last)
        let words = try #require(ShellCommand(line: String(line))).words
        let resumed = try RunCommand.parse(Array(words.dropFirst(2)))
        #expect(resumed.resume && resumed.seed == 7 && resumed.timeBudget == 5 && resumed.set.count == 1)
    }
}
