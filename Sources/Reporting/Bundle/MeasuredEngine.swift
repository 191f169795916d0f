import Records

/// An engine that took part in a run, with what it says of itself.
struct MeasuredEngine: Hashable, Codable {
    let identity: EngineIdentity
    /// A detail that differs between launches, such as a measured speed, has all its values.
    let details: [String: String]
    /// Nil where it computes on the CPUs of the machine.
    let device: String?

    /// This program first, then by name. An engine that had two versions is there with each.
    static func all(in results: Results) -> [MeasuredEngine] {
        let origins = Dictionary(grouping: results.measurements.map(\.origin), by: \.engine)
        let first = origins.values.compactMap { $0.min() }.sorted()
        return first.map { origin in
            let all = (origins[origin.engine] ?? []).flatMap { $0.engineDetails }
            let details = Dictionary(grouping: all, by: \.key).mapValues { pairs in
                Set(pairs.map(\.value)).sorted().joined(separator: " / ")
            }
            return MeasuredEngine(identity: origin.engine, details: details, device: origin.device?.name)
        }
    }

    /// "torch 2.15.0".
    var name: String { identity.version.isEmpty ? identity.name : "\(identity.name) \(identity.version)" }
}
