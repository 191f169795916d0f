import Files
import Foundation

/// NumPy's array files, so that a caller's own tensors can be computed with: float32, little-endian, C order, shaped
/// [tokens, d], [heads, tokens, d] or [batch, heads, tokens, d]. Elements go in pieces, never through a second copy of
/// a tensor that may fill half the memory.
public enum NumPyFile {
    private static let pieceBytes = 16 << 20

    /// - Parameter fewestDimensions: 2 for rows of tokens, 1 for a number of each head.
    /// - Returns: a tensor with the dimensions of the file, 4 at most.
    public static func read(_ path: String, fewestDimensions: Int = 2) throws(NumPyError) -> Tensor {
        let (handle, header, found) = try open(path, fewestDimensions: fewestDimensions)
        defer { try? handle.close() }
        let expected = header.elementCount * 4
        guard found >= expected else {
            throw NumPyError(path: path, problem: .truncatedData(expected: expected, found: found))
        }
        guard found == expected else {
            throw NumPyError(path: path, problem: .trailingBytes(expected: expected, found: found))
        }
        var tensor = Tensor(dimensions: header.dimensions)
        let filled = tensor.withMutableBytes { elements in
            var filled = 0
            while filled < expected {
                let size = min(pieceBytes, expected - filled)
                guard let piece = try? handle.read(upToCount: size), !piece.isEmpty else { break }
                elements[filled..<filled + piece.count].copyBytes(from: piece)
                filled += piece.count
            }
            return filled
        }
        guard filled == expected else {
            throw NumPyError(path: path, problem: .truncatedData(expected: expected, found: filled))
        }
        return tensor
    }

    /// The file behind its header, and the bytes that are left.
    private static func open(
        _ path: String, fewestDimensions: Int
    ) throws(NumPyError) -> (FileHandle, NumPyHeader, Int) {
        let descriptor: Int32
        do throws(UnreadableFile) { descriptor = try InputFile.open(path) } catch {
            throw NumPyError(path: path, problem: .unreadable(error.reason))
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        do {
            let size = Int(try handle.seekToEnd())
            try handle.seek(toOffset: 0)
            let preamble = Array(try handle.read(upToCount: NumPyHeader.longestPreamble) ?? Data())
            let headerSize = try NumPyHeader.byteCount(preamble: preamble)
            // Checked before reading: a damaged length may ask for gigabytes.
            guard headerSize <= size else { throw NumPyError.Problem.truncatedHeader }
            try handle.seek(toOffset: 0)
            let header = try NumPyHeader(
                Array(try handle.read(upToCount: headerSize) ?? Data()), fewestDimensions: fewestDimensions)
            return (handle, header, size - headerSize)
        } catch let problem as NumPyError.Problem {
            try? handle.close()
            throw NumPyError(path: path, problem: problem)
        } catch {
            try? handle.close()
            throw NumPyError(path: path, problem: .unreadable("\(SystemError(error))"))
        }
    }

    /// Whether an array may go there without a loss: nothing lies there, or a device, an empty file or another array.
    public static func mayReplace(_ path: String) -> Bool {
        let target = FileIdentity.followingLinks(path)
        let type = try? FileManager.default.attributesOfItem(atPath: target)[.type] as? FileAttributeType
        guard type == .typeRegular else { return true }
        guard let beginning = try? FileHandle(forReadingAtPath: target)?.read(upToCount: NumPyHeader.magic.count) else {
            return false
        }
        return beginning.isEmpty || Array(beginning) == NumPyHeader.magic
    }

    /// Writes format version 1.0, which every NumPy reads.
    ///
    /// - Precondition: the elements are float32.
    public static func write(_ tensor: borrowing Tensor, to path: String) throws(UnwritableFile) {
        precondition(tensor.elementType == .float32, "\(tensor.elementType) elements have no .npy form here")
        let file = try OutputFile(path)
        try file.append(Data(NumPyHeader.bytes(dimensions: tensor.dimensions)))
        let byteCount = tensor.withBytes { $0.count }
        for start in stride(from: 0, to: byteCount, by: pieceBytes) {
            try file.append(tensor.withBytes { Data($0[start..<min(start + pieceBytes, byteCount)]) })
        }
        try file.commit()
    }
}
