import Attention
import Foundation
import Kernels
import Records

/// Rows of full attention in Double, with which approximations are compared.
struct FullAttentionRows {
    private let places: [Accuracy.OutputRow]
    private let rows: [ReferenceAttention.SoftmaxRow]

    var count: Int { places.count }

    /// Keys that all rows of full attention together may read: all rows of 16 heads of 512 tokens stay below it, and it takes some seconds.
    static let mostKeys = 1 << 23

    /// As many rows of each head as `mostKeys` allows, at equal distances up to the last: all of a short text.
    init(of activations: Activations, mostKeys: Int = mostKeys) {
        let (problem, shape) = (activations.problem, activations.problem.shape)
        let heads = shape.batch * shape.queryHeads
        let rowsPerHead = min(shape.queryLength, max(1, mostKeys / shape.keyLength / heads))
        places = (0..<heads).flatMap { head in
            (1...rowsPerHead).map { Accuracy.OutputRow(head: head, row: $0 * shape.queryLength / rowsPerHead - 1) }
        }
        rows = places.map { ReferenceAttention.softmaxRow($0, of: problem, activations.inputs.tensors) }
    }

    /// What a problem over the same inputs gives up. The kept mass is Σ e^score over the keys that are kept, divided by that over all.
    /// A row that is zero under full attention has no relative error, and is left out of those of single rows.
    func quality(
        of problem: AttentionProblem, on activations: Activations
    ) throws(ActivationsError) -> ApproximationQuality {
        var whole = RelativeError()
        var (errors, masses): ([Double], [Double]) = ([], [])
        for (place, full) in zip(places, rows) {
            let kept = ReferenceAttention.softmaxRow(place, of: problem, activations.inputs.tensors)
            var row = RelativeError()
            row.add(kept.output, against: full.output)
            whole.add(kept.output, against: full.output)
            if row.value.isFinite { errors.append(row.value) }
            masses.append(min(1, exp(kept.logSumExp - full.logSumExp)))
        }
        guard whole.value.isFinite else { throw .zeroOutput }
        return ApproximationQuality(error: whole.value, rowErrors: errors, masses: masses)
    }
}
