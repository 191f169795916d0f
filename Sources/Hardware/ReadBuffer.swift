import CVector
import Foundation

/// A buffer with slices for each of several workers, mapped and unmapped once.
final class ReadBuffer: Sendable {
    let bytesPerSlice: Int
    private let slices: Int
    private let bytes: Int
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

    private static let hugePage = 2 << 20

    /// Slices are rounded up to whole huge pages, which spare the reading loop the page table's own misses.
    init(bytesPerSlice: Int, slices: Int, workers: Int) {
        self.bytesPerSlice = max(1, (bytesPerSlice + Self.hugePage - 1) / Self.hugePage) * Self.hugePage
        self.slices = slices
        bytes = self.bytesPerSlice * slices * workers
        let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping, mapping != MAP_FAILED else {
            fatalError("mmap cannot give \(bytes) bytes to measure bandwidth: \(String(cString: strerror(errno)))")
        }
        _ = madvise(mapping, bytes, MADV_HUGEPAGE)
        storage = mapping
    }

    deinit { munmap(storage, bytes) }

    /// Writes every byte of a slice: untouched pages are all one page of zeros, and would be read from the cache.
    func touch(slice: Int, worker: Int) {
        memset(start(worker: worker) + slice * bytesPerSlice, 1, bytesPerSlice)
    }

    /// Reads one slice of the worker's own.
    func read(slice: Int, worker: Int) {
        _ = peak_read(start(worker: worker) + slice * bytesPerSlice, bytesPerSlice)
    }

    private func start(worker: Int) -> UnsafeMutableRawPointer {
        storage + worker * slices * bytesPerSlice
    }
}
