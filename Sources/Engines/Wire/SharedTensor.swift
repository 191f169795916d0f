import Attention
import CEngine
import Faults
import Foundation
import Hardware

/// A tensor in memory that another process can map: an unnamed file that lives as long as this object or a mapping of it.
///
/// All of it is reserved when it is made, so that a machine or a container with too little memory ends in a sentence and
/// not in a signal at some later write.
final class SharedTensor {
    let role: EngineTensor.Role
    private let elementType: ElementType
    private let dimensions: [Int]
    private let descriptor: Int32
    private let memory: UnsafeMutableRawBufferPointer

    init(
        _ name: String, role: EngineTensor.Role, _ elementType: ElementType, dimensions: [Int]
    ) throws(SharedMemoryError) {
        let bytes = dimensions.reduce(1, *) * elementType.byteCount + EngineTensor.slackBytes
        if let available = AvailableMemory.bytes(), bytes > available {
            throw SharedMemoryError(tensor: name, bytes: bytes, reason: "\(available >> 20) MiB of memory are free")
        }
        let descriptor = shared_memory_new("attnbench-\(name)", bytes)
        guard descriptor >= 0 else { throw SharedMemoryError(tensor: name, bytes: bytes, code: errno) }
        guard let mapped = shared_memory_map(descriptor, bytes, 1) else {
            let code = errno
            close(descriptor)
            throw SharedMemoryError(tensor: name, bytes: bytes, code: code)
        }
        // Whoever opens an input may read it only. A system without such seals trusts engines.
        if role == .input { _ = shared_memory_seal(descriptor) }
        self.role = role
        self.elementType = elementType
        self.dimensions = dimensions
        self.descriptor = descriptor
        memory = UnsafeMutableRawBufferPointer(start: mapped, count: bytes)
    }

    deinit {
        munmap(memory.baseAddress!, memory.count)
        close(descriptor)
    }

    /// How another process finds it.
    var address: EngineTensor {
        EngineTensor(
            path: "/proc/\(getpid())/fd/\(descriptor)", role: role, shape: dimensions, elementType: elementType)
    }

    func fill(from tensor: borrowing Tensor) {
        precondition(tensor.dimensions == dimensions && tensor.elementType == elementType, "another tensor's contents")
        tensor.withBytes { memory.copyMemory(from: $0) }
    }

    /// Every byte becomes one that no right result has: a value that is not a number.
    func clear() { memset(memory.baseAddress!, 0xFF, memory.count - EngineTensor.slackBytes) }

    func contents() -> Tensor {
        var tensor = Tensor(elementType, dimensions: dimensions)
        tensor.withMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<$0.count])) }
        return tensor
    }
}

/// There is no room for a tensor that an engine is to share.
public struct SharedMemoryError: Fault, Hashable {
    public let tensor: String
    public let bytes: Int
    public let reason: String

    init(tensor: String, bytes: Int, reason: String) {
        self.tensor = tensor
        self.bytes = bytes
        self.reason = reason
    }

    init(tensor: String, bytes: Int, code: Int32) {
        self.init(tensor: tensor, bytes: bytes, reason: String(cString: strerror(code)).lowercased())
    }

    public var exitStatus: ExitStatus { .internalFailure }

    public var description: String {
        "there is no room for the \(tensor) of \(bytes >> 20) MiB in shared memory: \(reason); take a shorter length or "
            + "fewer heads, or give the container more memory"
    }
}
