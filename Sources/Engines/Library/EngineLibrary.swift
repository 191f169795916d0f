import Attention
import CEngine
import Faults
import Foundation
import Kernels

/// A shared library with the C interface of `attnbench_engine.h`, loaded into this process.
///
/// A crash inside it ends the process, so only a process that serves it and nothing else loads one.
public final class EngineLibrary {
    private let library: OpaquePointer
    public let greeting: EngineGreeting

    public init(path: String) throws(EngineLibraryError) {
        var message = [CChar](repeating: 0, count: 1024)
        // A name without a slash would be looked for in the system's folders.
        let file = path.contains("/") ? path : "./" + path
        guard let library = engine_library_open(file, &message, message.count) else {
            throw EngineLibraryError(path: path, reason: Self.text(message))
        }
        self.library = library
        let description = engine_library_description(library)
        greeting = EngineGreeting(
            engine: EngineGreeting.Engine(
                name: String(cString: description.name), version: String(cString: description.engine_version)),
            kernels: (0..<description.kernel_count).map { index in
                let kernel = engine_library_kernel(library, index)!.pointee
                return EngineGreeting.Kernel(
                    name: String(cString: kernel.name), summary: kernel.summary.map { String(cString: $0) },
                    phase: String(cString: kernel.phase), mask: String(cString: kernel.mask),
                    elementTypes: ElementType.allCases.filter { kernel.element_types & $0.bit != 0 }.map(\.rawValue))
            })
    }

    func prepare(
        _ kernel: String, for problem: AttentionProblem, on seat: EngineSeat
    ) throws(UnsupportedProblem) -> LibraryCell {
        var text = [CChar](repeating: 0, count: 1024)
        let capacity = text.count
        let cpus = seat.cpus.map(Int32.init)
        let format = problem.cacheFormat
        let none = engine_none
        var message = attnbench_message()
        let cell = text.withUnsafeMutableBufferPointer { text in
            message = attnbench_message(
                size: MemoryLayout<attnbench_message>.size, text: text.baseAddress, capacity: capacity,
                computed_pairs: none, scratch_bytes: none)
            return kernel.withCString { kernel in
                format.key.rawValue.withCString { keyFormat in
                    format.value.rawValue.withCString { valueFormat in
                        problem.positions.rawValue.withCString { positions in
                            cpus.withUnsafeBufferPointer { cpus in
                                engine_library_prepare(
                                    library, Self.numbers(of: problem),
                                    engine_cell_request(
                                        kernel: kernel, key_cache_format: keyFormat,
                                        value_cache_format: valueFormat, positions: positions,
                                        cpus: cpus.baseAddress, cpu_count: cpus.count,
                                        threads: Int32(seat.threads)), &message)
                            }
                        }
                    }
                }
            }
        }
        guard let cell else {
            let reason = Self.text(text)
            throw UnsupportedProblem(reason.isEmpty ? "it gave no reason" : reason)
        }
        return LibraryCell(
            cell, computedPairs: message.computed_pairs == none ? nil : Int(message.computed_pairs),
            scratchBytes: message.scratch_bytes == none ? nil : Int(message.scratch_bytes))
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func numbers(of problem: AttentionProblem) -> attnbench_problem {
        func limit(_ number: Int?) -> Int64 { number.map(Int64.init) ?? engine_none }
        var numbers = attnbench_problem()
        let (shape, mask) = (problem.shape, problem.mask)
        (numbers.batch, numbers.query_heads) = (Int64(shape.batch), Int64(shape.queryHeads))
        numbers.key_value_heads = Int64(shape.keyValueHeads)
        (numbers.query_length, numbers.key_length) = (Int64(shape.queryLength), Int64(shape.keyLength))
        numbers.key_head_dimension = Int64(shape.headDimension)
        numbers.value_head_dimension = Int64(shape.headDimension)
        numbers.scale = Double(problem.scale)
        (numbers.sinks, numbers.left) = (Int64(mask.sinks), limit(mask.left))
        (numbers.right, numbers.chunk) = (limit(mask.right), limit(mask.chunk))
        numbers.element_type = problem.elementType.bit
        return numbers
    }
}

/// A library's handle for one problem.
final class LibraryCell {
    private let cell: OpaquePointer
    /// Over all batches and heads; nil where the library does not know.
    let computedPairs: Int?
    let scratchBytes: Int?

    fileprivate init(_ cell: OpaquePointer, computedPairs: Int?, scratchBytes: Int?) {
        self.cell = cell
        self.computedPairs = computedPairs
        self.scratchBytes = scratchBytes
    }

    deinit { engine_cell_release(cell) }

    /// - Returns: the library's status; 0 is success.
    func load(_ inputs: borrowing AttentionInputs) -> Int32 {
        Self.withTensors(inputs, output: nil) { engine_cell_load(cell, $0) }
    }

    /// - Returns: the library's status; 0 is success.
    func run(_ inputs: borrowing AttentionInputs, into output: inout Tensor) -> Int32 {
        output.withMutableBytes { bytes in
            Self.withTensors(inputs, output: bytes) { engine_cell_run(cell, $0) }
        }
    }

    private static func withTensors(
        _ inputs: borrowing AttentionInputs, output: UnsafeMutableRawBufferPointer?,
        _ body: (UnsafePointer<attnbench_tensors>) -> Int32
    ) -> Int32 {
        inputs.query.withBytes { query in
            inputs.key.withBytes { key in
                inputs.value.withBytes { value in
                    var tensors = attnbench_tensors()
                    tensors.size = MemoryLayout<attnbench_tensors>.size
                    (tensors.query, tensors.key, tensors.value) = (
                        query.baseAddress, key.baseAddress, value.baseAddress
                    )
                    guard inputs.hasOutputGradient else {
                        tensors.output = output?.baseAddress
                        return body(&tensors)
                    }
                    if let start = output?.baseAddress {
                        tensors.query_gradient = start
                        tensors.key_gradient = start + query.count
                        tensors.value_gradient = start + query.count + key.count
                    }
                    return inputs.withOutputGradient { gradient in
                        gradient.withBytes {
                            tensors.output_gradient = $0.baseAddress
                            return body(&tensors)
                        }
                    }
                }
            }
        }
    }
}

extension ElementType {
    fileprivate var bit: UInt32 {
        switch self {
        case .float32: UInt32(ATTNBENCH_FLOAT32)
        case .bfloat16: UInt32(ATTNBENCH_BFLOAT16)
        case .float16: UInt32(ATTNBENCH_FLOAT16)
        }
    }
}

struct LibraryStatus: Fault {
    let function: String
    let status: Int32
    var exitStatus: ExitStatus { .internalFailure }

    var description: String { "\(function) returned \(status)" }
}

/// A file that is no engine.
public struct EngineLibraryError: Fault, Hashable {
    public let path: String
    public let reason: String

    public var exitStatus: ExitStatus { .usage }

    public var description: String {
        "\(path) cannot be loaded as an engine: \(reason); attnbench_engine.h lists the functions that a library has to define"
    }
}
