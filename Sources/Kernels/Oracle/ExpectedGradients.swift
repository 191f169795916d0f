import Attention

/// What rows of the gradients have to be, and how far a kernel's may be from them: for each of the three tensors by the
/// rule of `Accuracy`, twice the error of the naive loops in the same element type, and what no kernel can avoid. What is not
/// finite has to be so in a kernel too, an infinity with the same sign.
///
/// Where only some rows are compared, so is one sum over all keys: the weights of a query add up to 1, so that the rows of dV
/// add up to the rows of dO. A kernel that leaves out keys, or takes them twice, is found there, whichever keys they are.
public struct ExpectedGradients: Sendable {
    /// The rows of one tensor.
    private struct Part {
        let name: String
        let rows: [Accuracy.OutputRow]
        /// [rows][headDimension]
        let exact: [Double]
        let bound: Double
    }

    private let shape: AttentionShape
    private let query: Part
    private let key: Part
    private let value: Part
    /// Σ dO over the queries that share each head of keys and values; nil where all rows are compared.
    private let outputGradientSums: OutputGradientSums?
    /// What roundings may change, as a part of the terms of a sum.
    private let roundings: Double

    init(
        for problem: AttentionProblem, _ inputs: borrowing AttentionInputs, _ rows: GradientRows,
        tolerance: Double = Accuracy.ownTolerance
    ) {
        let exact = ReferenceGradients(inputs, of: problem, rows, .exact)
        let naive = ReferenceGradients(
            inputs, of: problem, rows,
            ReferenceAttention.Arithmetic<Float>.storing(problem.elementType))
        // A score is rounded, and the log-sum-exp of scores as large as it.
        let roundings = 4 * problem.elementType.epsilon + exact.largestScore * Double(Float.ulpOfOne)
        func part(_ name: String, _ rows: [Accuracy.OutputRow], _ numbers: Numbers) -> Part {
            let elements = numbers.exact.map { ExpectedRows.stored($0, as: problem.elementType) }
            let error = zip(elements, numbers.naive).reduce(0) {
                $1.0.isFinite && $1.1.isFinite ? max($0, abs(Double($1.1) - $1.0)) : $0
            }
            let largestTerm = numbers.terms.lazy.filter(\.isFinite).max() ?? 0
            return Part(name: name, rows: rows, exact: elements, bound: tolerance * error + roundings * largestTerm)
        }
        shape = problem.shape
        self.roundings = roundings
        query = part(
            "query", rows.queries, Numbers(exact: exact.query, naive: naive.query, terms: exact.terms.query))
        key = part("key", rows.keys, Numbers(exact: exact.key, naive: naive.key, terms: exact.terms.key))
        value = part("value", rows.keys, Numbers(exact: exact.value, naive: naive.value, terms: exact.terms.value))
        outputGradientSums = rows.areAll ? nil : OutputGradientSums(inputs, problem.shape)
    }

    private struct Numbers {
        let exact: [Double]
        let naive: [Float]
        let terms: [Double]
    }

    /// Of the tensor that is nearest to its bound, or farthest beyond it.
    ///
    /// - Parameter gradients: of Q, K and V, one after the other.
    func accuracy(of gradients: borrowing Tensor) -> Accuracy {
        let keyStart = shape.queryCount
        var worst = accuracy(of: gradients, query, from: 0, rowsPerHead: shape.queryLength)
        let others = [
            accuracy(of: gradients, key, from: keyStart, rowsPerHead: shape.keyLength),
            accuracy(of: gradients, value, from: keyStart + shape.keyCount, rowsPerHead: shape.keyLength),
        ]
        for other in others + [sumAccuracy(of: gradients)].compactMap({ $0 }) where other.share > worst.share {
            worst = other
        }
        return worst
    }

    private func accuracy(
        of gradients: borrowing Tensor, _ part: Part, from start: Int, rowsPerHead: Int
    ) -> Accuracy {
        let d = shape.headDimension
        var (largest, worst) = (0.0, part.rows.first ?? Accuracy.OutputRow(head: 0, row: 0))
        for (index, row) in part.rows.enumerated() {
            let elements = start + (row.head * rowsPerHead + row.row) * d
            for x in 0..<d {
                let error = ExpectedRows.difference(Double(gradients[elements + x]), from: part.exact[index * d + x])
                if error > largest { (largest, worst) = (error, row) }
            }
        }
        return Accuracy(maximumError: largest, bound: part.bound, worst: worst, gradient: part.name)
    }

    /// The sums of dV over all keys against those of dO; of the head whose sum is farthest from its bound.
    private func sumAccuracy(of gradients: borrowing Tensor) -> Accuracy? {
        guard let outputGradientSums else { return nil }
        let (d, start) = (shape.headDimension, shape.queryCount + shape.keyCount)
        var worst: Accuracy?
        for head in 0..<shape.batch * shape.keyValueHeads {
            var (sums, terms) = ([Double](repeating: 0, count: d), outputGradientSums.terms[head])
            for key in 0..<shape.keyLength {
                let elements = start + (head * shape.keyLength + key) * d
                for x in 0..<d {
                    sums[x] += Double(gradients[elements + x])
                    terms[x] += abs(Double(gradients[elements + x]))
                }
            }
            for x in 0..<d {
                let error = ExpectedRows.difference(sums[x], from: outputGradientSums.sums[head][x])
                let found = Accuracy(
                    maximumError: error, bound: roundings * terms[x],
                    worst: Accuracy.OutputRow(head: head, row: shape.keyLength - 1),
                    gradient: "value, summed over all keys")
                if found.share > worst?.share ?? -1 { worst = found }
            }
        }
        return worst
    }
}

/// Σ dO and Σ |dO| over all queries that share a head of keys and values [heads][headDimension].
private struct OutputGradientSums {
    private(set) var sums: [[Double]]
    private(set) var terms: [[Double]]

    init(_ inputs: borrowing AttentionInputs, _ shape: AttentionShape) {
        let d = shape.headDimension
        var sums = [[Double]](
            repeating: [Double](repeating: 0, count: d), count: shape.batch * shape.keyValueHeads)
        var terms = sums
        inputs.withOutputGradient { gradient in
            for row in 0..<shape.batch * shape.queryHeads * shape.queryLength {
                let head = row / shape.queryLength / shape.groupSize
                for x in 0..<d {
                    let element = Double(gradient[row * d + x])
                    sums[head][x] += element
                    terms[head][x] += abs(element)
                }
            }
        }
        (self.sums, self.terms) = (sums, terms)
    }
}
