"""Counts parameters and cache of configurations with the classes of transformers themselves, on the device "meta".

Nothing of this project is used: the model is built without memory, and its own modules are measured. Writes classes.json:
for each type of the project's table that the release knows, the class's defaults, and for each row of published.json what
its class makes of it. Needs transformers and torch, so that it runs by hand, not with the tests:

    python3 classes.py ../../../Sources/Serving/Catalogue/model-types.yaml
"""

import json
import pathlib
import sys

import torch
import transformers
import yaml
from transformers import CONFIG_MAPPING, AutoModelForCausalLM, AutoModelForImageTextToText, DynamicCache

HERE = pathlib.Path(__file__).parent
CONTEXT = 131_072
TOWER = ("vision", "visual", "audio", "multi_modal", "projector", "image_embed")


def build(given):
    fields = {key: value for key, value in given.items() if key not in ("model_type", "quantization_config")}
    kind = CONFIG_MAPPING[given["model_type"]]
    if "text_config" in (kind.sub_configs or {}) and "hidden_size" in given and "qwen2" not in given["model_type"]:
        raise ValueError("the class would ignore the language model's fields outside of text_config")
    config = kind.from_dict(fields)
    with torch.device("meta"):
        try:
            return AutoModelForCausalLM.from_config(config)
        except ValueError:
            return AutoModelForImageTextToText.from_config(config)


def parameters(model):
    """Matrices of the language model, each once; and those of towers."""
    model.tie_weights()
    language = tower = 0
    for name, parameter in model.named_parameters():
        if any(part in name for part in TOWER):
            tower += parameter.numel()
        elif parameter.ndim >= 2:
            language += parameter.numel()
    return language, tower


def cache(model):
    """(bytes that a token adds, bytes at CONTEXT) in 16 bits; None where projections are fused or shared, or layers recurrent."""
    config = model.config.get_text_config()
    types = getattr(config, "layer_types", None) or []
    if any(kind not in ("full_attention", "sliding_attention") for kind in types):
        return None
    layers = DynamicCache(config=config).layers
    per_layer, counts = {}, {}
    for name, module in model.named_modules():
        if any(part in name for part in TOWER) or ".layers." not in name or not isinstance(module, torch.nn.Linear):
            continue
        layer = int(name.split(".layers.")[1].split(".")[0])
        if name.endswith((".k_proj", ".v_proj", ".kv_a_proj_with_mqa")):
            per_layer[layer] = per_layer.get(layer, 0) + module.out_features
            counts[layer] = counts.get(layer, 0) + 1
    if set(counts.values()) not in ({1}, {2}) or len(per_layer) != config.num_hidden_layers or (layers and len(layers) != len(per_layer)):
        return None
    windows = [getattr(layer, "sliding_window", None) for layer in layers] or [None] * len(per_layer)
    # Transformers keeps one token less than the window, because it counts the new one.
    kept = [min(CONTEXT, window) if window else CONTEXT for window in windows]
    return 2 * sum(per_layer.values()), 2 * sum(per_layer[layer] * kept[layer] for layer in per_layer)


def measure(given):
    try:
        model = build(given)
        language, tower = parameters(model)
        sizes = cache(model)
    except Exception as error:  # a class that this release cannot build says why, and the row stays without a figure
        print(f"{given['model_type']}: {str(error)[:100]!r}", file=sys.stderr)
        return None
    figures = {"parameters": language, "towers": tower}
    if sizes:
        figures |= {"cacheBytesPerToken": sizes[0], "cacheBytesAt128K": sizes[1]}
    return figures


def main():
    table = yaml.safe_load(pathlib.Path(sys.argv[1]).read_text())
    types = [row["type"] for row in table if "refused" not in row and "text" not in row]
    rows = json.loads((HERE / "published.json").read_text())
    figures = [{"defaults": name, **found} for name in types if (found := measure({"model_type": name}))]
    for row in rows:
        if "refused" not in row and (found := measure(row["given"])):
            figures.append({"published": row["name"], **found})
    head = {"source": f"transformers {transformers.__version__}"}
    lines = ",\n".join(json.dumps(line) for line in [head] + figures)
    (HERE / "classes.json").write_text(f"[\n{lines}\n]\n")
    print(f"{len(figures)} counts")


if __name__ == "__main__":
    main()
