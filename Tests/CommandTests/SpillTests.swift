import Attention
import Benchmarking
import Foundation
import Statistics
import TestSupport
import Testing

@testable import attnbench

@Suite struct SpillTests {
    @Test func printsEachLength() throws {
        let session = Session("spill --layers 3 --tokens 16,32,64,128,256 --hidden-size 64 --rounds 6 --no-pin")
        #expect(session.status == .done, "\(session.messages)")
        for tokens in [16, 32, 64, 128, 256] {
            #expect(session.output.contains(try Regex("(?m)^\(tokens) +write .*GB/s\n\(tokens) +read .*GB/s$")))
        }
        #expect(session.output.contains("The input of one layer of 256 tokens takes"))
        #expect(session.messages.hasPrefix("spilling, a first round, which is not timed\nspilling, round 1 of 6\n"))
    }

    @Test func jsonReadsBack() throws {
        let session = Session(
            "spill --layers 1 --tokens 1 --hidden-size 1 --element-type float32 --rounds 6 --no-pin --json --quiet")
        #expect(session.messages.isEmpty)
        let study = try JSONDecoder().decode(SpillStudy.self, from: Data(session.output.utf8))
        #expect(study.costs.map(\.layerBytes) == [4] && study.largest.elementType == .float32 && study.wrong == nil)
    }

    @Test(arguments: [
        ("spill --tokens many", "write a size like 1024"), ("spill --tokens 0", "tokens is 0"),
        ("spill --tokens 2G", "tokens is 2147483648; it must be from 1 to 1073741824"),
        ("spill --layers 0", "layers is 0"), ("spill --hidden-size 2M", "--hidden-size"),
        ("spill --rounds 5", "--rounds is 5; it must be from 6"),
        ("spill --layers 1000 --tokens 1G --hidden-size 1048576", "give fewer --tokens"),
    ]) func mistakesAreNamed(line: String, complaint: String) {
        let session = Session(line + " --no-pin")
        #expect(session.status == .usage)
        #expect(session.messages.contains(complaint), "\(session.messages)")
    }

    @Test func aFolderThatIsMissingIsNamed() {
        let session = Session("spill --folder nowhere/at-all --tokens 1 --no-pin")
        #expect(session.status == .internalFailure)
        #expect(session.messages.contains("cannot write nowhere/at-all: no such file or directory"))
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/shm"))) func memoryIsNoDisk() {
        let session = Session("spill --layers 2 --tokens 64 --hidden-size 64 --rounds 6 --no-pin --folder /dev/shm")
        #expect(session.status == .done, "\(session.messages)")
        #expect(session.output.contains("Caution: /dev/shm lies in memory, and not on a disk"))
        #expect(session.output.contains("Caution: up to 100 % of a file's pages were still in memory"))
    }

    @Test func theTableIsAsReviewed() {
        let text = SpillTable(study: .planted()).text(width: 80)
        #expect(text == Golden.text("spill", updatingTo: text))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
        let odd = SpillTable(study: .planted(isFolderInMemory: true, share: 0.4, hasRoom: false)).text(width: 80)
        #expect(odd.contains("Caution: scratch lies in memory") && odd.contains("Caution: up to 40 %"))
        #expect(odd.contains("no room"))
    }

    /// The file is cut off under the program, as a disk that fails would take its pages away.
    @Test func aPageThatIsLostEndsTheProgramWithASentence() throws {
        let folder = try TestFolder()
        let program = try Program(
            """
            "$attnbench" spill --folder . --layers 4 --tokens 256 --hidden-size 1024 --rounds 1000 --no-pin \
                > output 2> messages &
            pid=$!
            until grep -q "round 2 of" messages; do sleep 0.05; kill -0 $pid || exit 99; done
            for link in /proc/$pid/fd/*; do case $(readlink $link) in *.draft*) : > $link ;; esac; done
            wait $pid
            """, in: folder)
        #expect(program.status == 1)
        #expect(folder.text("messages")?.contains("Error: the disk could not read or write a page of the file") == true)
        #expect(folder.text("output") == "" && folder.names == ["messages", "output"])
    }
}

extension SpillStudy {
    /// Times in proportion to bytes, with some scatter.
    fileprivate static func planted(
        isFolderInMemory: Bool = false, share: Double = 0.0004, hasRoom: Bool = true
    ) -> SpillStudy {
        func seconds(_ value: Double) -> Estimate {
            Estimate(value: value, low: value * 0.97, high: value * 1.04, level: 0.95)
        }
        let costs = [(512, 1.03), (1024, 0.98), (2048, 1.02), (4096, 0.99), (8192, 1)].map { tokens, scatter in
            let bytes = tokens * 4096 * 2
            let megabytes = Double(bytes) / 1e6 * scatter
            return SpillCost(
                tokens: tokens, layerBytes: bytes,
                spilled: LayerTimes(write: seconds(1e-3 * megabytes), read: seconds(1.1e-3 * megabytes)),
                copying: seconds(0.6e-3 * megabytes),
                kept: hasRoom ? LayerTimes(write: seconds(1e-4 * megabytes), read: seconds(0.9e-4 * megabytes)) : nil,
                memory: SpillMemory(
                    processBytes: 2 * bytes, fileBytes: 2 * bytes + 4096, shareBeforeReading: share))
        }
        return SpillStudy(
            largest: CheckpointedLayers(layers: 8, tokens: 8192, hiddenSize: 4096, elementType: .bfloat16), threads: 1,
            folder: "scratch", isFolderInMemory: isFolderInMemory, costs: costs, wrong: nil)
    }
}
