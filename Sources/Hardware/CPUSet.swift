import CHwloc

/// An hwloc bitmap of logical CPUs, freed once.
struct CPUSet: ~Copyable {
    private let bitmap: hwloc_bitmap_t

    init() {
        bitmap = hwloc_bitmap_alloc()
    }

    init(_ cpus: some Sequence<Int>) {
        self.init()
        for cpu in cpus { hwloc_bitmap_set(bitmap, UInt32(cpu)) }
    }

    deinit { hwloc_bitmap_free(bitmap) }

    var cpus: [Int] { Self.cpus(in: bitmap) }

    /// Lends the bitmap for the duration of `body`. A plain property would let the set be freed between the reading of
    /// the pointer and the call that gets it.
    borrowing func withBitmap<Result>(_ body: (hwloc_bitmap_t) -> Result) -> Result {
        body(bitmap)
    }

    /// The CPUs in a bitmap that hwloc owns, ascending.
    static func cpus(in bitmap: hwloc_const_bitmap_t?) -> [Int] {
        guard let bitmap else { return [] }
        precondition(hwloc_bitmap_weight(bitmap) >= 0, "an infinite set of CPUs cannot be listed")
        var cpus: [Int] = []
        var cpu = hwloc_bitmap_first(bitmap)
        while cpu >= 0 {
            cpus.append(Int(cpu))
            cpu = hwloc_bitmap_next(bitmap, cpu)
        }
        return cpus
    }
}
