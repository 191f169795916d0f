extension Communicator {
    /// Programs of different builds exchange such texts to find out that they are different, so it never changes.
    private static var textBytes: Int { 512 }

    /// A text of each rank, in their order; what is too long is cut.
    func gathered(text: String) -> [String] {
        var bytes = Array(text.utf8.prefix(Self.textBytes))
        bytes += [UInt8](repeating: 0, count: Self.textBytes - bytes.count)
        var all = [UInt8](repeating: 0, count: Self.textBytes * rankCount)
        bytes.withUnsafeBytes { bytes in
            all.withUnsafeMutableBytes { gather(bytes, into: $0) }
        }
        return (0..<rankCount).map { rank in
            let own = all[rank * Self.textBytes..<(rank + 1) * Self.textBytes]
            return String(decoding: own.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The name of each rank's host, in the order of ranks. Every rank calls it at once.
    public func gatheredHosts() -> [String] { gathered(text: host) }
}
