"""Range tests of fastai's learning-rate finder, for packages/train/test/golden/range-test.json.

The model is the quadratic of optimizers.py without its wave: loss sum(a/2 * (p - target)^2), and a logistic regression on
fixed points, trained by torch's SGD and AdamW under fastai's own LRFinder: it sets the rate of every step, smooths the
losses, ends the test when they diverge. The suggestions are its functions `steep` and `minimum`, called as `lr_find` does.
Run with fastai 2.8.12 and torch 2.13.0:
    PYTHONPATH=<folder with fastai> /work/.peers/bin/python tools/reference/range_test.py
"""

import json
import math
import pathlib
import sys

import fastai
import torch
from fastai.basics import DataLoaders, Learner, OptimWrapper, tensor
from fastai.callback.schedule import LRFinder, minimum, steep

STEPS = 60
POINTS = 64


class Quadratic(torch.nn.Module):
    """Parameters whose loss is known in closed form; what goes in does not matter."""

    def __init__(self, start, target, a):
        super().__init__()
        self.p = torch.nn.Parameter(torch.tensor(start))
        self.target, self.a = torch.tensor(target), a

    def forward(self, x):
        return (self.a / 2 * (self.p - self.target) ** 2).sum()


class Logistic(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(3, 2))

    def forward(self, x):
        return x @ self.weight


def points():
    """Not separable: the loss has a minimum that large steps overshoot."""
    x = [[math.sin(1.3 * i), math.cos(2.1 * i), 1.0] for i in range(POINTS)]
    y = [int(a - 0.5 * b + 0.8 * math.sin(7.7 * i) > 0) for i, (a, b, _) in enumerate(x)]
    return torch.tensor(x), torch.tensor(y)


def find(model, loss, optimizer, start_lr, end_lr, stop_div=True):
    x, y = points()
    batches = [(x, y)] * (STEPS + 1)
    dls = DataLoaders(batches, [(x, y)], device="cpu")
    learn = Learner(dls, model, loss_func=loss, opt_func=lambda params, lr: OptimWrapper(params, optimizer, lr=lr), metrics=[])
    raw = []
    learn.add_cb(type("Raw", (__import__("fastai.callback.core", fromlist=["Callback"]).Callback,), {
        "order": -1, "after_loss": lambda self: raw.append(self.learn.loss_grad.item())})())
    before = [p.detach().clone() for p in model.parameters()]
    with learn.no_bar(), learn.no_logging():
        learn.fit(1, cbs=LRFinder(start_lr, end_lr, STEPS, stop_div))
    assert all(torch.equal(a, b) for a, b in zip(before, model.parameters()))
    recorder = learn.recorder
    lrs, losses = tensor(recorder.lrs[STEPS // 10 : -5]), tensor(recorder.losses[STEPS // 10 : -5])
    return {
        "steps": STEPS,
        "learningRates": [float(lr) for lr in recorder.lrs],
        "losses": raw,
        "smoothedLosses": [float(loss) for loss in recorder.losses],
        "steepest": steep(lrs, losses, STEPS)[0],
        "tenthOfMinimum": minimum(lrs, losses, STEPS)[0],
    }


def main():
    torch.set_default_dtype(torch.float32)
    quadratic = dict(start=[1.5, -0.75, 0.25, 2.0], target=[0.5, 0.5, -0.5, 1.0], a=0.8)
    cases = {
        "quadratic, sgd": find(Quadratic(**quadratic), lambda out, *_: out, torch.optim.SGD, 1e-3, 100),
        "logistic, sgd": find(Logistic(), torch.nn.functional.cross_entropy, torch.optim.SGD, 1e-3, 1000),
        "logistic, adamw": find(
            Logistic(),
            torch.nn.functional.cross_entropy,
            lambda params, **kw: torch.optim.AdamW(params, weight_decay=0.01, **kw),
            1e-4, 100,
        ),
    }
    x, y = points()
    golden = {
        "producer": f"fastai {fastai.__version__}, torch {torch.__version__}",
        "smoothing": 0.98,
        "divergence": 4,
        "quadratic": quadratic,
        "points": {"x": x.tolist(), "y": y.tolist()},
        "cases": cases,
    }
    target = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    target = target or pathlib.Path(__file__).parents[2] / "packages/train/test/golden/range-test.json"
    target.write_text(json.dumps(golden) + "\n")
    for name, case in cases.items():
        print(name, len(case["losses"]), "steps; steepest", case["steepest"], "min/10", case["tenthOfMinimum"])


main()
