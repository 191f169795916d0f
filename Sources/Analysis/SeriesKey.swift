import Records

/// Which series a cell belongs to. The name of a kernel holds its engine's, so that kernels of two engines never share one.
struct SeriesKey: Hashable {
    let kernel: String
    let parameters: SeriesParameters

    init(kernel: String, parameters: SeriesParameters) {
        self.kernel = kernel
        self.parameters = parameters
    }

    init(_ workload: Workload) {
        self.init(kernel: workload.kernel, parameters: SeriesParameters(workload))
    }
}

/// The order in which lists and legends show series: kernel by kernel, then by parameters.
struct SeriesOrder {
    private let rank: [String: Int]

    /// - Parameter kernels: in order; a name may come again.
    init(kernels: some Sequence<String>) {
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
    func sorted(_ keys: some Sequence<SeriesKey>) -> [SeriesKey] {
        keys.sorted { (rank[$0.kernel]!, $0.parameters) < (rank[$1.kernel]!, $1.parameters) }
    }
}
