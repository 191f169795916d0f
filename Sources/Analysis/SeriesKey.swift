import Kernels
import Records

/// Which series a cell belongs to.
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

extension SeriesKey: Comparable {
    /// The registry's order of kernels, in which lists and legends show them; then by parameters.
    static func < (a: SeriesKey, b: SeriesKey) -> Bool {
        (a.rank, a.kernel, a.parameters) < (b.rank, b.kernel, b.parameters)
    }

    private var rank: Int {
        Kernel.builtIn.firstIndex { $0.name == kernel } ?? Kernel.builtIn.count
    }
}
