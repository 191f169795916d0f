import Attention
import COpenBLAS
import Hardware

/// Exact search: the vectors of an index whose product with a question is largest.
///
/// The index is read once, for two FLOPs an element, so that the bandwidth of memory is the limit and time goes with N · D. An index of
/// neighbours reads less and finds less; exact search is what its answers are held against.
public final class ExactSearch {
    private let team: WorkerTeam
    /// [vectors][dimensions], float32.
    private let index: Tensor
    /// Of each vector with the question.
    private var products: [Float]

    public var vectorCount: Int { index.dimensions[0] }
    public var dimensions: Int { index.dimensions[1] }

    /// - Parameter index: [vectors][dimensions], float32; neither is zero, and neither is beyond 32 bits.
    public init(_ index: consuming Tensor, on team: WorkerTeam) {
        precondition(
            index.dimensions.count == 2 && index.elementType == .float32
                && index.dimensions.allSatisfy { (1..<Int(Int32.max)).contains($0) }, "an index is a matrix of float32")
        openblas_set_num_threads(1)
        self.team = team
        products = Array(repeating: 0, count: index.dimensions[0])
        self.index = index
    }

    /// The best vectors, the largest product first; of equal products the earlier vector.
    ///
    /// - Parameters:
    ///   - count: of vectors that are wanted; fewer where there are fewer.
    ///   - question: as many elements as a vector has.
    ///   - searched: of the index only so many vectors, from the first on.
    public func best(_ count: Int, for question: [Float], among searched: Int) -> [Int] {
        precondition(
            question.count == dimensions && (1...vectorCount).contains(searched), "the question fits the index")
        let (d, threads) = (dimensions, team.threadCount)
        let team = team
        question.withUnsafeBufferPointer { question in
            products.withUnsafeMutableBufferPointer { products in
                index.withFloats { rows in
                    nonisolated(unsafe) let (question, products) = (question.baseAddress!, products.baseAddress!)
                    nonisolated(unsafe) let rows = rows.baseAddress!
                    team.forEach(count: threads) { _, part in
                        let own = searched * part / threads..<searched * (part + 1) / threads
                        if own.isEmpty { return }
                        cblas_sgemv(
                            CblasRowMajor, CblasNoTrans, Int32(own.count), Int32(d), 1, rows + own.lowerBound * d,
                            Int32(d), question, 1, 0, products + own.lowerBound, 1)
                    }
                }
            }
        }
        return largest(count, among: searched)
    }

    /// Places of the largest products, in one pass: most vectors are worse than the worst that is kept.
    private func largest(_ count: Int, among searched: Int) -> [Int] {
        var kept: [Int] = []
        for vector in 0..<searched {
            let product = products[vector]
            if kept.count == count {
                guard let worst = kept.last, product > products[worst] else { continue }
                kept.removeLast()
            }
            let place = kept.firstIndex { products[$0] < product } ?? kept.count
            kept.insert(vector, at: place)
        }
        return kept
    }

    /// The product of a vector with a question, in Double.
    public func exactProduct(of vector: Int, with question: [Float]) -> Double {
        var sum = 0.0
        for x in 0..<dimensions { sum += Double(index[vector * dimensions + x]) * Double(question[x]) }
        return sum
    }
}
