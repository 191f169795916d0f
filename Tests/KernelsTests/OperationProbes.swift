import CVector

@testable import Kernels

// Each operation of CVector.h that names an instruction, alone in a function, so that what it compiles to can be read.

@inline(never) func fmaProbe(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { vector_fma(a, b, c) }
@inline(never) func maxProbe(_ a: Lanes, _ b: Lanes) -> Lanes { vector_max(a, b) }
@inline(never) func scaledProbe(_ x: Lanes) -> Lanes { vector_exp2_scaled(x) }
@inline(never) func shiftedProbe(_ x: Lanes) -> Lanes { vector_exp2_shifted(x) }
@inline(never) func tanhProbe(_ x: Lanes) -> Lanes { vector_tanh(x) }

@inline(never) func visibleProbe(_ score: Lanes, _ key: Int32, _ first: IntegerLanes, _ last: IntegerLanes) -> Lanes {
    vector_keep_visible(score, key, first, last)
}

@inline(never) func anyProbe(_ a: Lanes) -> Int32 { vector_any_not_one(a) }
@inline(never) func dotProbe(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { vector_bfloat16_dot(sum, a, b) }
@inline(never) func pairsProbe(_ low: Lanes, _ high: Lanes) -> Lanes { vector_bfloat16_pairs(low, high) }
@inline(never) func widenProbe(_ source: UnsafeRawPointer) -> Lanes { vector_load_float16(source) }

@inline(never) func byteDotProbe(_ sum: IntegerLanes, _ a: IntegerLanes, _ b: IntegerLanes) -> IntegerLanes {
    vector_byte_dot(sum, a, b)
}

@inline(never) func widenByteProbe(_ source: UnsafeRawPointer) -> Lanes { vector_load_fp8(source) }
@inline(never) func largestProbe(_ a: Lanes) -> Float { vector_largest(a) }

@inline(never) func narrowProbe(_ x: Lanes, _ target: UnsafeMutableRawPointer) {
    vector_store_16(x, vector_element_float16, target, Int(VECTOR_LANES))
}

@inline(never) func roundProbe(_ x: Lanes, _ target: UnsafeMutableRawPointer) {
    vector_store_16(x, vector_element_bfloat16, target, Int(VECTOR_LANES))
}

@inline(never) func fetchProbe(_ line: UnsafeRawPointer) { vector_prefetch(line) }
@inline(never) func ownProbe(_ line: UnsafeRawPointer) { vector_prefetch_for_writing(line) }
