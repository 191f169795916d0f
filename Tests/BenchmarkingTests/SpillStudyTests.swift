import Attention
import Files
import Foundation
import Hardware
import Synchronization
import TestSupport
import Testing

@testable import Benchmarking

struct SpillStudyTests {
    private let clock = FakeClock()

    private func plan(layers: Int = 3, tokens: [Int] = [2, 5], rounds: Int = 6, folder: String = ".") -> SpillStudy.Plan
    {
        SpillStudy.Plan(
            layers: layers, tokens: tokens, hiddenSize: 33, elementType: .bfloat16, folder: folder, rounds: rounds)
    }

    /// One length whose layers wait in two planted stores.
    private func bench(_ spilled: PlantedStore, _ kept: PlantedStore?, layers: Int = 3) throws -> SpillBench {
        var bench = SpillBench(plan(layers: layers, tokens: [2]), clock: clock) { _ in
            SpillBench.Stores(spilled: spilled, kept: kept)
        }
        try bench.run(seed: 1) { _ in }
        return bench
    }

    @Test func aStepHoldsTwoLayersAtATime() throws {
        let store = PlantedStore(clock)
        var step = StepMemory(of: plan().largest, clock: clock)
        step.draw(seed: 1)
        #expect(try step.run(in: store).wrongLayer == nil)
        #expect(
            store.calls == [
                "copy 0", "start 0", "copy 1", "start 1", "finish 0", "copy 2", "start 2", "finish 1", "finish 2",
                "ask 2", "ask 1", "read 2", "drop 2", "ask 0", "read 1", "drop 1", "read 0", "drop 0",
            ])
    }

    @Test func costsAreThoseOfOneLayer() throws {
        let bench = try bench(
            PlantedStore(clock, copy: 2, finish: 3, read: 7), PlantedStore(clock, copy: 1, read: 0.5))
        let cost = try #require(try bench.costs().first)
        #expect(cost.spilled.write.value == 5 && cost.spilled.read.value == 7 && cost.copying.value == 2)
        #expect(cost.kept?.write.value == 1 && cost.kept?.read.value == 0.5)
        #expect(cost.layerBytes == 2 * 33 * 2 && cost.spilled.write.level == 0.95 && bench.wrong == nil)
        #expect(cost.memory.shareBeforeReading == 40 / Double(3 * MappedMemory.pageBytes))
        #expect(cost.memory.fileBytes == 40)
    }

    /// The copying of the first layer begins a step, and the reading of it ends one.
    @Test func oneLayerIsSpilledToo() throws {
        let store = PlantedStore(clock)
        _ = try bench(store, nil, layers: 1)
        #expect(
            store.calls.prefix(6).elementsEqual(["copy 0", "start 0", "finish 0", "ask 0", "read 0", "drop 0"]))
    }

    @Test func aLayerThatIsNotWhatWasWrittenIsNamed() throws {
        let store = PlantedStore(clock)
        store.lostLayer = 1
        #expect(
            try bench(store, nil).wrong == "the input of layer 2 of 2 tokens was not read as it was written")
    }

    @Test func memoryThatDoesNotHoldAllLayersKeepsNone() throws {
        let cost = try #require(try bench(PlantedStore(clock), nil).costs().first)
        #expect(cost.kept == nil)
    }

    /// Layers that fill no page, one that fills a page and a byte, and one of several pieces.
    @Test(arguments: [(1, 1, 1), (3, 5, 33), (2, 241, 17), (2, 700, 1024)]) func aFileGivesBackWhatItTook(
        layers: Int, tokens: Int, hiddenSize: Int
    ) throws {
        let folder = try TestFolder()
        var plan = plan(layers: layers, tokens: [tokens], rounds: 6, folder: folder.url.path)
        plan.hiddenSize = hiddenSize
        var announced = 0
        let study = try SpillStudy.measure(plan, on: WorkerTeam()) { _ in announced += 1 }
        let cost = try #require(study.costs.first)
        #expect(study.wrong == nil && announced == 7 && folder.names.isEmpty)
        #expect(cost.spilled.write.value >= cost.copying.value && cost.spilled.read.value > 0 && cost.kept != nil)
        #expect(study.isFolderInMemory || (cost.memory.shareBeforeReading ?? 0) < 0.5)
    }

    @Test func noTwoLayersAreAlike() {
        let layers = plan(layers: 5).largest
        var drawn = DrawnLayers(for: layers)
        drawn.draw(seed: 1)
        let first = (0..<5).map { Array(drawn[$0]) }
        #expect(Set(first).count == 5 && first.allSatisfy { $0.count * 8 >= layers.layerBytes })
        drawn.draw(seed: 2)
        #expect((0..<5).allSatisfy { Array(drawn[$0]) != first[$0] })
    }

    @Test func aDiskThatFailsIsTold() throws {
        let folder = try TestFolder()
        let plan = plan(folder: folder.url.path)
        // Open, remove and reserve, and three calls for each layer.
        for step in [3, 4, 5, 6, 20] {
            Disks.$current.withValue(FaultyDisk(.refusal(EIO), atStep: step)) {
                let error = #expect(throws: UnwritableFile.self) { try SpillStudy.measure(plan, on: WorkerTeam()) }
                #expect(error == UnwritableFile(path: folder.url.path, cause: SystemError(code: EIO)))
            }
        }
        #expect(folder.names.isEmpty)
    }
}

