import CVector

/// Whether none of `count` values is NaN or infinite. A load a vector: next to a product over the same values it costs
/// nothing that can be measured.
func areFinite(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    var index = 0
    while index + Lanes.lanes <= count {
        if vector_all_finite(load(values, index)) == 0 { return false }
        index += Lanes.lanes
    }
    while index < count {
        if !values[index].isFinite { return false }
        index += 1
    }
    return true
}
