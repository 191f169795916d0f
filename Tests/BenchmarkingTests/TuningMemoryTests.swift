import Foundation
import Hardware
import Kernels
import Records
import TestSupport
import Testing

@testable import Benchmarking

struct TuningMemoryTests {
    private let folder: TestFolder
    private let memory: TuningMemory
    private let key: TuningMemory.Key
    private let tuning: Tuning

    init() throws {
        folder = try TestFolder()
        memory = try #require(TuningMemory(environment: ["XDG_CACHE_HOME": folder.url.path]))
        key = TuningMemory.Key(try Topology(synthetic: "pack:1 l2:2(size=1048576) core:1 pu:1"))
        tuning = Tuning(
            keyTile: 96, unsharedBytes: 1 << 20, chunkBytes: 1 << 19,
            bfloat16: Tuning.Products(prefill: .widened, decode: .dot), exponential: .shifted, decodePrefetchBytes: 0)
    }

    @Test func whatWasMeasuredIsRememberedForThisMachine() throws {
        #expect(memory.tuning(for: key) == nil)
        try memory.remember(tuning, for: key)
        #expect(memory.tuning(for: key) == tuning)
        let other = TuningMemory.Key(try Topology(synthetic: "pack:1 l2:2(size=2097152) core:1 pu:1"))
        #expect(memory.tuning(for: other) == nil)
        try memory.remember(.standard, for: other)
        #expect(memory.tuning(for: key) == tuning && memory.tuning(for: other) == .standard)
    }

    /// A killed run, another version, or somebody's hand: measuring again is all that it costs.
    @Test(arguments: ["", "{", "{\"tuning\":{}}"]) func aFileThatCannotBeReadIsNone(text: String) throws {
        try memory.remember(tuning, for: key)
        try folder.write(text, to: "attnbench/" + key.fileName)
        #expect(memory.tuning(for: key) == nil)
    }

    /// Sizes that would trap a kernel: no hand and no other version may bring them in.
    @Test(arguments: ["0", "-8", "12", "8192"]) func sizesThatNoKernelTakesAreNone(keyTile: String) throws {
        try memory.remember(tuning, for: key)
        let path = "attnbench/" + key.fileName
        let text = try #require(folder.text(path))
        let changed = text.replacing("\"keyTile\":96", with: "\"keyTile\":\(keyTile)")
        #expect(changed != text)
        try folder.write(changed, to: path)
        #expect(memory.tuning(for: key) == nil)
    }

    @Test func anotherBuildIsMeasuredAnew() throws {
        try memory.remember(tuning, for: key)
        let path = "attnbench/" + key.fileName
        let text = try #require(folder.text(path))
        try folder.write(text.replacing("\"commit\":\"", with: "\"commit\":\"x"), to: path)
        #expect(memory.tuning(for: key) == nil)
    }

    @Test func aFolderThatCannotBeWrittenIsTold() throws {
        try folder.write("a file in the folder's place", to: "attnbench")
        let source = TuningSource.automatic(memory)
        let (_, remark) = source.tuning(for: WorkerTeam(), on: try Topology(synthetic: "pack:1 core:1 pu:1"))
        #expect(
            try #require(remark).hasPrefix("what is fastest on this machine is measured again next time: cannot write"))
    }

    @Test func anEnvironmentWithoutAHomeHasNone() {
        #expect(TuningMemory(environment: [:]) == nil)
        #expect(TuningMemory(environment: ["XDG_CACHE_HOME": "relative"]) == nil)
        #expect(TuningMemory(environment: ["HOME": "/somebody"]) != nil)
    }

    @Test func offTakesWhatTheCachesSuggest() throws {
        let topology = try Topology(synthetic: "pack:1 l2:2(size=2097152) core:1 pu:1")
        #expect(TuningSource.off.tuning(for: WorkerTeam(), on: topology).tuning == Tuning(startingOn: topology))
        #expect(TuningSource.known(tuning).tuning(for: WorkerTeam(), on: topology).tuning == tuning)
    }
}
