import Attention

/// What a cache gives back of rows that went into it: the oracle that kernels on quantised caches are held to.
extension CacheFormat {
    /// - Parameter keys: [tokens][headDimension] from the first token of the cache on.
    func restoredKeys(_ keys: [Float], headDimension: Int) -> [Float] { restored(keys) }

    /// - Parameter values: [tokens][headDimension] from the first token of the cache on.
    func restoredValues(_ values: [Float], headDimension: Int) -> [Float] { restored(values) }

    private func restored(_ rows: [Float]) -> [Float] {
        guard let elementType else { preconditionFailure("\(rawValue) has no codec yet") }
        return rows.map(elementType.rounded)
    }
}
