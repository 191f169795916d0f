import CProcessor
import Foundation

/// A buffer with a part for each of several workers, which is read from memory however small it is: its lines are taken out
/// of all caches before each reading.
///
/// Rejected: a buffer of several times the last cache. Where that is 260 MiB, making its pages took four seconds of every run.
final class ReadBuffer: Sendable {
    let bytesPerWorker: Int
    private let bytes: Int
    private nonisolated(unsafe) let mapping: UnsafeMutableRawPointer
    private nonisolated(unsafe) let storage: UnsafeMutableRawPointer

    private static let hugePage = 2 << 20

    /// - Parameter bytesPerWorker: rounded up to whole huge pages, which spare the reading loop the page table's own misses.
    ///   The part of a worker is then the first so many bytes of its pages.
    init(bytesPerWorker: Int, workers: Int) {
        self.bytesPerWorker = bytesPerWorker
        bytes = Self.stride(bytesPerWorker) * workers + Self.hugePage
        let mapping = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping, mapping != MAP_FAILED else {
            fatalError("mmap cannot give \(bytes) bytes to measure bandwidth: \(String(cString: strerror(errno)))")
        }
        self.mapping = mapping
        storage = mapping.alignedUp(toMultipleOf: Self.hugePage)
        _ = madvise(storage, bytes - (storage - mapping), MADV_HUGEPAGE)
    }

    deinit { munmap(mapping, bytes) }

    /// Writes every byte: untouched pages are all one page of zeros, and would be read from the cache. A worker touches its
    /// own part, which then lies on its NUMA node.
    func touch(worker: Int) { memset(start(worker), 1, bytesPerWorker) }

    /// Takes the worker's part out of all caches.
    func flush(worker: Int) { flush_from_caches(start(worker), bytesPerWorker) }

    func read(worker: Int) { _ = peak_read(start(worker), bytesPerWorker) }

    private func start(_ worker: Int) -> UnsafeMutableRawPointer { storage + worker * Self.stride(bytesPerWorker) }

    private static func stride(_ bytes: Int) -> Int { max(1, (bytes + hugePage - 1) / hugePage) * hugePage }
}
