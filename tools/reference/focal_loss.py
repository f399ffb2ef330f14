"""Focal loss and its gradients, for packages/heads/test/golden/focal-loss.json.

Written as a formulation in torch from the paper (arXiv:1708.02002), float64, gradients by autograd: cross-entropy of every
class or element from torch's own functions, times (1 - p)^gamma; class weights, smoothing and divisors as torch's
cross_entropy has them. Run with torch 2.13.0 first; then Keras 3.15.1's CategoricalFocalCrossentropy and
BinaryFocalCrossentropy (TensorFlow 2.21.0) check every case that they know (no weights, no ignored rows):
    /work/.peers/bin/python tools/reference/focal_loss.py
    /work/.tfvenv/bin/python tools/reference/focal_loss.py --check
"""

import json
import pathlib
import sys

PATH = pathlib.Path(__file__).parents[2] / "packages/heads/test/golden/focal-loss.json"
IGNORED = -100


def softmax_cases(torch):
    import torch.nn.functional as F

    generator = torch.Generator().manual_seed(7)
    ordinary = torch.randn(6, 4, generator=generator, dtype=torch.float64) * 2
    extreme = torch.tensor([[40.0, -40, 0, 1], [-60, 3, 3, 3], [0, 0, 0, 0], [9, 8.5, -2, 1]], dtype=torch.float64)
    two = torch.randn(5, 2, generator=generator, dtype=torch.float64) * 3
    for logits, labels, weights in [
        (ordinary, [0, 1, 2, 3, 1, 1], [0.5, 2.0, 1.0, 3.0]),
        (ordinary, [IGNORED, 1, 2, IGNORED, 1, 0], [0.5, 2.0, 1.0, 3.0]),
        (extreme, [0, 0, 2, 1], [1.0, 4.0, 0.25, 1.0]),
        (two, [0, 1, 1, 0, 1], [0.3, 1.7]),
    ]:
        for gamma in [0.5, 1.0, 2.0, 5.0]:
            for smoothing in [0.0, 0.1]:
                for mean in [None, "sum-of-weights", "examples"]:
                    x = logits.clone().requires_grad_()
                    y = torch.tensor(labels)
                    kept = y != IGNORED
                    classes = logits.shape[1]
                    hard = F.one_hot(y[kept], classes).double()
                    soft = hard * (1 - smoothing) + smoothing / classes
                    w = torch.tensor(weights, dtype=torch.float64) if mean else torch.ones(classes, dtype=torch.float64)
                    of_row = hard @ w
                    soft = soft * (of_row[:, None] if mean == "examples" else w)
                    log_p = F.log_softmax(x[kept], dim=1)
                    missing = (1 - log_p.exp()).clamp_min(1e-30)
                    rows = -(soft * missing**gamma * log_p).sum(1)
                    divisor = of_row.sum() if mean == "sum-of-weights" else kept.sum()
                    loss = rows.sum() / divisor
                    loss.backward()
                    yield {
                        "kind": "softmax",
                        "gamma": gamma,
                        "smoothing": smoothing,
                        "classWeights": weights if mean else None,
                        "weightedMean": mean,
                        "logits": logits.tolist(),
                        "labels": labels,
                        "loss": loss.item(),
                        "grad": x.grad.tolist(),
                    }


def sigmoid_cases(torch):
    import torch.nn.functional as F

    generator = torch.Generator().manual_seed(8)
    ordinary = torch.randn(5, 3, generator=generator, dtype=torch.float64) * 2
    extreme = torch.tensor([[35.0, -35, 0], [-50, 50, 1]], dtype=torch.float64)
    one = torch.randn(6, 1, generator=generator, dtype=torch.float64) * 3
    for logits, targets, positive, pair in [
        (ordinary, [[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 1], [0, 1, 0]], [2.0, 0.5, 3.0], None),
        (extreme, [[1, 1, 0], [1, 1, 1]], [2.0, 0.5, 3.0], None),
        (one, [[0], [1], [1], [0], [1], [0]], None, [0.6, 2.5]),
    ]:
        for gamma in [0.5, 1.0, 2.0, 5.0]:
            for smoothing in [0.0, 0.1]:
                for weighted in [None, "sum-of-weights", "examples"]:
                    if positive and weighted == "examples":
                        continue
                    x = logits.clone().requires_grad_()
                    y = torch.tensor(targets, dtype=torch.float64)
                    z = y * (1 - smoothing) + smoothing / 2
                    pos = torch.tensor(positive, dtype=torch.float64) if weighted and positive else None
                    ce = F.binary_cross_entropy_with_logits(x, z, pos_weight=pos, reduction="none")
                    missing = torch.sigmoid(x) * (1 - z) + torch.sigmoid(-x) * z
                    elements = missing.clamp_min(1e-30) ** gamma * ce
                    divisor = torch.tensor(float(logits.numel()), dtype=torch.float64)
                    if weighted and pair:
                        w = pair[0] + (pair[1] - pair[0]) * y
                        elements = elements * w
                        if weighted == "sum-of-weights":
                            divisor = w.sum()
                    loss = elements.sum() / divisor
                    loss.backward()
                    yield {
                        "kind": "sigmoid",
                        "gamma": gamma,
                        "smoothing": smoothing,
                        "positiveWeights": positive if weighted else None,
                        "classWeights": pair if weighted else None,
                        "weightedMean": weighted,
                        "logits": logits.tolist(),
                        "labels": targets,
                        "loss": loss.item(),
                        "grad": x.grad.tolist(),
                    }


def check():
    import keras
    import numpy as np

    keras.config.set_floatx("float64")
    checked = 0
    for case in json.loads(PATH.read_text())["cases"]:
        if case["weightedMean"] or np.abs(case["logits"]).max() > 30 or IGNORED in case["labels"]:
            continue  # Keras clips probabilities, knows no weights inside
        logits = np.array(case["logits"])
        options = {"gamma": case["gamma"], "from_logits": True, "label_smoothing": case["smoothing"]}
        if case["kind"] == "softmax":
            targets = np.eye(logits.shape[1])[case["labels"]]
            loss = keras.losses.CategoricalFocalCrossentropy(alpha=1.0, **options)(targets, logits)
        else:
            targets = np.array(case["labels"], dtype="float64")
            loss = keras.losses.BinaryFocalCrossentropy(**options)(targets, logits)
        assert abs(float(loss) - case["loss"]) < 1e-6 * max(1, case["loss"]), (case, float(loss))
        checked += 1
    print(f"Keras agrees on {checked} cases")


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    else:
        import torch

        cases = [*softmax_cases(torch), *sigmoid_cases(torch)]
        PATH.write_text(json.dumps({"torch": torch.__version__, "cases": cases}) + "\n")
        print(len(cases), "cases")
