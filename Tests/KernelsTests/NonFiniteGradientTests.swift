import Attention
import Hardware
import TestSupport
import Testing

@testable import Kernels

/// A non-finite value reaches those rows of gradients that the formulas over visible pairs take it to, all of them, and no other row.
@Suite(.tags(.slow)) struct NonFiniteGradientTests {
    /// Where one NaN stands: in the second query head, and in the heads of keys and values that it shares with the first.
    enum Place: CaseIterable { case query, key, value, outputGradient }

    private static let queryHead = 1
    private static let query = 70
    private static let key = 110
    private static let column = 5

    private let shape: AttentionShape

    init() throws {
        shape = try AttentionShape(
            queryHeads: 4, keyValueHeads: 2, queryLength: 150, keyLength: 190, headDimension: 24)
    }

    private func problem(_ kernel: Kernel, _ type: ElementType) throws -> AttentionProblem {
        try AttentionProblem(
            shape: shape, mask: kernel.masks.mask([.window: 20, .sinks: 4, .chunk: 48]), elementType: type)
    }

    private func inputs(_ type: ElementType = .float32, not value: Float, at places: [Place]) -> AttentionInputs {
        var inputs = AttentionInputs(shape: shape, elementType: type, seed: 3, withOutputGradient: true)
        let query = (Self.queryHead * shape.queryLength + Self.query) * shape.headDimension + Self.column
        let key = Self.key * shape.headDimension + Self.column
        for place in places {
            switch place {
            case .query: inputs.query[query] = value
            case .key: inputs.key[key] = value
            case .value: inputs.value[key] = value
            case .outputGradient: inputs.outputGradient![query] = value
            }
        }
        return inputs
    }

    /// Rows of dQ, of dK and of dV, each among all rows of its tensor.
    private struct Rows: Equatable {
        var query: Set<Int> = []
        var key: Set<Int> = []
        var value: Set<Int> = []
    }

    /// Those that a NaN in this place has to reach.
    private func reached(from place: Place, _ problem: AttentionProblem) -> Rows {
        let queries =
            switch place {
            case .query, .outputGradient: [(head: Self.queryHead, row: Self.query)]
            case .key, .value:
                (0..<shape.groupSize).flatMap { head in
                    (0..<shape.queryLength).filter { problem.pairs.visibleKeys(row: $0).contains(Self.key) }.map {
                        (head: head, row: $0)
                    }
                }
            }
        // The heads of all of them share the first head of keys and values.
        let keys = Set(
            (0..<shape.keyLength).filter { key in
                queries.contains { problem.pairs.visibleKeys(row: $0.row).contains(key) }
            })
        return Rows(
            query: Set(queries.map { $0.head * shape.queryLength + $0.row }), key: keys,
            value: place == .value ? [] : keys)
    }

    /// Those in which some element is not finite.
    private func notFinite(_ gradients: (Int) -> Float) -> Rows {
        func rows(from start: Int, count: Int) -> Set<Int> {
            let d = shape.headDimension
            return Set(
                (0..<count / d).filter { row in (0..<d).contains { !gradients(start + row * d + $0).isFinite } })
        }
        return Rows(
            query: rows(from: 0, count: shape.queryCount), key: rows(from: shape.queryCount, count: shape.keyCount),
            value: rows(from: shape.queryCount + shape.keyCount, count: shape.keyCount))
    }

    private func gradients(
        _ kernel: Kernel, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs, threads: Int
    ) throws -> Tensor {
        let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: threads))
        return gradients(instance, kernel.phase, problem, inputs)
    }

    private func gradients(
        _ instance: any KernelInstance, _ phase: Phase, _ problem: AttentionProblem,
        _ inputs: borrowing AttentionInputs
    ) -> Tensor {
        var gradients = phase.output(of: problem)
        gradients.spoil()
        instance.load(from: inputs)
        instance.run(inputs, into: &gradients)
        return gradients
    }

    @Test func theCasesHaveEveryPattern() {
        for kernel in Kernel.gradients {
            let patterns = Set(ProblemCases.all(for: kernel).map(\.inputs))
            #expect(patterns == Set(InputPattern.allCases), "\(kernel.name)")
        }
        #expect(InputPattern.all(for: .prefill) == InputPattern.all(for: .decode))
        #expect(InputPattern.all(for: .prefill).count == InputPattern.allCases.count - 2)
    }

    @Test(arguments: Kernel.gradients, Place.allCases)
    func reachesTheRowsThatSeeItAndNoOther(kernel: Kernel, place: Place) throws {
        for type in kernel.elementTypes {
            let problem = try problem(kernel, type)
            let finite = try gradients(kernel, problem, inputs(type, not: 0, at: []), threads: 1)
            let reached = reached(from: place, problem)
            for threads in [1, 3] {
                let found = try gradients(kernel, problem, inputs(type, not: .nan, at: [place]), threads: threads)
                let rows = notFinite { found[$0] }
                #expect(rows == reached, "\(type), \(threads) threads")
                expectTheSame(found, as: finite, except: reached, type)
            }
        }
    }

    /// Up to roundings: rows beside those that are reached may be written in Double.
    private func expectTheSame(
        _ found: borrowing Tensor, as finite: borrowing Tensor, except rows: Rows, _ type: ElementType
    ) {
        let (queries, keys) = (shape.queryCount / shape.headDimension, shape.keyCount / shape.headDimension)
        let excepted = rows.query.union(rows.key.map { queries + $0 }).union(rows.value.map { queries + keys + $0 })
        var largest = 0.0
        for index in 0..<found.count where !excepted.contains(index / shape.headDimension) {
            let (a, b) = (Double(found[index]), Double(finite[index]))
            largest = max(largest, a.isFinite ? abs(a - b) / max(1, abs(b)) : .infinity)
        }
        #expect(largest <= 1e-5 + 2 * type.epsilon, "\(type)")
    }

    @Test(arguments: Kernel.gradients.filter { $0.phase == .backward }, Place.allCases)
    func theOracleHasTheSameRule(kernel: Kernel, place: Place) throws {
        let problem = try problem(kernel, .float32)
        let exact = ReferenceGradients(inputs(not: .nan, at: [place]), of: problem, .all(of: problem), .exact)
        let elements = exact.query + exact.key + exact.value
        let rows = notFinite { Float(elements[$0]) }
        #expect(rows == reached(from: place, problem))
    }

    /// In a row of dQ or dK everything is NaN, in one of dV that dO reaches the same column alone.
    @Test(arguments: Kernel.gradients.filter { $0.phase == .backward })
    func aGradientOfTheOutputReachesItsColumnOfValues(kernel: Kernel) throws {
        let problem = try problem(kernel, .float32)
        let found = try gradients(kernel, problem, inputs(not: .nan, at: [.outputGradient]), threads: 1)
        let (d, keyStart) = (shape.headDimension, shape.queryCount)
        let valueStart = keyStart + shape.keyCount
        for row in reached(from: .outputGradient, problem).key {
            let areNaN = (0..<d).allSatisfy { found[keyStart + row * d + $0].isNaN }
            #expect(areNaN, "row \(row) of dK")
            for x in 0..<d {
                let isNaN = found[valueStart + row * d + x].isNaN
                #expect(isNaN == (x == Self.column), "row \(row) of dV")
            }
        }
    }

    /// What one call leaves in the memory of an instance does not reach the next.
    @Test(arguments: Kernel.gradients, [Float.nan, .infinity])
    func nothingStaysForTheNextCall(kernel: Kernel, value: Float) throws {
        let type = kernel.elementTypes.last!
        let problem = try problem(kernel, type)
        let finite = inputs(type, not: 0, at: [])
        let fresh = try gradients(kernel, problem, finite, threads: 1)
        for threads in 1...3 {
            let instance = try kernel.prepare(for: problem, on: WorkerTeam(threads: threads))
            _ = gradients(instance, kernel.phase, problem, inputs(type, not: value, at: Place.allCases))
            let next = gradients(instance, kernel.phase, problem, finite)
            let areEqual = next.withBytes { a in fresh.withBytes { a.elementsEqual($0) } }
            #expect(areEqual, "\(threads) threads")
        }
    }

    /// Bounds on errors grow with the scores, and would let anything pass here: float32 rounds a log-sum-exp of 10¹² by 32,768.
    @Test(arguments: Kernel.gradients.filter { $0.phase == .backward })
    func weightsOfHugeScoresAreRight(kernel: Kernel) throws {
        for type in kernel.elementTypes {
            let problem = try problem(kernel, type)
            let inputs = InputPattern.hugeScores.makeInputs(
                shape: shape, elementType: type, seed: 5, withOutputGradient: true)
            let exact = ReferenceGradients(inputs, of: problem, .all(of: problem), .exact)
            let found = try gradients(kernel, problem, inputs, threads: 2)
            let start = shape.queryCount + shape.keyCount
            let largest = exact.value.enumerated().reduce(0.0) {
                max($0, abs(Double(found[start + $1.offset]) - $1.element) / max(1, abs($1.element)))
            }
            #expect(exact.largestScore > 1e7)
            #expect(largest <= 1e-5 + type.epsilon, "\(type)")
        }
    }
}
