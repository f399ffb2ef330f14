"""Opens a directory that `sentiment train` saved in transformers and compares its probabilities with ours.

    pnpm -s sentiment predict --model DIR --json --text-file TEXTS > ours.jsonl
    python tools/reference/compare-predictions.py DIR TEXTS ours.jsonl

Prints the largest difference of log-probabilities, which bounds that of logits up to their common shift; exit 1 above
1e-4. Tried with transformers 5.18.0 and torch 2.13.0.
"""

import json
import math
import sys

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

directory, texts_file, ours_file = sys.argv[1:]
texts = open(texts_file, encoding="utf-8").read().splitlines()
ours = [json.loads(line)["probabilities"] for line in open(ours_file, encoding="utf-8")]
assert len(texts) == len(ours), f"{len(texts)} texts, {len(ours)} predictions"
tokenizer = AutoTokenizer.from_pretrained(directory)
model = AutoModelForSequenceClassification.from_pretrained(directory).eval()

worst = 0.0
for text, probabilities in zip(texts, ours):
    inputs = tokenizer(text, truncation=True, max_length=model.config.max_position_embeddings, return_tensors="pt")
    with torch.no_grad():
        theirs = torch.log_softmax(model(**inputs).logits[0].double(), -1)
    for index, name in model.config.id2label.items():
        worst = max(worst, abs(theirs[index].item() - math.log(probabilities[name])))
print(f"{len(texts)} texts, largest difference of log-probabilities {worst:.2e}")
sys.exit(worst > 1e-4)
