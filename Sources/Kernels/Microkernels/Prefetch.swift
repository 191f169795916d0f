import CVector

/// Lines to ask for while something else is computed, a few at a time, once a register tile. The queues that such requests
/// wait in are short, and the computation's own loads go through them: requests for 150 lines at once, before each tile of
/// keys, made a window of 256 keys up to a sixth slower.
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
    private var linesPerCall = 0

    /// Room for as many regions as a block has.
    init(capacity: Int) { regions.reserveCapacity(capacity) }

    mutating func removeAll() {
        regions.removeAll(keepingCapacity: true)
        (region, offset) = (0, 0)
    }

    mutating func append(_ start: UnsafeRawPointer, byteCount: Int, isWritten: Bool = false) {
        regions.append(Region(start: start, byteCount: byteCount, isWritten: isWritten))
    }

    /// That have not been asked for yet.
    var linesLeft: Int {
        let lines = regions[region...].reduce(0) { $0 + ($1.byteCount + Self.lineBytes - 1) / Self.lineBytes }
        return lines - offset / Self.lineBytes
    }

    /// Says how often `issue` will be called: the lines are dealt out to the calls, so that all have been asked for at the end.
    mutating func spread(over calls: Int) {
        linesPerCall = (linesLeft + max(1, calls) - 1) / max(1, calls)
    }

    /// Asks for the next lines. A call in its place would send the vectors of its caller through memory.
    @inline(__always)
    mutating func issue() {
        var left = linesPerCall
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
