"""What transformers (4.57, the last line that prunes) makes of tiny-gelu when heads are pruned, its vocabulary is resized and
its positions are interpolated. Writes packages/bert/test/golden/surgery.

    python tools/reference/surgery.py tools/testkit/golden/model/tiny-gelu packages/bert/test/golden/surgery
"""
import json, os, shutil, sys

import torch
import transformers
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import BertForMaskedLM, BertModel

SOURCE, OUTPUT = sys.argv[1:]
PRUNED = {0: [0], 1: [1, 2]}
SIZES = {"larger": 8, "smaller": -10}

transformers.logging.set_verbosity_error()
os.makedirs(OUTPUT, exist_ok=True)
model_folder = os.path.join(SOURCE, "hf")
with safe_open(os.path.join(SOURCE, "expected.safetensors"), "pt") as f:
    print(f.keys()[:12], f.metadata().keys() if f.metadata() else None)
    batch = {name: f.get_tensor(f"right-padded/{name}").long() for name in ("input_ids", "attention_mask", "token_type_ids")}


def load(cls=BertModel):
    return cls.from_pretrained(model_folder, attn_implementation="eager").eval()


def states(model, prefix):
    with torch.no_grad():
        out = model(**batch, output_hidden_states=True, output_attentions=True)
    result = {f"{prefix}/hidden_states.{i}": x for i, x in enumerate(out.hidden_states)}
    result |= {f"{prefix}/attentions.{i}": x for i, x in enumerate(out.attentions)}
    if "pooler_output" in out:
        result[f"{prefix}/pooler_output"] = out.pooler_output
    if "logits" in out:
        result[f"{prefix}/logits"] = out.logits
    return result


expected = {name: tensor.int() for name, tensor in batch.items()}
model = load()
heads = model.config.num_attention_heads
layers = model.config.num_hidden_layers
print("heads", heads, "layers", layers, "vocabulary", model.config.vocab_size, "positions", model.config.max_position_embeddings)
pruned = {layer: [h for h in list_ if h < heads - 1] for layer, list_ in PRUNED.items() if layer < layers}
model.prune_heads(pruned)
expected |= states(model, "pruned")
folder = os.path.join(OUTPUT, "pruned")
model.save_pretrained(folder)
# A second pruning counts heads as they were at first.
model.prune_heads({1: [0]} if heads > 3 else {0: [1]} if heads > 2 else {})
expected |= states(model, "pruned-twice")
print("pruned", pruned, "then", model.config.pruned_heads)

for name, by in SIZES.items():
    model = load(BertForMaskedLM)
    torch.manual_seed(0)
    model.resize_token_embeddings(model.config.vocab_size + by)  # mean_resizing is the default
    expected |= states(model, name)
    expected[f"{name}/word_embeddings"] = model.bert.embeddings.word_embeddings.weight.detach()
    expected[f"{name}/bias"] = model.cls.predictions.bias.detach()

positions = load().embeddings.position_embeddings.weight.detach()
for length in (len(positions) + 7, 2 * len(positions)):
    expected[f"interpolated/{length}"] = torch.nn.functional.interpolate(
        positions.T[None], size=length, mode="linear", align_corners=True)[0].T
save_file({name: tensor.contiguous().clone() for name, tensor in expected.items()}, os.path.join(OUTPUT, "expected.safetensors"),
          {"transformers": transformers.__version__, "torch": torch.__version__, "pruned": json.dumps(pruned)})
