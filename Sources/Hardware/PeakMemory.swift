/// A process's resident memory and its high-water mark. The kernel counts pages in batches for each thread, so
/// figures can be off by some hundred KiB.
public struct PeakMemory: Sendable {
    private let folder: String
    private let files: SystemFiles

    /// - Parameter process: nil for this one.
    public init(of process: Int32? = nil, files: SystemFiles = SystemFiles()) {
        folder = "proc/" + (process.map(String.init) ?? "self")
        self.files = files
    }

    /// Brings the high-water mark down to what is resident now; false where the system refuses, and then a peak says
    /// nothing of what came after.
    public func reset() -> Bool { files.write("5", to: folder + "/clear_refs") }

    /// The most since the last reset (VmHWM); nil where the system does not tell.
    public func peakBytes() -> Int? { status("VmHWM") }

    /// Now (VmRSS); nil where the system does not tell.
    public func residentBytes() -> Int? { status("VmRSS") }

    private func status(_ key: String) -> Int? {
        files.text(folder + "/status").flatMap { KeyedLines($0)[key] }.flatMap(KeyedLines.bytes)
    }
}
