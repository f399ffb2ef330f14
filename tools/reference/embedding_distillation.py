"""Writes packages/heads/test/golden/embedding-distillation.safetensors: loss, gradients and similarities of a masked language
model that learns a teacher's sentence embeddings, by transformers and torch (float32, no dropout), on the weights and texts
of tools/testkit/golden/heads/pre-training.safetensors.

    python tools/reference/embedding_distillation.py packages/heads/test/golden/embedding-distillation.safetensors
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from safetensors.numpy import load_file, save_file
from transformers import BertConfig, BertForPreTraining

HEADS = Path(__file__).parent.parent / "testkit/golden/heads"
MASKED_WEIGHT = 0.3
WIDTH = 5
WATCHED = [
    "bert.embeddings.word_embeddings.weight",
    "bert.encoder.layer.0.attention.self.query.weight",
    "bert.pooler.dense.weight",
    "cls.predictions.transform.dense.bias",
]

config = json.loads((HEADS / "index.json").read_text())["pre-training"]["config"]
golden = load_file(HEADS / "pre-training.safetensors")
model = BertForPreTraining(BertConfig(**{**config, "hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0})).eval()
model.load_state_dict({key[6:]: torch.tensor(value) for key, value in golden.items() if key.startswith("param/")}, strict=False)
inputs = {key[6:]: torch.tensor(value).long() for key, value in golden.items() if key.startswith("input/")}
labels = torch.tensor(golden["label/labels"]).long()
texts = labels.shape[0]

rng = np.random.default_rng(0)
projection = torch.nn.Linear(config["hidden_size"], WIDTH)
with torch.no_grad():
    projection.weight.copy_(torch.tensor(rng.normal(0, 0.3, projection.weight.shape)))
    projection.bias.copy_(torch.tensor(rng.normal(0, 0.3, WIDTH)))
teacher = torch.nn.functional.normalize(torch.tensor(rng.normal(0, 1, (texts, WIDTH)), dtype=torch.float32))

hidden, pooled = model.bert(**inputs)[:2]
student = projection(pooled)
error = torch.nn.functional.mse_loss(student, teacher)
masked = torch.nn.functional.cross_entropy(model.cls.predictions(hidden).flatten(0, 1), labels.flatten())
loss = error + MASKED_WEIGHT * masked
loss.backward()

out = {
    "cls.distillation.weight": projection.weight,
    "cls.distillation.bias": projection.bias,
    "teacher_embeddings": teacher,
    "loss": loss.reshape(1),
    "similarities": torch.nn.functional.cosine_similarity(student, teacher),
    "grad/cls.distillation.weight": projection.weight.grad,
    "grad/cls.distillation.bias": projection.bias.grad,
}
parameters = dict(model.named_parameters())
out |= {f"grad/{name}": parameters[name].grad for name in WATCHED}
save_file(
    {key: np.ascontiguousarray(value.detach().numpy()) for key, value in out.items()},
    sys.argv[1],
    {"source": f"transformers {transformers.__version__}, torch {torch.__version__}"},
)
