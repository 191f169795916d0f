import Attention
import CEngine
import Faults
import Foundation

/// A tensor that another process shares with this one, seen from the side of the engine.
final class MappedTensor {
    private let memory: UnsafeMutableRawBufferPointer

    init(_ tensor: EngineTensor) throws(MappingError) {
        let isWritten = tensor.role == .output
        let descriptor = open(tensor.path, (isWritten ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { throw MappingError(tensor, errno) }
        defer { close(descriptor) }
        guard let mapped = shared_memory_map(descriptor, tensor.mappedBytes, isWritten ? 1 : 0) else {
            throw MappingError(tensor, errno)
        }
        memory = UnsafeMutableRawBufferPointer(start: mapped, count: tensor.mappedBytes)
    }

    deinit { munmap(memory.baseAddress!, memory.count) }

    func copy(into tensor: inout Tensor) {
        tensor.withMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<$0.count])) }
    }

    func fill(from tensor: borrowing Tensor) {
        tensor.withBytes { memory.copyMemory(from: $0) }
    }
}

struct MappingError: Fault {
    let path: String
    let code: Int32

    init(_ tensor: EngineTensor, _ code: Int32) {
        path = tensor.path
        self.code = code
    }

    var exitStatus: ExitStatus { .internalFailure }

    var description: String { "the tensor \(path) cannot be mapped: \(String(cString: strerror(code)).lowercased())" }
}
