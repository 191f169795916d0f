import CVector

/// Whether none of `count` values is NaN or infinite: x − x is 0 for finite x and NaN otherwise, and a sum keeps it.
func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    var first = Lanes.zero
    var second = Lanes.zero
    var index = 0
    while index + 2 * Lanes.lanes <= count {
        let (a, b) = (load(values, index), load(values, index + Lanes.lanes))
        first += a - a
        second += b - b
        index += 2 * Lanes.lanes
    }
    var rest: Float = 0
    while index < count {
        rest += values[index] - values[index]
        index += 1
    }
    return rest == 0 && vector_all_zero(first + second) != 0
}

/// Whether no lane of two vectors is NaN or infinite.
@inline(__always)
func areFinite(_ a: Lanes, and b: Lanes) -> Bool { vector_all_zero((a - a) + (b - b)) != 0 }
