import ArgumentParser
import Hardware
import Testing

@testable import attnbench

@Suite struct PinningTests {
    @Test(
        arguments: [
            ("", .automatic, 1), ("--cpu 1", .cpus([1]), 1), ("--cpus 0-2,5", .cpus([0, 1, 2, 5]), 4),
            ("--no-pin", .unpinned, 1),
        ] as [(String, Placement, Int)]) func flagsMakeAPlacement(line: String, placement: Placement, threads: Int)
        throws
    {
        let options = try PinningOptions.parse(line.split(separator: " ").map(String.init))
        #expect(options.placement == placement)
        #expect(options.threadCount == threads)
    }

    @Test(arguments: ["--cpu 1 --no-pin", "--cpu 1 --cpus 0,1", "--cpus 0 --no-pin"])
    func theyExcludeEachOther(line: String) {
        let error = #expect(throws: (any Error).self) {
            try PinningOptions.parse(line.split(separator: " ").map(String.init))
        }
        #expect(error.map { PinningOptions.message(for: $0).contains("exclude each other") } == true)
    }

    @Test(arguments: ["--cpu one", "--cpus 3-1", "--cpus 0,0", "--cpus ,"]) func listsAreChecked(line: String) {
        #expect(throws: (any Error).self) {
            try PinningOptions.parse(line.split(separator: " ").map(String.init))
        }
    }
}
