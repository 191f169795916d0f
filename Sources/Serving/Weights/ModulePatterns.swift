import Foundation

/// Modules by name, as quantisation schemes write them: "lm_head", "model.layers.0.*", "re:.*gate$", "self_attn".
///
/// A plain name means the module and all inside it, wherever in the tree it stands. Schemes differ in this, but the
/// modules that releases really name are the same under every reading.
public struct ModulePatterns: Sendable, Hashable {
    private var names: Set<String> = []
    private var globs: [String] = []
    private var expressions: [NSRegularExpression] = []

    /// An expression that Foundation does not understand matches nothing.
    public init(_ patterns: [String]) {
        for pattern in patterns {
            if pattern.hasPrefix("re:") {
                if let expression = try? NSRegularExpression(pattern: String(pattern.dropFirst(3))) {
                    expressions.append(expression)
                }
            } else if pattern.contains("*") {
                globs.append(Self.withoutRoot(pattern))
            } else {
                names.insert(Self.withoutRoot(pattern))
            }
        }
    }

    public var isEmpty: Bool { names.isEmpty && globs.isEmpty && expressions.isEmpty }

    public func match(_ matrix: WeightMatrix) -> Bool {
        !isEmpty && matrix.spellings.contains { hold($0) || fit($0) || express($0) }
    }

    /// Any run of the name's parts.
    private func hold(_ name: String) -> Bool {
        guard !names.isEmpty else { return false }
        let parts = name.split(separator: ".")
        return parts.indices.contains { start in
            (start..<parts.endIndex).contains { names.contains(parts[start...$0].joined(separator: ".")) }
        }
    }

    private func fit(_ name: String) -> Bool {
        globs.contains { fnmatch($0, name, 0) == 0 || fnmatch($0 + ".*", name, 0) == 0 }
    }

    /// Anchored at the start, as Python's `re.match`, under each root that checkpoints have.
    private func express(_ name: String) -> Bool {
        guard !expressions.isEmpty else { return false }
        return ["model.", "", "model.language_model.", "language_model.model."].contains { root in
            let full = root + name
            let range = NSRange(full.startIndex..., in: full)
            return expressions.contains { $0.firstMatch(in: full, options: .anchored, range: range) != nil }
        }
    }

    /// "model.language_model.layers.0" and "language_model.model.layers.0" are "layers.0".
    static func withoutRoot(_ name: String) -> String {
        var name = name
        while let root = ["model.", "language_model."].first(where: { name.hasPrefix($0) }) {
            name = String(name.dropFirst(root.count))
        }
        return name
    }
}

extension WeightMatrix {
    /// Other names that checkpoints have for the modules of this project's names.
    private static let synonyms: [(ours: String, theirs: [String])] = [
        (".mlp.gate.", [".mlp.router.", ".block_sparse_moe.gate.", ".feed_forward.router.", ".mixer.gate."]),
        (".mlp.shared_experts.", [".mlp.shared_expert.", ".feed_forward.shared_expert.", ".mixer.shared_experts."]),
        (".mlp.experts.", [".block_sparse_moe.experts.", ".feed_forward.experts.", ".mixer.experts.", ".experts."]),
        (".mixer.", [".linear_attn.", ".mamba.", ".self_attn.", ".conv."]),
        (".self_attn.", [".attention.", ".attn.", ".mixer."]),
        (".mlp.", [".feed_forward.", ".mixer."]),
        (".vision_tower.", [".visual.", ".vision_model.", ".embed_vision.", ".multi_modal_projector."]),
        (".audio_tower.", [".audio_encoder.", ".embed_audio."]),
    ]

    /// The name without what stands before "layers", and the same under other families' names of modules.
    var spellings: [String] {
        let name = "." + ModulePatterns.withoutRoot(name) + "."
        let others = Self.synonyms.flatMap { synonym in
            name.contains(synonym.ours)
                ? synonym.theirs.map { name.replacingOccurrences(of: synonym.ours, with: $0) } : []
        }
        return ([name] + others).map { String($0.dropFirst().dropLast()) }
    }
}
