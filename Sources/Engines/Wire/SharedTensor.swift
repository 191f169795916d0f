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
    /// What it is to hold.
    struct Layout {
        let name: String
        let role: EngineTensor.Role
        let elementType: ElementType
        let dimensions: [Int]

        var bytes: Int { dimensions.reduce(1, *) * elementType.byteCount + EngineTensor.slackBytes }
    }

    private let layout: Layout
    private let descriptor: Int32
    private let memory: UnsafeMutableRawBufferPointer

    convenience init(
        _ name: String, role: EngineTensor.Role, _ elementType: ElementType, dimensions: [Int]
    ) throws(SharedMemoryError) {
        try self.init(Layout(name: name, role: role, elementType: elementType, dimensions: dimensions)) {
            shared_memory_new($0, $1)
        }
    }

    /// - Parameter reserve: makes a file of so many bytes with room for all of them; -1 with the system's number where
    ///   there is none.
    init(
        _ layout: Layout, reserve: (_ label: String, _ bytes: Int) -> Int32
    ) throws(SharedMemoryError) {
        let (name, bytes) = (layout.name, layout.bytes)
        if let available = AvailableMemory.bytes(), bytes > available {
            throw SharedMemoryError(tensor: name, bytes: bytes, reason: "\(available >> 20) MiB of memory are free")
        }
        let descriptor = reserve("attnbench-\(name)", bytes)
        guard descriptor >= 0 else { throw SharedMemoryError(tensor: name, bytes: bytes, code: errno) }
        guard let mapped = shared_memory_map(descriptor, bytes, 1) else {
            let code = errno
            close(descriptor)
            throw SharedMemoryError(tensor: name, bytes: bytes, code: code)
        }
        // An engine can only read an input. On a system without such seals, engines are trusted.
        if layout.role == .input { _ = shared_memory_seal(descriptor) }
        self.layout = layout
        self.descriptor = descriptor
        memory = UnsafeMutableRawBufferPointer(start: mapped, count: bytes)
    }

    deinit {
        munmap(memory.baseAddress!, memory.count)
        close(descriptor)
    }

    var name: String { layout.name }
    /// Without the slack.
    var elementBytes: Int { memory.count - EngineTensor.slackBytes }

    /// How another process finds it.
    var address: EngineTensor {
        EngineTensor(
            path: "/proc/\(getpid())/fd/\(descriptor)", role: layout.role, shape: layout.dimensions,
            elementType: layout.elementType)
    }

    func fill(from tensor: borrowing Tensor) {
        precondition(
            tensor.dimensions == layout.dimensions && tensor.elementType == layout.elementType,
            "another tensor's contents")
        tensor.withBytes { memory.copyMemory(from: $0) }
    }

    /// Every byte becomes one that no right result has: a value that is not a number.
    func spoil() { memset(memory.baseAddress!, 0xFF, elementBytes) }

    /// - Parameter target: has room for them.
    func copyElements(to target: UnsafeMutableRawPointer) {
        target.copyMemory(from: memory.baseAddress!, byteCount: elementBytes)
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
        "there is not enough shared memory for the \(tensor) of \(bytes >> 20) MiB: \(reason); use a shorter length or "
            + "fewer heads, or give the container more memory"
    }
}
