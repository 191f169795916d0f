import Attention
import CVector
import Foundation
import Hardware

/// The mean key of each block that a query may have to compare, of all key/value heads: in Double, which decides, and in float32, which
/// decides where the difference of two scores is larger than what rounding can make.
///
/// They take n / B · d numbers beside n · d of the keys, and one pass over the keys.
final class BlockMeans: @unchecked Sendable {
    let selection: BlockSelection
    /// Blocks that have a mean: none where every query attends to all blocks.
    let count: Int
    /// d in whole vectors; the rest is 0.
    let stride: Int
    private let problem: AttentionProblem
    private let groups: Int
    /// [groups][count][stride]
    private let exact: UnsafeMutablePointer<Double>
    /// [groups][count][stride]
    private let rounded: UnsafeMutablePointer<Float>
    /// The largest magnitude of a mean, of each group; infinite where any is not finite.
    private let largest: UnsafeMutablePointer<Double>

    /// Means that one work item computes.
    private static let itemBlocks = 16

    /// - Precondition: the problem selects blocks.
    init(for problem: AttentionProblem) {
        self.problem = problem
        selection = problem.selection!
        count = Self.count(problem)
        groups = problem.shape.batch * problem.shape.keyValueHeads
        stride = Self.stride(problem)
        exact = .allocate(capacity: groups * count * stride)
        rounded = .allocate(capacity: groups * count * stride)
        largest = .allocate(capacity: groups)
        exact.initialize(repeating: 0, count: groups * count * stride)
        rounded.initialize(repeating: 0, count: groups * count * stride)
        largest.initialize(repeating: 0, count: groups)
    }

    deinit {
        exact.deallocate()
        rounded.deallocate()
        largest.deallocate()
    }

    static func byteCount(_ problem: AttentionProblem) -> Int {
        let (shape, perElement) = (problem.shape, MemoryLayout<Double>.size + MemoryLayout<Float>.size)
        return shape.batch * shape.keyValueHeads
            * (count(problem) * stride(problem) * perElement + MemoryLayout<Double>.size)
    }

    private static func count(_ problem: AttentionProblem) -> Int {
        let (selection, last) = (problem.selection!, problem.shape.keyLength - 1)
        return selection.chooses(at: last) ? selection.earlierBlocks(at: last) : 0
    }

    private static func stride(_ problem: AttentionProblem) -> Int {
        Lanes.wholeVectors(problem.shape.headDimension)
    }

    /// [count][stride]
    func rounded(ofGroup group: Int) -> UnsafePointer<Float> { UnsafePointer(rounded + group * count * stride) }

    /// No product of a query and a mean is larger than this times the magnitude of the query.
    func largest(ofGroup group: Int) -> Double { largest[group] }

    /// The score that decides. The sum runs over elements in their order, as the definition says.
    func score(_ query: UnsafePointer<Float>, block: Int, group: Int) -> Double {
        let mean = exact + (group * count + block) * stride
        var sum = 0.0
        for x in 0..<problem.shape.headDimension { sum += Double(query[x]) * mean[x] }
        return sum
    }

    /// Whether two blocks have the same mean, and so the same score.
    func areEqual(_ block: Int, and other: Int, ofGroup group: Int) -> Bool {
        let bytes = problem.shape.headDimension * MemoryLayout<Double>.size
        return memcmp(exact + (group * count + block) * stride, exact + (group * count + other) * stride, bytes) == 0
    }

    func prepare(from key: UnsafeRawPointer, on team: WorkerTeam) {
        nonisolated(unsafe) let key = key
        let items = (count + Self.itemBlocks - 1) / Self.itemBlocks
        team.forEach(count: groups * items) { _, item in
            let (group, place) = item.quotientAndRemainder(dividingBy: items)
            for block in place * Self.itemBlocks..<min((place + 1) * Self.itemBlocks, count) {
                prepare(block, ofGroup: group, from: key)
            }
        }
        for group in 0..<groups {
            var most = 0.0
            for block in 0..<count {
                var squares = 0.0
                for x in 0..<problem.shape.headDimension {
                    let element = Double(rounded[(group * count + block) * stride + x])
                    squares += element * element
                }
                most = squares.isFinite ? max(most, squares) : .infinity
                if most == .infinity { break }
            }
            largest[group] = most.squareRoot()
        }
    }

    /// Sums over tokens in their order.
    private func prepare(_ block: Int, ofGroup group: Int, from key: UnsafeRawPointer) {
        let (type, d) = (problem.elementType, problem.shape.headDimension)
        let mean = exact + (group * count + block) * stride
        let narrow = rounded + (group * count + block) * stride
        mean.update(repeating: 0, count: d)
        for token in selection.keys(ofBlock: block, keyLength: problem.shape.keyLength) {
            let row = (group * problem.shape.keyLength + token) * d
            wide_add(type.layout, 1, key + row * type.byteCount, mean, d)
        }
        for x in 0..<d {
            mean[x] /= Double(selection.blockLength)
            narrow[x] = Float(mean[x])
        }
    }
}
