import Serving

/// Entries of the shipped catalogues that the claims are about.
enum Known {
    static let scout = model("llama-4-scout")
    static let llama2 = model("llama-2-7b")
    static let llama8B = model("llama-3.1-8b")
    static let llama70B = model("llama-3.1-70b")
    static let llama405B = model("llama-3.1-405b")

    /// The weights in one type, whatever the release stores.
    static func scout(in type: StorageType) -> Model { scout.storing(weights: WeightStorage(type)) }

    static func servers(_ id: String, _ count: Int, reserve: Double = 0.1, dollarsPerHour: Double? = nil) -> Deployment
    {
        do {
            return Deployment(
                try AcceleratorCatalogue.shipped.accelerator(named: id), count: count, reserve: reserve,
                dollarsPerAcceleratorHour: dollarsPerHour.map { $0 / Double(count) })
        } catch { preconditionFailure("\(error)") }
    }

    private static func model(_ id: String) -> Model {
        do { return try ModelCatalogue.shipped.model(named: id) } catch { preconditionFailure("\(error)") }
    }

    static let tenMillion = 10_000_000

    /// Whether `ours` is `claimed`, to the digits that an article gives.
    static func agree(_ ours: Double, with claimed: Double, within tolerance: Double = 0.01) -> Bool {
        abs(ours / claimed - 1) <= tolerance
    }
}
