"""Figures of packages/train/src/metrics that golden/metrics does not have, for packages/train/test/golden/metrics.json.

Entities: seqeval 1.2.2, lenient (`mode=None`) and strict (`mode="strict", scheme=IOB2`), on random tags, broken ones
included. Temperatures: the root of the derivative of the log loss, found by scipy's brentq, and the loss that
scipy.optimize.minimize_scalar reaches. Thresholds: scikit-learn's f1_score, matthews_corrcoef, recall and accuracy at every
threshold that decides differently. Quantiles: numpy.quantile. Bootstrap: scipy.stats.bootstrap(method="percentile") of 20,000
resamples, against which ours agrees up to the noise of drawing.

Run with any Python that has scikit-learn 1.9.1, scipy 1.17.1, seqeval 1.2.2:
    python tools/reference/metrics.py
"""

import json
import pathlib
import random
import warnings

import numpy as np
import scipy
import sklearn
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_softmax
from scipy.stats import bootstrap
from seqeval.metrics import classification_report
from seqeval.metrics.sequence_labeling import precision_recall_fscore_support
from seqeval.metrics.v1 import precision_recall_fscore_support as strict_scores
from seqeval.scheme import IOB2
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef, recall_score, roc_auc_score

warnings.filterwarnings("ignore")
rng = random.Random(6)
generator = np.random.default_rng(6)


def tags(length, prefixes):
    return ["O" if rng.random() < 0.35 else f"{rng.choice(prefixes)}-{rng.choice(['PER', 'LOC', 'ORG'])}" for _ in range(length)]


def noisy(truth, prefixes):
    return [tag if rng.random() < 0.7 else tags(1, prefixes)[0] for tag in truth]


def entity_cases():
    cases = []
    for number in range(24):
        prefixes = "BI" if number < 16 else "BIES"
        truth = [tags(rng.randrange(1, 12), prefixes) for _ in range(rng.randrange(1, 6))]
        predictions = [noisy(sentence, prefixes) for sentence in truth]
        cases.append((f"random-{number}-{prefixes}", truth, predictions))
    cases.append(("only-truth", [["B-PER", "I-PER", "O"]], [["O", "O", "O"]]))
    cases.append(("only-prediction", [["O", "O"]], [["B-PER", "O"]]))
    cases.append(("inside-first", [["I-PER", "I-PER", "O", "I-LOC"]], [["B-PER", "I-PER", "O", "B-LOC"]]))
    cases.append(("type-changes", [["B-PER", "I-LOC", "I-LOC"]], [["B-PER", "B-LOC", "I-LOC"]]))
    return cases


def entities():
    result = []
    for name, truth, predictions in entity_cases():
        expected = {}
        for mode in ("default", "strict"):
            if mode == "strict" and any(tag[0] in "ES" for sentence in truth + predictions for tag in sentence):
                continue
            for average in ("micro", "macro", "weighted"):
                for zero in (0, 1):
                    if mode == "default":
                        p, r, f, _ = precision_recall_fscore_support(truth, predictions, average=average, zero_division=zero)
                    else:
                        p, r, f, _ = strict_scores(truth, predictions, average=average, zero_division=zero, scheme=IOB2)
                    expected[f"{mode}_{average}_{zero}"] = [float(p), float(r), float(f)]
        report = classification_report(truth, predictions, output_dict=True)
        types = {k: [v["precision"], v["recall"], v["f1-score"], int(v["support"])] for k, v in report.items() if " " not in k}
        result.append({"name": name, "truth": truth, "predictions": predictions, "expected": expected,
                       "types": json.loads(json.dumps(types, default=float))})
    return result


