import CVector

@testable import Kernels

// Each operation of CVector.h that names an instruction, alone in a function, so that what it compiles to can be read.
// The underscore keeps the names whole in their mangled form.

@inline(never) func probe_fma(_ a: Lanes, _ b: Lanes, _ c: Lanes) -> Lanes { vector_fma(a, b, c) }
@inline(never) func probe_max(_ a: Lanes, _ b: Lanes) -> Lanes { vector_max(a, b) }
@inline(never) func probe_fraction(_ x: Lanes) -> Lanes { vector_fraction(x) }
@inline(never) func probe_scale(_ p: Lanes, _ x: Lanes) -> Lanes { vector_scale(p, x) }

@inline(never) func probe_visible(_ score: Lanes, _ key: Int32, _ first: IntegerLanes, _ last: IntegerLanes) -> Lanes {
    vector_keep_visible(score, key, first, last)
}

@inline(never) func probe_any(_ a: Lanes) -> Int32 { vector_any_not_one(a) }
@inline(never) func probe_dot(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes { vector_bfloat16_dot(sum, a, b) }
@inline(never) func probe_pairs(_ low: Lanes, _ high: Lanes) -> Lanes { vector_bfloat16_pairs(low, high) }
@inline(never) func probe_widen(_ source: UnsafeRawPointer) -> Lanes { vector_load_float16(source) }

@inline(never) func probe_narrow(_ x: Lanes, _ target: UnsafeMutableRawPointer) {
    vector_store_16(x, vector_element_float16, target, Int(VECTOR_LANES))
}

@inline(never) func probe_round(_ x: Lanes, _ target: UnsafeMutableRawPointer) {
    vector_store_16(x, vector_element_bfloat16, target, Int(VECTOR_LANES))
}

@inline(never) func probe_fetch(_ line: UnsafeRawPointer) { vector_prefetch(line) }
@inline(never) func probe_own(_ line: UnsafeRawPointer) { vector_prefetch_for_writing(line) }
