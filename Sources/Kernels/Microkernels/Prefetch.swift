import CVector

/// Lines to ask for while something else is computed, a few at a time: asked for all at once, they would fill the
/// queues that the computation's own loads go through.
struct Prefetch {
    /// A run of bytes that will be read, or written.
    struct Region {
        let start: UnsafeRawPointer
        let byteCount: Int
        let isWritten: Bool
    }

    static let lineBytes = 64

    private var regions: [Region] = []
    private var region = 0
    private var offset = 0

    /// Room for as many regions as a block has.
    init(capacity: Int) { regions.reserveCapacity(capacity) }

    mutating func removeAll() {
        regions.removeAll(keepingCapacity: true)
        (region, offset) = (0, 0)
    }

    mutating func append(_ start: UnsafeRawPointer, byteCount: Int, isWritten: Bool = false) {
        regions.append(Region(start: start, byteCount: byteCount, isWritten: isWritten))
    }

    @inline(__always)
    mutating func issue(lines: Int) {
        guard region < regions.count else { return }
        issueNext(lines)
    }

    private mutating func issueNext(_ lines: Int) {
        var left = lines
        while left > 0, region < regions.count {
            let current = regions[region]
            let end = min(current.byteCount, offset + left * Self.lineBytes)
            left -= (end - offset + Self.lineBytes - 1) / Self.lineBytes
            if current.isWritten {
                while offset < end {
                    vector_prefetch_for_writing(current.start + offset)
                    offset &+= Self.lineBytes
                }
            } else {
                while offset < end {
                    vector_prefetch(current.start + offset)
                    offset &+= Self.lineBytes
                }
            }
            if offset >= current.byteCount { (region, offset) = (region + 1, 0) }
        }
    }
}
