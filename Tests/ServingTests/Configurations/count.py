"""Counts the parameters and the cache of published configurations a second time.

Written from the classes' definitions, matrix by matrix, without a look at the Swift code: no norms, no biases. Reads
published.json beside this file and prints, or with --write puts into it, what each model that is a decoder should have:
parameters, bytes that a token adds to a bfloat16 cache, and bytes of the cache at 131,072 tokens.
"""

import json
import pathlib
import sys

FILE = pathlib.Path(__file__).with_name("published.json")
CONTEXT = 131_072

# What a class takes where a file says nothing.
CLASS = {
    "llama": dict(vocab_size=32000, hidden_size=4096, intermediate_size=11008, num_hidden_layers=32, num_attention_heads=32),
    "mistral": dict(vocab_size=32000, intermediate_size=14336, sliding_window=4096),
    "qwen2": dict(vocab_size=151936, hidden_size=4096, intermediate_size=22016, num_hidden_layers=32, num_attention_heads=32),
    "qwen": dict(vocab_size=151936, intermediate_size=22016),
    "glm4_moe": dict(vocab_size=151552, intermediate_size=10944, moe_intermediate_size=1408, n_routed_experts=128,
                     n_shared_experts=1, first_k_dense_replace=1),
    "deepseek_v3": dict(vocab_size=129280, intermediate_size=18432, moe_intermediate_size=2048, n_routed_experts=256,
                        n_shared_experts=1, first_k_dense_replace=3, q_lora_rank=1536, qk_nope_head_dim=128, v_head_dim=128),
    "gemma2": dict(tie_word_embeddings=True), "gemma": dict(tie_word_embeddings=True),
    "gemma3_text": dict(tie_word_embeddings=True, num_attention_heads=8, num_key_value_heads=4, head_dim=256,
                        vocab_size=262208),
    "cohere": dict(tie_word_embeddings=True), "starcoder2": dict(tie_word_embeddings=True),
    "gpt2": dict(tie_word_embeddings=True), "gpt_bigcode": dict(tie_word_embeddings=True),
    "falcon": dict(tie_word_embeddings=True, intermediate_size=None),
    "minimax_m2": dict(num_local_experts=256),
    "step3p5": dict(num_local_experts=288, first_k_dense_replace=3),
    "falcon_h1": dict(vocab_size=128000, intermediate_size=14336),
    "lfm2": dict(tie_word_embeddings=True),
    "afmoe": dict(vocab_size=200192),
    "kimi_linear": dict(num_shared_experts=1),
    "glm_moe_dsa": dict(index_topk=2048, index_n_heads=32, index_head_dim=128),
    "llama4_text": dict(intermediate_size_mlp=16384, interleave_moe_layer_step=1, attention_chunk_size=8192),
}
# Feed-forward halves of two matrices.
UNGATED = {"gpt2", "gpt_bigcode", "gpt_neox", "gptj", "phi-msft", "starcoder2", "nemotron_h",
           "phi", "falcon"}
OLD_NAMES = {"n_embd": "hidden_size", "n_layer": "num_hidden_layers", "n_head": "num_attention_heads",
             "num_layers": "num_hidden_layers", "padded_vocab_size": "vocab_size", "ffn_hidden_size": "intermediate_size",
             "share_expert_dim": "shared_expert_intermediate_size", "d_model": "hidden_size", "n_layers": "num_hidden_layers", "n_heads": "num_attention_heads",
             "kv_channels": "head_dim", "multi_query_group_num": "num_key_value_heads", "attention_head_dim": "head_dim"}


# Encoders whose feed-forward halves have three matrices.
GATED_TOWERS = ("pixtral", "gemma4_vision", "qwen2_5_vl", "exaone4_5_vision")


def tower(v, whole):
    """An image encoder: four projections and a feed-forward half a layer, patches, and the projector."""
    h = v.get("hidden_size") or v.get("vt_hidden_size") or v.get("d_model")
    n = v.get("num_hidden_layers") or v.get("depth") or v.get("vt_num_hidden_layers") or v.get("encoder_layers")
    i = v.get("intermediate_size") or v.get("vt_intermediate_size") or v.get("encoder_ffn_dim")
    gates = 3 if v.get("model_type", whole["model_type"]) in GATED_TOWERS else 2
    if not (h and n and i):
        return None  # the file does not say, and neither does this count
    patch = 3 * v.get("patch_size", 0) ** 2 * v.get("temporal_patch_size", 1)
    return h, n * (4 * h * h + gates * h * i) + patch * h, (v.get("spatial_merge_size") or whole.get("spatial_merge_size") or whole.get("downsample_factor") or 1) ** 2


