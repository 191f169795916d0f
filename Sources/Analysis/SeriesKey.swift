import Records

/// Which series a cell belongs to. The name of a kernel holds its engine's, so that kernels of two engines never share one.
package struct SeriesKey: Hashable, Sendable {
    package let kernel: String
    package let parameters: SeriesParameters

    package init(kernel: String, parameters: SeriesParameters) {
        self.kernel = kernel
        self.parameters = parameters
    }

    init(_ workload: Workload) {
        self.init(kernel: workload.kernel, parameters: SeriesParameters(workload))
    }
}

/// The order in which lists and legends show series: kernel by kernel, then by parameters.
package struct SeriesOrder {
    private let rank: [String: Int]

    /// - Parameter kernels: in order; a name may come again.
    package init(kernels: some Sequence<String>) {
        var rank: [String: Int] = [:]
        for kernel in kernels where rank[kernel] == nil { rank[kernel] = rank.count }
        self.rank = rank
    }

    /// As each engine lists its kernels. Where results of several builds disagree, the last one counts.
    init(_ measurements: [Measurement]) {
        let origins = Dictionary(measurements.map { ($0.workload.kernel, $0.origin) }) { $1 }
        self.init(
            kernels: origins.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key))
    }

    /// - Precondition: the kernels are among those that this was made of.
    package func sorted(_ keys: some Sequence<SeriesKey>) -> [SeriesKey] {
        keys.sorted { (rank[$0.kernel]!, $0.parameters) < (rank[$1.kernel]!, $1.parameters) }
    }
}
