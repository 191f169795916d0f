/// The names of a section that were asked for, whoever asked.
final class FieldsSeen {
    private var names: Set<String> = []

    func insert(_ names: [String]) {
        // A field within a field counts for the whole of it.
        self.names.formUnion(names.map { String($0.prefix { $0 != "." }) })
    }

    func contains(_ name: String) -> Bool { names.contains(name) }
}

/// Fields of configurations that change neither the layers nor what they hold: how a token becomes a number, how numbers are
/// normalised, how training was done, what a server prints. What is not listed here is named in a caution.
enum KnownFields {
    static func changesNothing(_ name: String) -> Bool {
        name.hasPrefix("_") || names.contains(name) || parts.contains { name.contains($0) }
    }

    private static let parts = [
        "token_id", "token_index", "rope", "rotary", "dropout", "pdrop", "drop", "_eps", "epsilon", "_act",
        "activation",
        "coef", "initializer", "init_", "_std", "_bias", "bias_", "scaling", "softcap", "multiplier", "scalar", "label",
        "norm_", "_norm", "layernorm", "beam", "penalty", "_dtype", "flash", "router_", "loss", "mup_", "residual",
        "time_step",
        "temperature", "attention_sink", "attn_impl", "alibi", "yarn", "mscale", "image_", "video_", "vision_",
        "audio_",
        "swiglu", "quant", "swa_rope", "_alpha_factor", "_beta_factor", "linear_a_log", "linear_dt", "_in_fp32",
        "summary_", "mtp_", "nextn", "logit",
    ]

    private static let names: Set<String> = [
        "architectures", "attn_scale", "auto_map", "bias", "chunk_size", "chunk_size_feed_forward", "clip_qkv",
        "compression_config", "dim_model_base", "do_sample", "dtype", "early_stopping", "ep_size",
        "enable_moe_fp32_combine", "expand", "expert_selection_fn", "finetuning_task",
        "floor_scale",
        "gradient_checkpointing", "initial_context_length", "is_decoder", "is_encoder_decoder",
        "keys_to_ignore_at_inference", "mamba_chunk_size",
        "max_length", "min_length", "model_type", "linear_allow_neg_eigval", "moe_renormalize",
        "moe_shared_expert_overlap", "n_group", "norm_topk_prob",
        "no_repeat_ngram_size",
        "num_expert_group", "num_logits_to_keep", "num_return_sequences", "output_attentions", "output_hidden_states",
        "parallel_attn", "parallel_attn_mlp_res", "partial_rotary_factor", "prefix", "pretraining_tp", "problem_type",
        "pruned_heads", "return_dict", "return_dict_in_generate", "rescale_prenorm_residual", "route_scale",
        "scale_attn_weights", "scale_depth",
        "scale_emb", "scoring_func", "seq_aux", "shared_expert_combination_strategy", "suppress_tokens",
        "tf_legacy_loss", "tie_encoder_decoder",
        "tokenizer_class", "top_k", "top_p", "topk_group", "topk_method", "torch_dtype", "torchscript",
        "transformers_version", "typical_p", "use_associative_scan", "use_bfloat16", "use_cache", "use_mamba_kernels",
        "use_parallel_residual", "use_qk_norm", "use_return_dict", "bf16", "fp16", "fp32",
    ]
}
