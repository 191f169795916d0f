//! Causal attention in Rust, a query at a time with an online softmax. The structs are those of attnbench_engine.h.

use std::ffi::{c_char, c_int, c_void};
use std::{ptr, slice};

#[repr(C)]
pub struct Kernel {
    size: usize,
    name: *const c_char,
    summary: *const c_char,
    phase: *const c_char,
    mask: *const c_char,
    element_types: u32,
}

// The pointers are to texts that nobody changes.
unsafe impl Sync for Kernel {}

#[repr(C)]
pub struct Description {
    size: usize,
    version: u32,
    name: *const c_char,
    engine_version: *const c_char,
    kernels: *const Kernel,
    kernel_count: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Problem {
    size: usize,
    kernel: *const c_char,
    batch: i64,
    query_heads: i64,
    key_value_heads: i64,
    query_length: i64,
    key_length: i64,
    key_head_dimension: i64,
    value_head_dimension: i64,
    scale: f64,
    sinks: i64,
    left: i64,
    right: i64,
    chunk: i64,
    element_type: u32,
    key_cache_format: *const c_char,
    value_cache_format: *const c_char,
    positions: *const c_char,
}

#[repr(C)]
pub struct Placement {
    size: usize,
    threads: i32,
    cpus: *const i32,
    cpu_count: usize,
}

#[repr(C)]
pub struct Tensors {
    size: usize,
    query: *const c_void,
    key: *const c_void,
    value: *const c_void,
    output: *mut c_void,
}

#[repr(C)]
pub struct Message {
    size: usize,
    text: *mut c_char,
    capacity: usize,
    computed_pairs: i64,
    scratch_bytes: i64,
}

const FLOAT32: u32 = 1;

static KERNELS: [Kernel; 1] = [Kernel {
    size: size_of::<Kernel>(),
    name: c"online-causal".as_ptr(),
    summary: c"a query at a time, online softmax, plain Rust".as_ptr(),
    phase: c"prefill".as_ptr(),
    mask: c"causal".as_ptr(),
    element_types: FLOAT32,
}];

#[no_mangle]
pub unsafe extern "C" fn attnbench_describe(description: *mut Description) {
    let description = &mut *description;
    description.version = 1;
    description.name = c"engine-rust".as_ptr();
    description.engine_version = c"1.0".as_ptr();
    description.kernels = KERNELS.as_ptr();
    description.kernel_count = KERNELS.len();
}

#[no_mangle]
pub unsafe extern "C" fn attnbench_prepare(
    problem: *const Problem, placement: *const Placement, message: *mut Message,
) -> *mut c_void {
    let (placement, message) = (&*placement, &mut *message);
    if placement.threads != 1 {
        let text = b"one thread only\0";
        ptr::copy_nonoverlapping(text.as_ptr().cast(), message.text, text.len().min(message.capacity));
        return ptr::null_mut();
    }
    message.scratch_bytes = 0;
    Box::into_raw(Box::new(*problem)).cast()
}

fn attend(scale: f32, query: &[f32], keys: &[f32], values: &[f32], output: &mut [f32]) {
    let (mut largest, mut sum) = (f32::NEG_INFINITY, 0.0);
    output.fill(0.0);
    for (key, value) in keys.chunks_exact(query.len()).zip(values.chunks_exact(output.len())) {
        let score = scale * query.iter().zip(key).map(|(q, k)| q * k).sum::<f32>();
        if score > largest {
            let shrink = (largest - score).exp();
            output.iter_mut().for_each(|x| *x *= shrink);
            sum *= shrink;
            largest = score;
        }
        let weight = (score - largest).exp();
        sum += weight;
        output.iter_mut().zip(value).for_each(|(x, v)| *x += weight * v);
    }
    output.iter_mut().for_each(|x| *x /= sum);
}

#[no_mangle]
pub unsafe extern "C" fn attnbench_run(handle: *mut c_void, tensors: *const Tensors) -> c_int {
    let (p, t) = (&*handle.cast::<Problem>(), &*tensors);
    let (d, dv) = (p.key_head_dimension as usize, p.value_head_dimension as usize);
    let (n, m) = (p.query_length as usize, p.key_length as usize);
    let heads = (p.batch * p.query_heads) as usize;
    let shared_heads = (p.batch * p.key_value_heads) as usize;
    let queries = slice::from_raw_parts(t.query.cast::<f32>(), heads * n * d);
    let keys = slice::from_raw_parts(t.key.cast::<f32>(), shared_heads * m * d);
    let values = slice::from_raw_parts(t.value.cast::<f32>(), shared_heads * m * dv);
    let output = slice::from_raw_parts_mut(t.output.cast::<f32>(), heads * n * dv);
    for row in 0..heads * n {
        let shared = row / n * shared_heads / heads;
        let seen = m - n + row % n + 1;
        attend(
            p.scale as f32,
            &queries[row * d..][..d],
            &keys[shared * m * d..][..seen * d],
            &values[shared * m * dv..][..seen * dv],
            &mut output[row * dv..][..dv],
        );
    }
    0
}

#[no_mangle]
pub unsafe extern "C" fn attnbench_release(handle: *mut c_void) {
    drop(Box::from_raw(handle.cast::<Problem>()));
}