def count(given):
    """(parameters, cache bytes a token, cache bytes at CONTEXT) of one configuration."""
    text = dict(given.get("text_config", given))
    for name in ("tie_word_embeddings",):
        if name in given:
            text.setdefault(name, given[name])
    kind = text["model_type"]
    kind = {"gemma3": "gemma3_text", "kimi_k2": "deepseek_v3", "llama4": "llama4_text", "step3p7": "step3p5",
            "exaone4_5_text": "exaone4", "qwen3_5_text": "qwen3_5_moe_text"}.get(kind, kind)
    c = dict(CLASS.get(kind, {}))
    c.update({OLD_NAMES.get(k, k): v for k, v in text.items()})
    if kind == "dbrx":
        inner = c["ffn_config"]
        c.update(num_key_value_heads=c["attn_config"]["kv_n_heads"], moe_intermediate_size=inner["ffn_hidden_size"],
                 num_local_experts=inner["moe_num_experts"])
    if kind == "gemma":
        c.setdefault("head_dim", 256)
    h, n, a = c["hidden_size"], c.get("num_hidden_layers", 0), c["num_attention_heads"]
    if kind == "nemotron_h":
        return nemotron(c)
    kv = 1 if c.get("multi_query") else c.get("num_key_value_heads") or a
    if kind in ("phi-msft", "gptj", "gpt2"):
        kv = a
    d = c.get("head_dim") or h // a
    i = c.get("intermediate_size") or c.get("n_inner") or 4 * h
    if kind == "qwen":
        i //= 2
    gates = 2 if kind in UNGATED else 3
    total = h * c["vocab_size"] * (1 if c.get("tie_word_embeddings") else 2)
    if kind in ("gpt2", "gpt_bigcode"):
        total += h * (c.get("n_positions") or c["n_ctx"])  # positions are looked up in a table
    if kind == "lfm2":
        i = (2 * i // 3 + 255) // 256 * 256
    per_token = at_context = 0
    for layer in range(n):
        attention, cached, kept = mixer(c, kind, layer, h, a, kv, d)
        total += attention + feed_forward(c, kind, layer, h, i, gates)
        per_token += cached
        at_context += cached * kept
    state = 0
    if kind == "falcon_h1":  # Mamba-2 beside the attention of every layer
        inner, heads = c["mamba_d_ssm"], c["mamba_n_heads"]
        mixed = inner + 2 * c["mamba_n_groups"] * c["mamba_d_state"]
        total += n * (h * (inner + mixed + heads) + inner * h + mixed * (c["mamba_d_conv"] + 1) + 3 * heads + inner)
        state = n * (4 * inner * c["mamba_d_state"] + 2 * mixed * (c["mamba_d_conv"] - 1))
    if kind == "kimi_linear":
        state = (n - len(c["linear_attn_config"]["full_attn_layers"])) * (4 * 32 * 128 * 128 + 2 * 3 * 32 * 128 * 3)
    if kind == "lfm2":
        state = c["layer_types"].count("conv") * 2 * h * (c["conv_L_cache"] - 1)
    if kind in ("qwen3_next", "qwen3_5_moe_text"):
        linear = sum(1 for layer in range(n) if (layer + 1) % 4)
        nk, nv = c["linear_num_key_heads"] * 128, c["linear_num_value_heads"] * 128
        state = linear * (4 * nv * 128 + 2 * (2 * nk + nv) * 3)
    for encoder in filter(None, (tower(given.get(f) or {}, given) for f in ("vision_config", "audio_config"))):
        width, own, merged = encoder
        own += merged * width * (merged * width + h) if merged > 1 else width * h
        total += (own + width - 1) // width * width
    return total, per_token, at_context + state


def mixer(c, kind, layer, h, a, kv, d):
    """(parameters, cached bytes a token, tokens kept at CONTEXT) of one layer's attention, or of what replaces it."""
    if kind in ("qwen3_next", "qwen3_5_moe_text") and (layer + 1) % 4:
        nk, nv = c["linear_num_key_heads"], c["linear_num_value_heads"]
        keys, values = nk * 128, nv * 128
        return (h * (2 * keys + 2 * values) + h * 2 * nv + values * h + 4 * (2 * keys + values) + 2 * nv + 128), 0, 0
    if kind == "kimi_linear" and layer + 1 not in c["linear_attn_config"]["full_attn_layers"]:
        wide, low = 32 * 128, 128  # Kimi delta attention: 32 heads of 128, gates of low rank, a convolution over 4
        return (4 * h * wide + 2 * (h * low + low * wide) + h * 32 + wide * 13 + 32 + low), 0, 0
    if kind == "lfm2" and c["layer_types"][layer] == "conv":
        return 3 * h * h + h * h + h * c["conv_L_cache"], 0, 0
    if c.get("kv_lora_rank"):
        rank, rope, nope, v = c["kv_lora_rank"], c["qk_rope_head_dim"], c["qk_nope_head_dim"], c["v_head_dim"]
        q = c.get("q_lora_rank")
        query = q * (h + a * (nope + rope)) if q else h * a * (nope + rope)
        parameters = query + h * (rank + rope) + rank * a * (nope + v) + a * v * h
        cached = 2 * (rank + rope)
        if c.get("index_topk"):
            ih, idim = c["index_n_heads"], c["index_head_dim"]
            parameters += (q or h) * ih * idim + h * idim + h * ih
            cached += idim + 4
        return parameters, cached, CONTEXT
    window = None
    if kind == "gemma4_text" and c["layer_types"][layer] == "full_attention":
        d, kv = c["global_head_dim"], c["num_global_key_value_heads"]
        return h * a * d * 2 + h * kv * d, 4 * kv * d, CONTEXT
    if kind == "gemma4_text":
        window = c["sliding_window"]
    if kind in ("mistral", "phi3", "phi3_v", "starcoder2", "ministral3", "mixtral"):
        window = c.get("sliding_window")
    if kind == "gemma2" and layer % 2 == 0:
        window = c["sliding_window"]
    if kind == "gemma3_text" and (layer + 1) % 6:
        window = c["sliding_window"]
    if kind == "gpt_oss" and layer % 2 == 0:
        window = c["sliding_window"]
    if kind == "llama4_text" and (layer + 1) % 4:
        window = c["attention_chunk_size"]
    if kind in ("exaone4", "olmo3", "laguna", "step3p5") and c["layer_types"][layer] == "sliding_attention":
        window = c["sliding_window"]
    if c.get("num_attention_heads_per_layer"):
        a = c["num_attention_heads_per_layer"][layer]
    heads = h * a if kind in ("laguna", "step3p5") else 0  # a gate for each head
    if kind == "afmoe" and (layer + 1) % c["global_attn_every_n_layers"]:
        window = c["sliding_window"]
    gate = 2 if kind in ("qwen3_next", "qwen3_5_moe_text", "afmoe") else 1
    return heads + h * a * d * gate + 2 * h * kv * d + a * d * h, 4 * kv * d, min(CONTEXT, window or CONTEXT)


def feed_forward(c, kind, layer, h, i, gates):
    experts = c.get("n_routed_experts") or c.get("num_experts") or c.get("num_local_experts")
    if not experts:
        return gates * h * i
    if kind == "llama4_text":
        if (layer + 1) % c["interleave_moe_layer_step"]:
            return 3 * h * c["intermediate_size_mlp"]
        return h * experts + 3 * h * c["intermediate_size"] * (experts + 1)
    if layer < c.get("first_k_dense_replace", c.get("num_dense_layers", 0)) or c.get("mlp_layer_types", {layer: "sparse"})[layer] == "dense":
        return gates * h * i
    width = c.get("moe_intermediate_size") or i
    shared = c.get("shared_expert_intermediate_size") or (c.get("n_shared_experts") or c.get("num_shared_experts", 0)) * width
    return h * experts + 3 * h * (experts * width + shared)


def nemotron(c):
    """Mamba-2, attention and feed-forward layers by letter."""
    h, a, kv, d = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
    heads, dim, state, groups, k = (c[x] for x in ("mamba_num_heads", "mamba_head_dim", "ssm_state_size", "n_groups", "conv_kernel"))
    inner, mixed = heads * dim, heads * dim + 2 * groups * state
    total = 2 * h * c["vocab_size"]
    per_token = states = 0
    for letter in c["hybrid_override_pattern"]:
        if letter == "M":
            total += h * (inner + mixed + heads) + inner * h + mixed * (k + 1) + 3 * heads + inner
            states += 4 * inner * state + 2 * mixed * (k - 1)
        elif letter == "*":
            total += 2 * h * (a + kv) * d
            per_token += 4 * kv * d
        else:
            total += 2 * h * c["intermediate_size"]
    return total, per_token, per_token * CONTEXT + states


def main():
    rows = json.loads(FILE.read_text())
    for row in rows:
        if "refused" in row:
            continue
        parameters, per_token, at_context = count(row["given"])
        row["expected"] = {"parameters": parameters, "cacheBytesPerToken": per_token, "cacheBytesAt128K": at_context}
    text = "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
    if "--write" in sys.argv:
        FILE.write_text(text)
    elif text != FILE.read_text():
        sys.exit("published.json does not hold what this file counts")
    print(f"{len(rows)} configurations, {sum('refused' in row for row in rows)} of them refused")


if __name__ == "__main__":
    main()
