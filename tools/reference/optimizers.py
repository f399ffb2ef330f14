"""Traces of the optimisers on gradients that are known in closed form, for packages/train/test/golden/optimizers.json.

The model: parameters p of several shapes; the gradient of every parameter at p in step t on micro-batch b is
    g = a * (p - target) + wave,   wave[i] = amplitude * sin(1.7 * i + 0.9 * t + 2.3 * b)
i.e. that of the loss  sum(a/2 * (p - target)^2 + wave * p), so that it depends on the parameters as a real one does.

SGD and AdamW are torch's own classes, clipping is torch's clip_grad_norm_, schedules are transformers'. Google's
AdamWeightDecayOptimizer (google-research/bert, optimization.py) and Keras's Adam are written out in float64 from their
published update rules, since TensorFlow 1 and Keras are not at hand here; the traces of whole models under tools/testkit/golden/train
were written by the originals. Confidence intervals are scipy's. Run with torch 2.13.0:
    /work/.peers/bin/python tools/reference/optimizers.py
"""

import json
import math
import pathlib

import numpy as np
import torch
import transformers
from scipy.stats import binomtest

SHAPES = {
    "encoder.layer.0.attention.self.query.weight": [3, 4],
    "encoder.layer.0.attention.self.query.bias": [4],
    "encoder.layer.0.attention.output.LayerNorm.weight": [5],
    "embeddings.word_embeddings.weight": [6, 2],
}
STEPS = 20
A, AMPLITUDE = 0.7, 0.4


def size(name):
    return math.prod(SHAPES[name])


def start(name):
    return np.array([math.cos(0.6 * i + len(name)) for i in range(size(name))]).reshape(SHAPES[name])


def target(name):
    return np.array([math.sin(0.3 * i) for i in range(size(name))]).reshape(SHAPES[name])


def gradient(name, p, step, micro):
    wave = AMPLITUDE * np.array([math.sin(1.7 * i + 0.9 * step + 2.3 * micro) for i in range(size(name))])
    return A * (p - target(name)) + wave.reshape(SHAPES[name])


def decays(name):
    return not ("LayerNorm" in name or "layer_norm" in name or name.endswith("bias"))


def mean_gradient(name, p, step, shares):
    """Of several micro-batches, each with its share in the loss."""
    return sum(share * gradient(name, p, step, micro) for micro, share in enumerate(shares))


def lr_of(case, step):
    lr = case["learningRate"]
    warmup = case.get("warmupSteps", 0)
    if case.get("schedule") == "linear":
        probe = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
        schedule = transformers.get_linear_schedule_with_warmup(probe, warmup, STEPS)
        for _ in range(step):
            probe.step()
            schedule.step()
        return schedule.get_last_lr()[0]
    if case.get("schedule") == "google-linear":
        return lr * step / warmup if step < warmup else lr * (1 - step / STEPS)
    return lr


def torch_trace(case):
    params = {n: torch.nn.Parameter(torch.tensor(start(n), dtype=torch.float64)) for n in SHAPES}
    wd = case.get("weightDecay", 0.0)
    groups = [
        {"params": [p for n, p in params.items() if decays(n)], "weight_decay": wd},
        {"params": [p for n, p in params.items() if not decays(n)], "weight_decay": 0.0},
    ]
    if case["kind"] == "sgd":
        optimizer = torch.optim.SGD(groups, lr=case["learningRate"], momentum=case.get("momentum", 0.0))
    else:
        optimizer = torch.optim.AdamW(groups, lr=case["learningRate"], betas=(case.get("beta1", 0.9), case.get("beta2", 0.999)),
                                      eps=case.get("epsilon", 1e-8))
    norms = []
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = lr_of(case, step)
        for n, p in params.items():
            p.grad = torch.tensor(mean_gradient(n, p.detach().numpy(), step, case.get("shares", [1.0])))
        if "clipNorm" in case:
            norms.append(float(torch.nn.utils.clip_grad_norm_(params.values(), case["clipNorm"])))
        optimizer.step()
    return {n: p.detach().numpy() for n, p in params.items()}, norms


