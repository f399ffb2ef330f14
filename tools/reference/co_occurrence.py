"""Word vectors from co-occurrences, by NumPy alone: positive PMI with smoothed contexts, then a full SVD.

Writes packages/train/test/golden/co-occurrence.json. Vectors are unique up to a rotation of equal singular values and
to signs, so their inner products are what is written.
Needs: pip install numpy. Run: python tools/reference/co_occurrence.py
"""

import json
import pathlib

import numpy as np

V, SIZE, WINDOW, SMOOTHING, SCALE = 40, 8, 3, 0.75, 0.02
rng = np.random.default_rng(7)
chance = 1 / np.arange(1, V)  # token 0 never occurs
documents = [
    [rng.choice(np.arange(1, V), size=rng.integers(0, 12), p=chance / chance.sum()).tolist() for _ in range(rng.integers(1, 6))]
    for _ in range(60)
]

counts = np.zeros((V, V))
for document in documents:
    text = [token for sentence in document for token in sentence]
    for at, a in enumerate(text):
        for away in range(1, WINDOW + 1):
            if at + away < len(text):
                b = text[at + away]
                weight = (WINDOW - away + 1) / WINDOW
                counts[a, b] += weight
                counts[b, a] += weight
sums = counts.sum(1)
contexts = sums**SMOOTHING
with np.errstate(divide="ignore", invalid="ignore"):
    pmi = np.log(counts * contexts.sum() / np.outer(sums, contexts))
ppmi = np.where(counts > 0, np.maximum(pmi, 0), 0)
u, s, _ = np.linalg.svd(ppmi)
vectors = u[:, :SIZE] * np.sqrt(s[:SIZE])
norms = np.linalg.norm(vectors, axis=1, keepdims=True)
vectors = np.divide(vectors * SCALE * np.sqrt(SIZE), norms, out=np.zeros_like(vectors), where=norms > 1e-9)

golden = {
    "origin": f"tools/reference/co_occurrence.py, numpy {np.__version__}",
    "options": {"vocabularySize": V, "size": SIZE, "window": WINDOW, "smoothing": SMOOTHING, "scale": SCALE},
    "documents": documents,
    "singularValues": s[:SIZE].tolist(),
    "innerProducts": (vectors @ vectors.T).tolist(),
}
path = pathlib.Path(__file__).parents[2] / "packages/train/test/golden/co-occurrence.json"
path.write_text(json.dumps(golden) + "\n")
