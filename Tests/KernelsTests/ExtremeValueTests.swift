import Attention
import Foundation
import Hardware
import Testing

@testable import Kernels

/// Numbers at the ends of their type's range, where the answer is a number of that type all the same: scores beyond what
/// float32 resolves or holds, sums of values beyond it, denormals.
///
/// All elements of a row are equal here, so that the right answer is one short sum in Double.
struct ExtremeValueTests {
    struct Extreme: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let types: [ElementType]
        let query: Float
        /// Of key j of n.
        let key: @Sendable (_ j: Int, _ n: Int) -> Float
        let value: @Sendable (_ j: Int, _ n: Int) -> Float

        init(
            _ name: String, _ types: [ElementType] = [.float32, .bfloat16], query: Float,
            key: @escaping @Sendable (Int, Int) -> Float, value: @escaping @Sendable (Int, Int) -> Float
        ) {
            (testDescription, self.types, self.query, self.key, self.value) = (name, types, query, key, value)
        }
    }

    private static let extremes = [
        Extreme("scores beyond 2^31", query: 133_120) { _, _ in
            133_120
        } value: { _, _ in
            133_120
        },
        Extreme("float16's largest", [.float16], query: 65_504) { _, _ in
            65_504
        } value: { _, _ in
            65_504
        },
        Extreme("the largest score in the last tile", query: 1e6) { j, _ in
            Float(j + 1) * 1024
        } value: { j, _ in
            Float(j)
        },
        Extreme("the largest score in the first tile", query: 1e6) { j, _ in
            -Float(j) * 1024
        } value: { j, _ in
            Float(j)
        },
        Extreme("large negative scores", query: -1e6) { j, _ in
            1e6 + Float(j / 8 * 65_536)
        } value: { j, _ in
            Float(j)
        },
        Extreme("sums of values beyond float32", query: 1) { j, _ in
            Float(j % 3)
        } value: { _, _ in
            1e38
        },
        Extreme("the same with both signs", query: 1) { _, _ in
            1
        } value: { j, _ in
            j % 4 == 3 ? -3e38 : 3e38
        },
        Extreme("float32's largest value", [.float32], query: 1) { _, _ in
            1
        } value: { _, _ in
            .greatestFiniteMagnitude
        },
        Extreme("scores beyond float32", query: 1e20) { j, _ in
            j % 2 == 0 ? 1e20 : 2e20
        } value: { j, _ in
            Float(j)
        },
        Extreme("negative scores beyond float32", query: -1e20) { _, _ in
            1e20
        } value: { j, _ in
            Float(j)
        },
        Extreme("denormal values", query: 1) { _, _ in
            1
        } value: { _, _ in
            0x1p-130
        },
        Extreme("denormal values of both signs", query: 1) { _, _ in
            1
        } value: { j, _ in
            j % 4 == 3 ? -0x1p-130 : 0x1.8p-129
        },
        Extreme("denormal float16 values", [.float16], query: 1) { _, _ in
            1
        } value: { _, _ in
            0x1p-24
        },
        Extreme("denormal keys", query: 0x1p127) { j, _ in
            j % 2 == 0 ? 0x1p-127 : 0
        } value: { j, _ in
            Float(j % 2)
        },
        Extreme("denormal queries", query: 0x1p-127) { j, _ in
            j % 2 == 0 ? 0x1p127 : 0
        } value: { j, _ in
            Float(j % 2)
        },
    ]

    /// Whose outputs are means of values that are not a part of the keys.
    private static let kernels = Kernel.builtIn.filter {
        $0.phase.givesOutput && $0.weighting == .softmax && !$0.selectsBlocks && !$0.readsLatents
    }.names

    @Test(arguments: kernels, extremes)
    func theAnswerIsFiniteAndRight(name: String, extreme: Extreme) throws {
        let kernel = try Kernel.builtIn.named(name)
        for type in extreme.types {
            for (keys, heads) in [(1, 1), (10, 1), (300, 6)] {
                let shape = try AttentionShape(
                    queryHeads: heads, keyValueHeads: heads == 6 ? 2 : 1,
                    queryLength: kernel.phase == .decode ? 1 : keys,
                    keyLength: keys, headDimension: 16)
                let mask = try kernel.masks.mask([.window: 200, .sinks: 4, .chunk: 250])
                let problem = try AttentionProblem(
                    shape: shape, mask: mask, elementType: type, positions: kernel.positions)
                try check(kernel, problem, extreme)
            }
        }
    }

    private func check(
        _ kernel: Kernel, _ problem: AttentionProblem, _ extreme: Extreme
    ) throws {
        // Keys that are turned are no longer equal in all elements.
        guard problem.positions == .none else { return }
        let (shape, d) = (problem.shape, problem.shape.headDimension)
        var inputs = AttentionInputs(shape: shape, elementType: problem.elementType)
        for index in 0..<inputs.query.count { inputs.query[index] = extreme.query }
        for index in 0..<inputs.key.count {
            let key = index / d % shape.keyLength
            inputs.key[index] = extreme.key(key, shape.keyLength)
            inputs.value[index] = extreme.value(key, shape.keyLength)
        }
        guard let instance = try? kernel.prepare(for: problem, on: WorkerTeam()) else { return }
        var output = Tensor(problem.elementType, dimensions: AttentionInputs.queryDimensions(shape))
        instance.load(from: inputs)
        instance.run(inputs, into: &output)
        for row in 0..<shape.queryLength {
            let right = answer(row, problem, inputs)
            // Of the type, of float32's sums, and of the last place of a denormal, in the answer and in each term.
            let tolerance =
                (4 * problem.elementType.epsilon + 0x1p-18) * right.magnitude + problem.elementType.leastMagnitude
                + Double(shape.keyLength) * 0x1p-150
            for head in 0..<shape.batch * shape.queryHeads {
                for x in [0, d - 1] {
                    let element = Double(output[(head * shape.queryLength + row) * d + x])
                    try #require(
                        abs(element - right.mean) <= tolerance,
                        "\(problem) head \(head), row \(row): \(element) in the place of \(right.mean)")
                }
            }
        }
    }

    /// Of a row, whatever its head: all are equal. The magnitude is that of the terms, from which rounding comes.
    private func answer(
        _ row: Int, _ problem: AttentionProblem, _ inputs: borrowing AttentionInputs
    ) -> (mean: Double, magnitude: Double) {
        let d = problem.shape.headDimension
        let visible = problem.pairs.visibleKeys(row: row)
        let keys = Array(0..<visible.sinks) + Array(visible.band)
        let scores = keys.map {
            Double(inputs.query[row * d]) * Double(inputs.key[$0 * d]) * Double(d) * Double(problem.scale)
        }
        let weights = scores.map { exp($0 - scores.max()!) }
        let sum = weights.reduce(0, +)
        var (mean, magnitude) = (0.0, 0.0)
        for (weight, key) in zip(weights, keys) {
            mean += weight / sum * Double(inputs.value[key * d])
            magnitude += weight / sum * abs(Double(inputs.value[key * d]))
        }
        return (mean, magnitude)
    }

    /// The numbers at which this was noticed.
    @Test(arguments: kernels)
    func oneKeyAnswersWithItsValue(name: String) throws {
        let kernel = try Kernel.builtIn.named(name)
        for (type, d, number) in [
            (ElementType.float32, 64, Float(133_120)), (.bfloat16, 64, 133_120), (.float16, 1, 65_504),
        ] {
            let problem = try AttentionProblem(
                shape: AttentionShape(queryLength: 1, headDimension: d),
                mask: try kernel.masks.mask([.window: 1, .sinks: 1, .chunk: 1]),
                elementType: type, positions: kernel.positions)
            guard let instance = try? kernel.prepare(for: problem, on: WorkerTeam()) else { continue }
            var inputs = AttentionInputs(shape: problem.shape, elementType: type)
            for index in 0..<d {
                (inputs.query[index], inputs.key[index], inputs.value[index]) = (number, number, number)
            }
            var output = Tensor(type, dimensions: AttentionInputs.queryDimensions(problem.shape))
            instance.load(from: inputs)
            instance.run(inputs, into: &output)
            for x in 0..<d { #expect(output[x] == number) }
        }
    }
}

extension ElementType {
    fileprivate var leastMagnitude: Double {
        switch self {
        case .float32: 0x1p-149
        case .bfloat16: 0x1p-133
        case .float16: 0x1p-24
        }
    }
}
