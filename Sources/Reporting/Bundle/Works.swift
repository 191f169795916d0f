import Analysis
import Attention
import Records

/// The works whose algorithms and libraries a report measures, as entries of BibTeX.
enum Works {
    /// A work's key in `works.bib`.
    typealias Key = String

    static let attnbench: Key = "attnbench"

    /// Those of this program's kernels, by name. A kernel that follows no work has an empty list.
    static let ofKernels: [String: [Key]] = [
        "full": ["milakov2018online", "dao2022flashattention"],
        "full-blas": ["rabe2021selfattention", "wang2013augem"],
        "full-naive": ["vaswani2017attention", "wang2013augem"],
        "sliding-window": ["beltagy2020longformer", "dao2022flashattention"],
        "sliding-window-dense": ["beltagy2020longformer", "dao2022flashattention"],
        "chunked-overlap": ["beltagy2020longformer", "wang2013augem"],
        "attention-sink": ["xiao2024streaming", "dao2022flashattention"],
        "chunked-local": ["meta2025llama4", "dao2022flashattention"],
        "linear": ["katharopoulos2020linear", "hua2022linear"],
        "decode-linear": ["katharopoulos2020linear"],
        "gated-delta": ["yang2025gateddelta", "yang2024deltarule"],
        "decode-gated-delta": ["yang2025gateddelta"],
        "top-k-blocks": ["lu2025moba", "dao2022flashattention"],
        "decode-top-k-blocks": ["lu2025moba"],
        "decode-latent": ["deepseek2024v2", "dao2022flashattention"],
        "full-bidirectional": ["milakov2018online", "dao2022flashattention"],
        "symmetric-window": ["beltagy2020longformer", "dao2022flashattention"],
        "chunked-overlap-symmetric": ["beltagy2020longformer", "wang2013augem"],
        "decode-full": ["ainslie2023gqa", "dao2022flashattention"],
        "decode-window": ["jiang2023mistral", "ainslie2023gqa"],
        "decode-sink": ["xiao2024streaming", "su2024roformer"],
        "decode-sink-unrotated": ["xiao2024streaming"],
        "decode-recompute": ["beltagy2020longformer", "dao2022flashattention"],
        "backward-full": ["dao2024flashattention2", "dao2022flashattention"],
        "backward-sliding-window": ["beltagy2020longformer", "dao2024flashattention2"],
        "backward-attention-sink": ["xiao2024streaming", "dao2024flashattention2"],
        "backward-chunked-local": ["meta2025llama4", "dao2024flashattention2"],
        "backward-full-bidirectional": ["dao2024flashattention2", "dao2022flashattention"],
        "backward-symmetric-window": ["beltagy2020longformer", "dao2024flashattention2"],
        "backward-materialised": ["vaswani2017attention", "wang2013augem"],
        "training-full": ["dao2024flashattention2", "dao2022flashattention"],
        "training-sliding-window": ["beltagy2020longformer", "dao2024flashattention2"],
        "training-attention-sink": ["xiao2024streaming", "dao2024flashattention2"],
        "training-chunked-local": ["meta2025llama4", "dao2024flashattention2"],
        "training-full-bidirectional": ["dao2024flashattention2", "dao2022flashattention"],
        "training-symmetric-window": ["beltagy2020longformer", "dao2024flashattention2"],
        "training-materialised": ["vaswani2017attention", "wang2013augem"],
        "checkpointed-full": ["chen2016sublinear", "dao2024flashattention2"],
        "checkpointed-sliding-window": ["chen2016sublinear", "beltagy2020longformer", "dao2024flashattention2"],
        "cross-entropy-logits": ["wijmans2024cut", "wang2013augem"],
        "cross-entropy-cut": ["wijmans2024cut", "goto2008anatomy"],
        "cross-entropy-cut-filtered": ["wijmans2024cut", "goto2008anatomy"],
        // Three loops that follow the definition.
        "reference": [],
    ]

    /// Those of the format that a cache is stored in.
    static func of(_ format: CacheFormat) -> [Key] {
        switch format {
        case .float32, .bfloat16, .float16: []
        case .fp8E4M3: ["micikevicius2022fp8"]
        case .q8_0, .q4_0: ["gerganov2022ggml"]
        case .kivi2: ["liu2024kivi"]
        }
    }

    /// Those of what models do with scores.
    static func of(_ option: ScoreOption) -> [Key] {
        switch option {
        case .softCap: ["gemma2024gemma2"]
        case .alibi: ["press2022alibi"]
        case .sinkLogits: ["openai2025gptoss"]
        }
    }

    /// Those of the engines that come with this program, by name.
    static let ofEngines: [String: [Key]] = [
        "torch": ["paszke2019pytorch", "dao2022flashattention"],
        "torch-avx512": ["paszke2019pytorch", "dao2022flashattention"],
        "torch-cuda": ["paszke2019pytorch", "dao2022flashattention", "rabe2021selfattention"],
        "onnxruntime": ["onnxruntime2018"], "openvino": ["openvino2018"], "jax": ["bradbury2018jax"],
        "ggml": ["gerganov2022ggml"], "ggml-aligned": ["gerganov2022ggml"],
        "numpy": ["harris2020numpy", "wang2013augem"],
    ]

    /// Those of FlexAttention, beside those of PyTorch.
    static let ofFlexAttention: [Key] = ["dong2024flex", "ansel2024pytorch2"]

    /// Those of a series, each once.
    static func of(_ series: Series) -> [Key] {
        let engine = EngineIdentity(ofKernel: series.kernel)
        let kernel =
            engine.isBuiltIn
            ? ofKernels[series.kernel] ?? []
            : (ofEngines[engine.name] ?? [])
                + (series.kernel.contains("/flex-") ? ofFlexAttention : [])
        let stored = series.parameters.storedAs
        let options = series.parameters.scoreForm?.options ?? []
        return unique(kernel + options.flatMap { of($0) } + of(stored.key) + of(stored.value))
    }

    /// Those of an engine's series, each once.
    static func of(_ engine: EngineIdentity, in series: [Series]) -> [Key] {
        unique(series.filter { EngineIdentity(ofKernel: $0.kernel).name == engine.name }.flatMap(of))
    }

    /// In the order of their first mention.
    static func unique(_ keys: [Key]) -> [Key] {
        var seen: Set<Key> = []
        return keys.filter { seen.insert($0).inserted }
    }

    /// The entries of `works.bib` by key, in the order of the file.
    static let entries: [(key: Key, text: String)] = String(decoding: PackageResources.works_bib, as: UTF8.self)
        .split(separator: "\n\n").compactMap { entry in
            entry.prefixMatch(of: #/@[a-z]+\{([^,]+),/#).map {
                (String($0.1), entry.split(separator: "\n").joined(separator: "\n") + "\n")
            }
        }

    /// A file of BibTeX with the entries of these keys, in the order of the catalogue.
    static func bibliography(_ keys: [Key]) -> String {
        entries.filter { keys.contains($0.key) }.map(\.text).joined(separator: "\n")
    }
}
