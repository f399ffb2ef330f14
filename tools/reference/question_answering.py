"""Writes packages/heads/test/golden/question-answering.json: answers scored and decoded by transformers 4.57.6's own
squad_metrics (pure Python; no torch needed). Words are all distinct, so that a text is one span.

    python tools/reference/question_answering.py packages/heads/test/golden/question-answering.json
"""
import json
import os
import random
import sys
import tempfile
from types import SimpleNamespace

import numpy as np
import transformers
from transformers.data.metrics import squad_metrics

TEXTS = [
    "the cat", "The Cat.", "a  cat", "cat", "", "the", "Denver Broncos", "denver broncos!", "the Denver Broncos of 1999",
    "1999", "in 1999", "don't", "dont", "anthem the a an", "caf\u00e9", "CAF\u00c9", "na\u00efve the\u00a0cat", "\ufb01ne",
    "a\x1cb", "the\u2014cat", "an_the", "th\u00e9\u00e2tre", "x y x", "x x y", "x", "\ufeffcat", "\u0130stanbul",
    "\u03a3\u0391\u03a3",
]


def score(answer, truths):
    example = SimpleNamespace(qas_id="q", answers=[{"text": truth} for truth in truths])
    exact, f1 = squad_metrics.get_raw_scores([example], {"q": answer})
    return {"answer": answer, "truths": truths, "exact": exact["q"], "f1": f1["q"]}


class Tokenizer:
    def convert_tokens_to_string(self, tokens):
        return " ".join(tokens)


def windows_of(words, room, stride):
    start = 0
    while True:
        yield list(range(start, min(start + room, len(words))))
        if start + room >= len(words):
            return
        start += stride


def decode(rng, noise):
    words = [f"w{i}x" for i in range(rng.randint(5, 24))]
    context = " ".join(words)
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    spans = [[int(end) - len(word), int(end)] for word, end in zip(words, ends)]
    question, room = rng.randint(1, 3), rng.randint(3, 12)
    no_answer = rng.random() < 0.5
    features, results, windows = [], [], []
    for number, span in enumerate(windows_of(words, room, rng.randint(1, room))):
        scores = np.round(noise.standard_normal((2, question + 3 + len(span))) * 3, 3)
        if no_answer:
            scores[:, 0] = np.round(scores[:, 0] + 4, 3)
        base = question + 2
        features.append(SimpleNamespace(
            example_index=0, unique_id=number,
            tokens=["[CLS]"] + ["q"] * question + ["[SEP]"] + [words[i] for i in span] + ["[SEP]"],
            token_to_orig_map={base + k: i for k, i in enumerate(span)},
            token_is_max_context={base + k: True for k in range(len(span))},
        ))
        start, end = scores.tolist()
        results.append(SimpleNamespace(unique_id=number, start_logits=start, end_logits=end))
        windows.append({
            "start": start, "end": end,
            "offsets": [[0, 0]] + [[0, 1]] * question + [[0, 0]] + [spans[i] for i in span] + [[0, 0]],
            "sequences": [None] + [0] * question + [None] + [1] * len(span) + [None],
        })
    count, longest = rng.choice([1, 3, 20]), rng.choice([1, 4, 30])
    threshold = rng.choice([0.0, -2.0, 3.0]) if no_answer else 0.0
    with tempfile.TemporaryDirectory() as folder:
        predictions, nbest, odds = (os.path.join(folder, name) for name in ("predictions", "nbest", "odds"))
        texts = squad_metrics.compute_predictions_logits(
            [SimpleNamespace(qas_id="q", doc_tokens=words)], features, results, count, longest, True,
            predictions, nbest, odds, False, no_answer, threshold, Tokenizer(),
        )
        answers = json.load(open(nbest))["q"]
        difference = json.load(open(odds))["q"] if no_answer else None
    return {
        "context": context, "windows": windows, "count": count, "maxAnswerTokens": longest,
        "noAnswer": no_answer, "nullThreshold": threshold, "text": texts["q"], "difference": difference,
        "answers": [
            {"text": answer["text"], "probability": answer["probability"],
             "score": answer["start_logit"] + answer["end_logit"]}
            for answer in answers
        ],
    }


rng, noise = random.Random(0), np.random.default_rng(0)
truths = [[text] for text in TEXTS] + [[], ["the", "cat", "Denver"]]
golden = {
    "source": f"transformers {transformers.__version__}, data/metrics/squad_metrics.py",
    "scores": [score(answer, truth) for answer in TEXTS for truth in truths],
    "decoding": [decode(rng, noise) for _ in range(40)],
}
with open(sys.argv[1], "w") as file:
    json.dump(golden, file)
    file.write("\n")
