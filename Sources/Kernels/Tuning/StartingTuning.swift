import Hardware
import Records

extension Tuning {
    /// Sizes that follow from a machine's caches, before anything is measured.
    ///
    /// A chunk takes five sixteenths of the second-level cache: the next chunk, which is asked for meanwhile, and the blocks of
    /// queries need the rest. Blocks share their passes where keys and values take more than half of one core's part of the
    /// third-level cache, or of the second where there is no third, but at 8 MiB at the latest: by then sharing costs a
    /// hundredth where it is of no use.
    public init(startingOn topology: Topology) {
        let threadsPerCore = max(1, topology.logicalCPUs.count / max(1, topology.cores.count))
        func bytesOfCore(level: Int) -> Int? {
            topology.caches.filter { $0.level == level }.map(\.bytes).max().flatMap { bytes in
                let sharedBy = topology.caches.first { $0.level == level && $0.bytes == bytes }!.sharedBy
                return bytes * threadsPerCore / max(threadsPerCore, sharedBy)
            }
        }
        let second = bytesOfCore(level: 2) ?? Self.bytesOfUnknownCache
        self = .standard
        chunkBytes = max(Self.smallestChunkBytes, second * 5 / 16)
        unsharedBytes = min(Self.standard.unsharedBytes, max(chunkBytes, (bytesOfCore(level: 3) ?? second) / 2))
    }

    /// Of a second level that the system does not tell of.
    private static let bytesOfUnknownCache = 1 << 20
    /// Less than a tile of keys and values has no use.
    private static let smallestChunkBytes = 64 << 10
}
