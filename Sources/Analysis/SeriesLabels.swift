import Attention

/// What tables and legends call each series: the kernel and its mask's sizes, such as `sliding-window(1024)`, and, where
/// that would name two series alike, whatever else differs between these.
package enum SeriesLabels {
    /// One label for each key, in their order, all different.
    package static func labels(for keys: [SeriesKey]) -> [String] {
        let plain = keys.map { $0.kernel + $0.parameters.sizesInBrackets }
        let sharing = Dictionary(grouping: keys.indices) { plain[$0] }
        return keys.indices.map { index in
            let rivals = sharing[plain[index]]!.map { attributes(of: keys[$0].parameters) }
            let own = attributes(of: keys[index].parameters)
            let differing = own.indices.filter { column in rivals.contains { $0[column] != own[column] } }
            return ([plain[index]] + differing.map { own[$0] }).joined(separator: ", ")
        }
    }

    /// "float32", "q8_0 cache", "bfloat16, q8_0 cache".
    private static func stored(_ parameters: SeriesParameters) -> String {
        guard let format = parameters.cacheFormat else { return parameters.elementType.rawValue }
        let cache = "\(format) cache"
        return parameters.elementType == .float32 ? cache : "\(parameters.elementType.rawValue), \(cache)"
    }

    private static func queries(_ parameters: SeriesParameters) -> String {
        guard let count = parameters.queryLength else { return "prefill" }
        let noun = parameters.phase == .loss ? (one: "token", several: "tokens") : (one: "query", several: "queries")
        return "\(count) \(count == 1 ? noun.one : noun.several)"
    }

    private static func attributes(of parameters: SeriesParameters) -> [String] {
        [
            parameters.mask.kind,
            "d=\(parameters.headDimension)",
            parameters.latent.map { "values of \($0.dimension)" } ?? "",
            stored(parameters),
            parameters.threads == 1 ? "1 thread" : "\(parameters.threads) threads",
            parameters.queryHeads == parameters.keyValueHeads
                ? parameters.queryHeads == 1 ? "1 head" : "\(parameters.queryHeads) heads"
                : "\(parameters.queryHeads):\(parameters.keyValueHeads) heads",
            "batch \(parameters.batch)",
            queries(parameters),
            parameters.scale.map { "scale \($0)" } ?? "scale 1/√d",
        ]
    }
}
