import CVector
import Foundation

/// A buffer in equal parts, one for each worker, mapped and unmapped once.
final class ReadBuffer: Sendable {
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer
    private let bytesPerWorker: Int
    let bytes: Int

    private static let hugePage = 2 << 20

    /// Parts are rounded up to whole huge pages, which spare the reading loop the page table's own misses.
    init(bytesPerWorker: Int, workers: Int) {
        self.bytesPerWorker = max(1, (bytesPerWorker + Self.hugePage - 1) / Self.hugePage) * Self.hugePage
        bytes = self.bytesPerWorker * workers
        let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping, mapping != MAP_FAILED else {
            fatalError("mmap cannot give \(bytes) bytes to measure bandwidth: \(String(cString: strerror(errno)))")
        }
        _ = madvise(mapping, bytes, MADV_HUGEPAGE)
        storage = mapping
    }

    deinit { munmap(storage, bytes) }

    /// Writes every byte: an untouched page is one shared page of zeros and would be read from the cache.
    func touch(part: Int) {
        memset(storage + part * bytesPerWorker, 1, bytesPerWorker)
    }

    /// Reads the part once; the sum keeps the compiler from dropping the loads.
    @discardableResult
    func read(part: Int) -> Float {
        peak_read(storage + part * bytesPerWorker, bytesPerWorker)
    }
}
