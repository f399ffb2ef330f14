"""Writes packages/heads/test/golden/sentence-embeddings.safetensors: embeddings and losses of pairs by sentence-transformers
6.2.0 (torch 2.13.0, float32, no dropout), on the weights of tools/testkit/golden/model/tiny-gelu/hf.

    python tools/reference/sentence_embeddings.py packages/heads/test/golden/sentence-embeddings.safetensors
"""
import sys
from pathlib import Path

import numpy as np
import sentence_transformers
import torch
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer, losses, models

MODEL = Path(__file__).parent.parent / "testkit/golden/model/tiny-gelu/hf"
MODES = ["cls", "mean", "max", "mean_sqrt_len_tokens"]
# what the gradient of a loss is compared on: the first table, and something of each layer
WATCHED = ["embeddings.word_embeddings.weight", "encoder.layer.0.attention.self.query.weight", "encoder.layer.1.output.dense.weight"]

rng = np.random.default_rng(0)
lengths = np.array([[9, 4], [6, 6], [3, 8]])
ids = rng.integers(5, 90, (3, 2, 9))
mask = (np.arange(9) < lengths[..., None]).astype(np.int64)
ids = ids * mask
scores = np.array([0.9, -0.25, 0.4], np.float32)
golden = {"input_ids": ids.astype(np.int32), "attention_mask": mask.astype(np.int32), "scores": scores}


def features(side):
    return {
        "input_ids": torch.tensor(ids[:, side]),
        "attention_mask": torch.tensor(mask[:, side]),
        "token_type_ids": torch.zeros((3, 9), dtype=torch.long),
    }


def model_of(mode, normalize):
    transformer = models.Transformer(str(MODEL))
    modules = [transformer, models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode=mode)]
    return SentenceTransformer(modules=modules + ([models.Normalize()] if normalize else []), device="cpu").eval()


for mode in MODES:
    for normalize in [False, True]:
        model = model_of(mode, normalize)
        with torch.no_grad():
            sides = [model(features(side))["sentence_embedding"].numpy() for side in (0, 1)]
        golden[f"{mode}/{'unit' if normalize else 'raw'}"] = np.stack(sides, 1)
    for name, make in [("cosine-similarity", losses.CosineSimilarityLoss), ("in-batch-negatives", losses.MultipleNegativesRankingLoss)]:
        model = model_of(mode, False)
        value = make(model)([features(0), features(1)], torch.tensor(scores))
        value.backward()
        golden[f"{mode}/{name}/loss"] = value.detach().numpy().reshape(1)
        parameters = dict(model[0].auto_model.named_parameters())
        for parameter in WATCHED:
            golden[f"{mode}/{name}/{parameter}"] = parameters[parameter].grad.numpy()

save_file({key: np.ascontiguousarray(value) for key, value in golden.items()}, sys.argv[1],
          {"source": f"sentence-transformers {sentence_transformers.__version__}"})