struct SpillAdmissionTests {
    private let plan = SpillStudy.Plan(
        layers: 8, tokens: [8 << 10, 1 << 10], hiddenSize: 4096, elementType: .bfloat16, folder: "d", rounds: 6)

    private func admission(
        disk: Int = 1 << 40, isInMemory: Bool = false, memory: Int? = 1 << 40
    ) throws -> SpillAdmission {
        try SpillAdmission(of: plan, in: FileSystem(isInMemory: isInMemory, freeBytes: disk), freeMemory: memory)
    }

    @Test func aDiskWithoutRoomIsRefused() throws {
        _ = try admission(disk: 600 << 20)
        let error = #expect(throws: SpillRefused.self) { try admission(disk: 568 << 20) }
        #expect(
            error?.description
                == "8 layers of 8K tokens × 4096 elements take 512 MiB, and 568 MiB are free on the disk of d, "
                + "of which a tenth is left to others; give fewer --tokens or --layers, or another --folder")
        #expect(error?.exitStatus == .usage)
    }

    /// Two layers in memory, and the contents of one layer of each length: 200 MiB.
    @Test func memoryWithoutRoomForTwoLayersIsRefused() throws {
        _ = try admission(memory: 224 << 20)
        let error = #expect(throws: SpillRefused.self) { try admission(memory: 220 << 20) }
        #expect(
            error?.description.hasPrefix(
                "to spill 8 layers of 8K tokens × 4096 elements takes 200 MiB of memory, and 220 MiB are free") == true)
    }

    @Test func aFileInMemoryTakesMemory() throws {
        _ = try admission(isInMemory: true, memory: 800 << 20)
        #expect(throws: SpillRefused.self) { try admission(isInMemory: true, memory: 700 << 20) }
    }

    @Test func whatMemoryDoesNotHoldIsNotKept() throws {
        #expect(try admission().kept.map(\.tokens) == [1 << 10, 8 << 10])
        #expect(try admission(memory: 400 << 20).kept.map(\.tokens) == [1 << 10])
        #expect(try admission(memory: 224 << 20).kept.isEmpty)
        #expect(try admission(memory: nil).kept.count == 2)
    }

    @Test func sizesThatNothingHoldsAreRefused() {
        let most = CheckpointedLayers.most
        var plan = plan
        (plan.layers, plan.tokens, plan.hiddenSize) = (most.layers, [most.tokens], most.hiddenSize)
        plan.elementType = .float32
        #expect(throws: SpillRefused.self) {
            try SpillAdmission(of: plan, in: FileSystem(isInMemory: true, freeBytes: 1 << 50), freeMemory: .max)
        }
        #expect(throws: SpillRefused.self) {
            try SpillAdmission(of: plan, in: FileSystem(isInMemory: true, freeBytes: .max), freeMemory: 1 << 50)
        }
    }
}

/// A place that takes its time by the clock, and may lose a layer.
private final class PlantedStore: LayerStore {
    var lostLayer: Int?
    private(set) var calls: [String] = []
    private var kept: [Int: [UInt64]] = [:]
    private let clock: FakeClock
    /// Seconds of each.
    private let copy: Double
    private let finish: Double
    private let read: Double

    init(_ clock: FakeClock, copy: Double = 1, finish: Double = 0, read: Double = 1) {
        self.clock = clock
        self.copy = copy
        self.finish = finish
        self.read = read
    }

    func copy(_ contents: ArraySlice<UInt64>, of layer: Int) {
        calls.append("copy \(layer)")
        kept[layer] = Array(contents)
        clock.advance(seconds: copy)
    }

    func startSaving(_ layer: Int) { calls.append("start \(layer)") }

    func finishSaving(_ layer: Int) {
        calls.append("finish \(layer)")
        clock.advance(seconds: finish)
    }

    func ask(for layer: Int) { calls.append("ask \(layer)") }

    func holds(_ contents: ArraySlice<UInt64>, of layer: Int) -> Bool {
        calls.append("read \(layer)")
        clock.advance(seconds: read)
        return kept[layer] == Array(contents) && layer != lostLayer
    }

    func drop(_ layer: Int) { calls.append("drop \(layer)") }

    var residentBytes: Int? { 40 }
}
