import Attention
import CVector
import Foundation
import Records

/// The running softmax of a block of queries (Milakov and Gimelshein, 2018; FlashAttention-2): the largest score m and
/// the sum l of weights so far, lane by lane. For each tile of keys m' = max(m, tile's largest), the old sums and
/// outputs shrink by 2^(c·(m − m')), and the weights are 2^(c·(s − m')), where c = log2(e) · scale of the problem. Scores that are
/// changed on their way (`ScoreChange`) come scaled; c is log2(e) for them.
///
/// c enters here and not as a factor on the queries: that would round every element of Q once more, and at scores of
/// ±10⁴ double the error. The subtraction comes first: the largest weight is then exactly 1, whatever the scores. One
/// fused multiply-add c·s − c·m' in the place of the two is 2^(the rounding of c·m') off, and that is infinite from
/// scores of 10⁹ on. Lanes are queries, so that nothing here crosses lanes. m starts at the lowest finite number rather
/// than at −inf: a lane that has seen only −inf then computes 2^(−inf) = 0 and not NaN.
struct OnlineSoftmax {
    /// [width]
    private let largest: UnsafeMutablePointer<Float>
    /// [width]
    let sums: UnsafeMutablePointer<Float>
    private let scale: Float
    /// c
    private let factor: Float
    /// Of an output.
    private let elements: Int
    private let exponential: Tuning.Exponential

    static var floatCount: Int { 2 * QueryBlock.width }

    init(_ problem: AttentionProblem, _ exponential: Tuning.Exponential, storage: UnsafeMutablePointer<Float>) {
        scale = problem.softmaxScale
        factor = problem.softmaxScale * log2E
        elements = problem.valueDimension
        self.exponential = exponential
        largest = storage
        sums = storage + QueryBlock.width
    }

    func reset() {
        for lane in 0..<QueryBlock.width {
            largest[lane] = -Float.greatestFiniteMagnitude
            sums[lane] = 0
        }
    }

    /// What a lane has come to: the largest score, before it is scaled, and the sum of weights.
    struct RunningLane {
        let largest: Float
        let sum: Float
    }

    /// A lane's state, for blocks whose lanes are put together anew.
    subscript(lane: Int) -> RunningLane {
        get { RunningLane(largest: largest[lane], sum: sums[lane]) }
        nonmutating set { (largest[lane], sums[lane]) = (newValue.largest, newValue.sum) }
    }

    /// The state of a lane that has met its head's sink logit and no key. One beyond float32 leaves the row to Double, in the end.
    func beginning(sinkLogit: Float) -> RunningLane {
        let largest = sinkLogit / scale
        if largest.isFinite { return RunningLane(largest: largest, sum: 1) }
        return RunningLane(largest: -.greatestFiniteMagnitude, sum: largest == -.infinity ? 0 : .nan)
    }

    /// Whether the sum of every lane is positive: of scores that are all −inf it is 0.
    var hasWeights: Bool { areFinite(broadcast(1) / load(sums, 0), and: broadcast(1) / load(sums, Lanes.lanes)) }

    /// Of the scaled scores of a lane that has weights. In Double, so that it is rounded once.
    func logSumExp(lane: Int) -> Float {
        Float(Double(scale) * Double(largest[lane]) + log(Double(sums[lane])))
    }

    /// What a lane that has weights has come to, as a softmax of its own.
    func partial(lane: Int) -> DecodePartial {
        DecodePartial(largestScore: Double(scale) * Double(largest[lane]), sum: Double(sums[lane]))
    }

    /// The scores of one tile of keys.
    struct Scores {
        /// [keyCount][width]
        let floats: UnsafeMutablePointer<Float>
        let keyCount: Int
        /// Each lane's largest, or more.
        let largest: TwoVectors
    }

    /// Turns scores into weights where they lie, as words of `Product`, and scales the outputs [d][width] where the
    /// maximum of any lane has moved. An odd last key is paired with a weight of 0.
    /// - Parameter outputs: nil where there are none yet.
    @inline(__always)
    func update<Product: TileProduct>(
        _ product: Product.Type, _ tile: Scores, outputs: UnsafeMutablePointer<Float>?
    ) {
        switch exponential {
        case .scaled: update(product, by: ScaledExponential.self, tile, outputs: outputs)
        case .shifted: update(product, by: ShiftedExponential.self, tile, outputs: outputs)
        }
    }

    @inline(__always)
    private func update<Product: TileProduct, Form: ExponentialForm>(
        _: Product.Type, by _: Form.Type, _ tile: Scores, outputs: UnsafeMutablePointer<Float>?
    ) {
        let (scores, keyCount) = (tile.floats, tile.keyCount)
        let second = Lanes.lanes
        let (oldLeft, oldRight) = (load(largest, 0), load(largest, second))
        let left = vector_max(tile.largest.left, oldLeft)
        let right = vector_max(tile.largest.right, oldRight)
        let factor = broadcast(factor)
        let shrinkLeft = Form.exp2((oldLeft - left) * factor)
        let shrinkRight = Form.exp2((oldRight - right) * factor)
        var sumLeft = load(sums, 0) * shrinkLeft
        var sumRight = load(sums, second) * shrinkRight
        var key = 0
        while key < keyCount {
            let score = scores + key &* QueryBlock.width
            let firstLeft = Form.exp2((load(score, 0) - left) * factor)
            let firstRight = Form.exp2((load(score, second) - right) * factor)
            var secondLeft = Lanes.zero
            var secondRight = Lanes.zero
            if key &+ 1 < keyCount {
                secondLeft = Form.exp2((load(score, QueryBlock.width) - left) * factor)
                secondRight = Form.exp2((load(score, QueryBlock.width + second) - right) * factor)
            }
            sumLeft += firstLeft + secondLeft
            sumRight += firstRight + secondRight
            Product.storeWeights(firstLeft, and: secondLeft, key: key, scores)
            Product.storeWeights(firstRight, and: secondRight, key: key, scores + second)
            key &+= 2
        }
        store(left, largest, 0)
        store(right, largest, second)
        store(sumLeft, sums, 0)
        store(sumRight, sums, second)
        if var output = outputs, vector_any_not_one(shrinkLeft) != 0 || vector_any_not_one(shrinkRight) != 0 {
            for _ in 0..<elements {
                store(load(output, 0) * shrinkLeft, output, 0)
                store(load(output, second) * shrinkRight, output, second)
                output += QueryBlock.width
            }
        }
    }
}
