import Attention
import Hardware
import Testing

@testable import Kernels

@Suite struct ExactSearchTests {
    /// Against sorting all products in Double.
    @Test(arguments: [1, 2, 3]) func findsWhatSortingFinds(threads: Int) {
        for (vectors, dimensions) in [(1, 1), (2, 3), (100, 7), (257, 64), (1000, 33)] {
            var index = Tensor(dimensions: [vectors, dimensions])
            index.fillWithNormals(seed: 3)
            var drawn = Tensor(dimensions: [dimensions])
            drawn.fillWithNormals(seed: 4)
            let question = (0..<dimensions).map { drawn[$0] }
            let search = ExactSearch(index, on: WorkerTeam(threads: threads))
            for searched in Set([1, (vectors + 1) / 2, vectors]) {
                let products = (0..<searched).map { search.exactProduct(of: $0, with: question) }
                let sorted = (0..<searched).sorted { (-products[$0], $0) < (-products[$1], $1) }
                for count in [1, 5, vectors + 1] {
                    let found = search.best(count, for: question, among: searched)
                    #expect(
                        found == Array(sorted.prefix(count)), "\(count) of \(searched) of \(vectors) × \(dimensions)")
                }
            }
        }
    }

    @Test func ofEqualProductsTheEarlierVectorIsBetter() {
        var index = Tensor(dimensions: [6, 2])
        for vector in 0..<6 { index[2 * vector] = vector % 2 == 0 ? 1 : 2 }
        let search = ExactSearch(index, on: WorkerTeam())
        #expect(search.best(4, for: [1, 0], among: 6) == [1, 3, 5, 0])
        #expect(search.best(4, for: [0, 1], among: 6) == [0, 1, 2, 3])
    }
}
