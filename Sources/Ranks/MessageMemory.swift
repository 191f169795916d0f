/// Memory that messages are put together and taken apart in.
final class MessageMemory {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount, alignment: 64)
    }

    deinit { bytes.deallocate() }

    /// The parts of so many bytes each, one behind the other.
    func parts(_ byteCounts: [Int]) -> [UnsafeMutableRawBufferPointer] {
        zip(byteCounts.offsets, byteCounts).map { start, count in
            UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count])
        }
    }
}

/// Rows of tokens within a tensor [heads][length][row].
struct TokenRows {
    let length: Int
    let first: Int
}

/// Copies the rows of some tokens, for each head, from one tensor to another.
struct RowCopy {
    let rowBytes: Int
    let heads: Int
    let tokens: Int

    func callAsFunction(
        from source: UnsafeRawPointer, at sourceRows: TokenRows, to target: UnsafeMutableRawPointer,
        at targetRows: TokenRows
    ) {
        for head in 0..<heads {
            (target + (head * targetRows.length + targetRows.first) * rowBytes).copyMemory(
                from: source + (head * sourceRows.length + sourceRows.first) * rowBytes, byteCount: tokens * rowBytes)
        }
    }

    var byteCount: Int { heads * tokens * rowBytes }
}
