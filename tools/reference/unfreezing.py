"""Trace of gradual unfreezing for tools/testkit/golden/train: torch, AdamW, requires_grad switched on from the top.

Epochs of 2 steps on batches 0 and 1 of batches.safetensors, 4 epochs: pooler and classifier alone, then layer 1, layer 0,
embeddings. torch counts the steps of each parameter by itself, which is what Adam's bias corrections go by.

Run: python tools/reference/unfreezing.py        (torch 2.13.0, transformers 5.18.0, safetensors)
"""

import json
import pathlib

import torch
import transformers
from safetensors.torch import load_file, save_file

folder = pathlib.Path(__file__).resolve().parents[1] / "testkit/golden"
config = json.loads((folder / "heads/index.json").read_text())["sequence-classification-2"]["config"]
torch.manual_seed(0)
model = transformers.BertForSequenceClassification(
    transformers.BertConfig(**config, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
)
model.load_state_dict(load_file(folder / "train/init.safetensors"), strict=False)
model.eval()
batches = load_file(folder / "train/batches.safetensors")
LR, DECAY, EPOCHS, STEPS = 1e-3, 0.01, 4, 2


def depth(name):
    if ".embeddings." in name:
        return 0
    return int(name.split(".layer.")[1].split(".")[0]) + 1 if ".layer." in name else config["num_hidden_layers"] + 1


named = list(model.named_parameters())
decays = lambda name: not (name.endswith("bias") or "LayerNorm" in name)
optimizer = torch.optim.AdamW(
    [
        {"params": [p for n, p in named if decays(n)], "weight_decay": DECAY},
        {"params": [p for n, p in named if not decays(n)], "weight_decay": 0.0},
    ],
    lr=LR,
)
trace = {"loss": [], "lr": [], "grad_norm_before_clipping": [], "trainable": []}
tensors = {}
step = 0
for epoch in range(EPOCHS):
    for name, parameter in named:
        parameter.requires_grad_(config["num_hidden_layers"] + 1 - depth(name) <= epoch)
    trace["trainable"].append(sum(p.requires_grad for _, p in named))
    for i in range(STEPS):
        batch = {k: v[i].long() for k, v in batches.items()}
        optimizer.zero_grad(set_to_none=True)
        loss = model(**batch).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([p for _, p in named if p.grad is not None], 1.0)
        optimizer.step()
        trace["loss"].append(loss.item())
        trace["lr"].append(LR)
        trace["grad_norm_before_clipping"].append(norm.item())
        step += 1
    tensors |= {f"step{step}/{name}": p.detach().clone() for name, p in named}

trace |= {
    "producer": f"torch {torch.__version__}, transformers {transformers.__version__}",
    "options": {"lr": LR, "weight_decay": DECAY, "clip": 1.0},
    "note": "epochs of 2 steps, each on batches 0 and 1; one more layer is trained from each epoch on",
    "steps": step,
    "steps_per_epoch": STEPS,
}
# The last epoch whole, and of the others one weight per depth, to keep the file small.
kept = ("word_embeddings", "layer.0.output.dense.weight", "layer.1.output.dense.weight", "classifier.weight")
tensors = {k: v for k, v in tensors.items() if k.startswith(f"step{step}/") or any(part in k for part in kept)}
(folder / "train/gradual-unfreezing.json").write_text(json.dumps(trace, indent=1) + "\n")
save_file(tensors, folder / "train/gradual-unfreezing.safetensors")