def temperatures():
    result = []
    for number, (rows, columns, scale) in enumerate([(40, 2, 3.0), (60, 3, 0.4), (200, 5, 6.0), (25, 4, 1.0), (80, 1, 4.0), (500, 2, 0.05)]):
        width = max(columns, 2)
        labels = generator.integers(0, width, rows)
        logits = generator.normal(size=(rows, width))
        logits[np.arange(rows), labels] += 1.2
        logits = np.round(logits * scale, 6)
        if columns == 1:
            logits[:, 0] = 0
        given = logits[:, 1:] if columns == 1 else logits

        def loss(u):
            return -log_softmax(logits * np.exp(-u), axis=1)[np.arange(rows), labels].mean()

        def slope(u):
            z = logits * np.exp(-u)
            p = np.exp(log_softmax(z, axis=1))
            return (z[np.arange(rows), labels] - (p * z).sum(axis=1)).mean()

        u = brentq(slope, -6, 6, xtol=1e-15, rtol=1e-15)
        least = minimize_scalar(loss, bounds=(-6, 6), method="bounded", options={"xatol": 1e-12})
        assert abs(least.x - u) < 1e-5 and loss(u) <= least.fun + 1e-14
        result.append({"name": f"{rows}x{columns}", "columns": columns, "labels": labels.tolist(), "logits": given.ravel().tolist(),
                       "temperature": float(np.exp(u)), "lossBefore": float(loss(0.0)), "lossAfter": float(loss(u))})
    return result


def thresholds():
    result = []
    for number in range(12):
        rows = int(generator.integers(4, 60))
        labels = generator.integers(0, 2, rows)
        labels[:2] = [0, 1]
        scores = np.clip(generator.normal(0.4 + 0.25 * labels, 0.25), 0, 1).round(1 if number % 2 else 6)
        costs = {"falsePositiveCost": 1.0, "falseNegativeCost": float(generator.integers(1, 8))}
        distinct = np.unique(scores)
        trials = [*distinct, 2.0]
        best = {}
        for objective, value in {
            "f1": lambda y, d: f1_score(y, d, zero_division=0),
            "mcc": matthews_corrcoef,
            "youden": lambda y, d: recall_score(y, d) + recall_score(y, d, pos_label=0) - 1,
            "accuracy": accuracy_score,
            "cost": lambda y, d: -(costs["falsePositiveCost"] * ((d == 1) & (y == 0)).sum()
                                   + costs["falseNegativeCost"] * ((d == 0) & (y == 1)).sum()),
        }.items():
            best[objective] = float(max(value(labels, (scores >= t).astype(int)) for t in trials))
        best["cost"] = -best["cost"]
        result.append({"name": f"{number}-of-{rows}", "labels": labels.tolist(), "scores": scores.tolist(), "costs": costs, "best": best})
    return result


def quantiles():
    values = np.sort(generator.normal(size=37))
    shares = [0, 0.025, 0.1, 0.5, 0.9, 0.975, 1]
    return {"values": values.tolist(), "shares": shares, "expected": np.quantile(values, shares).tolist()}


def bootstraps():
    labels = generator.integers(0, 2, 200)
    scores = np.clip(generator.normal(0.4 + 0.2 * labels, 0.2), 0, 1)
    figures = {"mean": lambda y, s: s.mean(), "accuracy": lambda y, s: (y == (s >= 0.5)).mean(), "roc_auc": lambda y, s: roc_auc_score(y, s)}
    expected = {}
    for name, figure in figures.items():
        done = bootstrap((labels, scores), figure, paired=True, vectorized=False, n_resamples=20000, method="percentile",
                         confidence_level=0.95, rng=np.random.default_rng(1))
        expected[name] = {"low": float(done.confidence_interval.low), "high": float(done.confidence_interval.high),
                          "standardError": float(done.standard_error)}
    return {"labels": labels.tolist(), "scores": scores.tolist(), "expected": expected}


out = pathlib.Path(__file__).parents[2] / "packages/train/test/golden/metrics.json"
content = {
    "origin": f"tools/reference/metrics.py with seqeval 1.2.2, scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}",
    "entities": entities(),
    "temperatures": temperatures(),
    "thresholds": thresholds(),
    "quantiles": quantiles(),
    "bootstrap": bootstraps(),
}
out.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
