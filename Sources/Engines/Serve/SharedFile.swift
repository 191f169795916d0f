import Attention
import Faults
import Foundation

/// A tensor that another process shares with this one, seen from the side of the engine.
///
/// It is read and written like a file. A mapping would be counted as memory of this process, beside its own copy.
final class SharedFile {
    private let tensor: EngineTensor
    private let descriptor: Int32

    init(_ tensor: EngineTensor) throws(SharedFileError) {
        self.tensor = tensor
        descriptor = open(tensor.path, (tensor.role == .output ? O_RDWR : O_RDONLY) | O_CLOEXEC)
        guard descriptor >= 0 else { throw SharedFileError(tensor, errno) }
    }

    deinit { close(descriptor) }

    func contents() throws(SharedFileError) -> Tensor {
        var contents = Tensor(tensor.elementType, dimensions: tensor.shape)
        let failure = contents.withMutableBytes { bytes in
            transfer(bytes.count) { pread(descriptor, bytes.baseAddress! + $0, bytes.count - $0, off_t($0)) }
        }
        if let failure { throw SharedFileError(tensor, failure) }
        return contents
    }

    var elementBytes: Int { tensor.elementBytes }

    /// Takes the elements of a tensor from one of its bytes on.
    func fill(from tensor: borrowing Tensor, startByte: Int = 0) throws(SharedFileError) {
        let count = elementBytes
        let failure = tensor.withBytes { bytes -> Int32? in
            guard startByte + count <= bytes.count else { return EINVAL }
            let source = bytes.baseAddress! + startByte
            return transfer(count) { pwrite(descriptor, source + $0, count - $0, off_t($0)) }
        }
        if let failure { throw SharedFileError(self.tensor, failure) }
    }

    /// - Returns: the system's number for what went wrong.
    private func transfer(_ byteCount: Int, _ piece: (_ start: Int) -> Int) -> Int32? {
        var done = 0
        while done < byteCount {
            let count = piece(done)
            if count > 0 { done += count } else if count == 0 { return EIO } else if errno != EINTR { return errno }
        }
        return nil
    }
}

struct SharedFileError: Fault {
    let path: String
    let code: Int32

    init(_ tensor: EngineTensor, _ code: Int32) {
        path = tensor.path
        self.code = code
    }

    var exitStatus: ExitStatus { .internalFailure }

    var description: String {
        "the tensor \(path) cannot be read or written: \(String(cString: strerror(code)).lowercased())"
    }
}
