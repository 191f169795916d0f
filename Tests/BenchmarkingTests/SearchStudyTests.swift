import Benchmarking
import Hardware
import Testing

struct SearchStudyTests {
    @Test func partsDoubleUpToTheWholeIndex() {
        func parts(_ vectors: Int) -> [Int] {
            SearchStudy.Plan(vectors: vectors, dimensions: 4, passages: 1, rounds: 1).parts
        }
        #expect(parts(1) == [1] && parts(5) == [1, 2, 5] && parts(1000) == [31, 62, 125, 250, 500, 1000])
    }

    @Test func aStudyHasATimeForEachPart() throws {
        let plan = SearchStudy.Plan(vectors: 300, dimensions: 20, passages: 5, rounds: 3)
        var announced = 0
        let study = try SearchStudy.measure(plan, on: WorkerTeam()) { _ in announced += 1 }
        #expect(study.costs.map(\.vectors) == plan.parts && announced == 3)
        #expect(study.costs.allSatisfy { $0.seconds.value > 0 } && study.wrong == nil)
    }

    @Test func anIndexBeyondMemoryIsRefused() {
        let plan = SearchStudy.Plan(vectors: 1 << 30, dimensions: 1 << 20, passages: 1, rounds: 1)
        #expect(throws: IndexTooLarge.self) { try SearchStudy.measure(plan, on: WorkerTeam()) }
    }
}
