import Attention
import Foundation
import TestSupport
import Testing

@testable import attnbench

/// Disks without room and descriptors that are closed, as a process meets them.
@Suite struct OutputFailureTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: ["> /dev/full", ">&-"]) func whatCannotBePrintedIsAFailure(redirection: String) throws {
        for command in ["list kernels", "help", "--version", "plan --model gemma-3-12b --context 8K --json"] {
            let run = try Program("$attnbench \(command) \(redirection)", in: folder)
            #expect(run.status == 1, "\(command)")
            #expect(run.messages.hasPrefix("Error: cannot write to standard output: "), "\(run.messages)")
        }
    }

    /// Nobody can be told, and the results are there.
    @Test func messagesMayGetLost() throws {
        for redirection in ["2> /dev/full", "2>&-", "<&-"] {
            let run = try Program("$attnbench list kernels \(redirection)", in: folder)
            #expect(run.status == 0 && run.output.contains("sliding-window"))
        }
    }

    /// The next file that is opened would be descriptor 2, and progress would be printed into it.
    @Test func progressDoesNotGetIntoResults() throws {
        try folder.write(
            "name: tiny\ndescription: x\nkernels: [full]\nlengths: [64]\ntimeBudget: 20s\n", to: "tiny.yaml")
        let run = try Program("$attnbench run tiny.yaml --rounds 3 --output out <&- >&- 2>&-", in: folder)
        #expect(run.status == 1)
        let lines = (folder.text("out/results.jsonl") ?? "").split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("{") && $0.hasSuffix("}") })
    }

    /// Files may have 8 blocks of 512 bytes.
    @Test func aFullDiskEndsAReportAndLeavesNoHalf() throws {
        let run = try Program(
            "ulimit -f 8; $attnbench report \(ReportCommandTests.results) --output out --format md", in: folder)
        #expect(run.status == 1)
        #expect(run.messages.contains("cannot write out/results.jsonl: file too large; free space"), "\(run.messages)")
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
        #expect(left.isEmpty, "\(left)")
    }

    /// The tensor that was there is there still, whole.
    @Test func aFullDiskLeavesTheTensorThatWasThere() throws {
        var tensor = Tensor(dimensions: [100, 64])
        tensor.withMutableFloats { for index in $0.indices { $0[index] = Float(index) } }
        try NumPyFile.write(tensor, to: folder.path("q.npy"))
        try FileManager.default.copyItem(atPath: folder.path("q.npy"), toPath: folder.path("o.npy"))
        let inputs = "--query q.npy --key q.npy --value q.npy --output o.npy"
        let run = try Program("ulimit -f 8; $attnbench attend --kernel full \(inputs)", in: folder)
        #expect(run.status == 1)
        #expect(run.messages.contains("cannot write o.npy: file too large"), "\(run.messages)")
        #expect(try NumPyFile.read(folder.path("o.npy")).withFloats { Array($0) } == (0..<6400).map(Float.init))
        #expect(folder.names == ["q.npy", "o.npy"])
    }
}