def written_out_trace(case):
    p = {n: start(n) for n in SHAPES}
    m = {n: np.zeros(SHAPES[n]) for n in SHAPES}
    v = {n: np.zeros(SHAPES[n]) for n in SHAPES}
    b1, b2 = case.get("beta1", 0.9), case.get("beta2", 0.999)
    norms = []
    for step in range(STEPS):
        lr = lr_of(case, step)
        g = {n: mean_gradient(n, p[n], step, case.get("shares", [1.0])) for n in SHAPES}
        if "clipNorm" in case:
            norm = math.sqrt(sum(float((x * x).sum()) for x in g.values()))
            norms.append(norm)
            g = {n: x * case["clipNorm"] / max(norm, case["clipNorm"]) for n, x in g.items()}  # tf.clip_by_global_norm
        for n in SHAPES:
            m[n] = b1 * m[n] + (1 - b1) * g[n]
            v[n] = b2 * v[n] + (1 - b2) * g[n] ** 2
            if case["kind"] == "bert-adam":
                update = m[n] / (np.sqrt(v[n]) + case.get("epsilon", 1e-6))
                if decays(n):
                    update = update + case.get("weightDecay", 0.01) * p[n]
                p[n] = p[n] - lr * update
            else:  # keras.optimizers.Adam: epsilon joins the uncorrected root
                alpha = lr * math.sqrt(1 - b2 ** (step + 1)) / (1 - b1 ** (step + 1))
                p[n] = p[n] - alpha * m[n] / (np.sqrt(v[n]) + case.get("epsilon", 1e-7))
    return p, norms


CASES = [
    {"name": "sgd plain", "kind": "sgd", "learningRate": 0.05},
    {"name": "sgd momentum", "kind": "sgd", "learningRate": 0.02, "momentum": 0.9},
    {"name": "sgd momentum, decay, clipping", "kind": "sgd", "learningRate": 0.02, "momentum": 0.9, "weightDecay": 0.1, "clipNorm": 0.5},
    {"name": "adamw plain", "kind": "adamw", "learningRate": 0.01},
    {"name": "adamw decay", "kind": "adamw", "learningRate": 0.01, "weightDecay": 0.3},
    {"name": "adamw large epsilon", "kind": "adamw", "learningRate": 0.01, "epsilon": 0.05, "beta1": 0.8, "beta2": 0.95},
    {"name": "adamw decay, clipping, linear warm-up", "kind": "adamw", "learningRate": 0.02, "weightDecay": 0.1, "clipNorm": 1.0,
     "schedule": "linear", "warmupSteps": 4},
    {"name": "adamw three micro-batches", "kind": "adamw", "learningRate": 0.01, "weightDecay": 0.1, "clipNorm": 1.0,
     "shares": [0.5, 0.3, 0.2]},
    {"name": "bert-adam", "kind": "bert-adam", "learningRate": 0.005, "weightDecay": 0.01},
    {"name": "bert-adam strong decay, large epsilon", "kind": "bert-adam", "learningRate": 0.005, "weightDecay": 0.5, "epsilon": 0.05},
    {"name": "bert-adam clipping, warm-up", "kind": "bert-adam", "learningRate": 0.005, "weightDecay": 0.01, "clipNorm": 1.0,
     "schedule": "google-linear", "warmupSteps": 2},
    {"name": "keras adam", "kind": "adam", "learningRate": 0.01},
    {"name": "keras adam large epsilon", "kind": "adam", "learningRate": 0.01, "epsilon": 0.05},
]

traces = []
for case in CASES:
    final, norms = (torch_trace if case["kind"] in ("sgd", "adamw") else written_out_trace)(case)
    traces.append({**case, "final": {n: x.ravel().tolist() for n, x in final.items()}, "gradientNorms": norms})

intervals = []
for successes, total in [(0, 10), (10, 10), (7, 10), (1, 3), (235, 300), (999, 1000), (50, 100)]:
    ci = binomtest(successes, total).proportion_ci(confidence_level=0.95, method="wilson")
    intervals.append({"successes": successes, "total": total, "low": float(ci.low), "high": float(ci.high)})

target_folder = pathlib.Path(__file__).parents[2] / "packages/train/test/golden"
target_folder.mkdir(exist_ok=True)
(target_folder / "optimizers.json").write_text(json.dumps({
    "producer": f"torch {torch.__version__}, transformers {transformers.__version__}, numpy {np.__version__}, float64",
    "shapes": SHAPES, "steps": STEPS, "a": A, "amplitude": AMPLITUDE,
    "start": {n: start(n).ravel().tolist() for n in SHAPES},
    "target": {n: target(n).ravel().tolist() for n in SHAPES},
    "cases": traces, "wilson": intervals,
}, indent=1) + "\n")
