"""Labels that cleanlab takes for wrong, for packages/train/test/golden/label-issues.json. In a Python of its own:
    pip install cleanlab==2.9.0 && python tools/reference/label_issues.py
cleanlab rounds counts with numpy's argsort, which orders equal values as the processor's instructions have it; here it is the
stable sort, so that the file is the same everywhere. How many of the cases differ without it is printed.
"""

import json
import pathlib
import warnings

import cleanlab
import numpy as np
from cleanlab.count import compute_confident_joint, get_confident_thresholds
from cleanlab.filter import find_label_issues

PATH = pathlib.Path(__file__).parents[2] / "packages/train/test/golden/label-issues.json"
FILTERS = ["prune_by_noise_rate", "prune_by_class", "both", "confident_learning"]


def case(name, rows, classes, noise, sharpness, seed, prior=None, shift=0.0):
    rng = np.random.default_rng(seed)
    true = rng.choice(classes, rows, p=prior)
    given = np.where(rng.random(rows) < noise, rng.integers(0, classes, rows), true)
    for k in range(classes):  # cleanlab wants every class to be there at least once
        if prior is None or prior[k] > 0:
            given[k] = k
    logits = rng.normal(size=(rows, classes))
    logits[np.arange(rows), true] += sharpness
    logits[:, 0] += shift
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    p = np.round(p, 7)
    p[:, -1] = 1 - p[:, :-1].sum(1)
    p = np.clip(p, 0, 1)
    joint, off = compute_confident_joint(given, p, return_indices_of_off_diagonals=True)
    result = {"name": name, "classes": classes, "labels": given.tolist(), "probabilities": p.round(7).tolist()}
    p = np.array(result["probabilities"])
    thresholds = get_confident_thresholds(given, p)
    result["thresholds"] = [t if t < 2 else None for t in thresholds.tolist()]
    result["joint"] = compute_confident_joint(given, p).tolist()
    result["issues"] = {
        by: find_label_issues(
            given, p, filter_by=by, return_indices_ranked_by="self_confidence", n_jobs=1
        ).tolist()
        for by in FILTERS
    }
    assert all(result["issues"]) or name == "clean", name
    return result


def all_cases():
    return [
        case("two classes", 120, 2, 0.2, 2.5, 1),
        case("two classes, a model that prefers one", 100, 2, 0.15, 2.0, 2, shift=1.0),
        case("five classes", 250, 5, 0.25, 3.0, 3),
        case("rare class", 200, 3, 0.1, 3.0, 4, prior=[0.8, 0.18, 0.02]),
        case("a class without examples", 150, 4, 0.0, 2.0, 5, prior=[0.5, 0.3, 0.2, 0.0]),
        case("a weak model", 150, 4, 0.4, 0.5, 6),
        case("clean", 80, 3, 0.0, 9.0, 7),
        case("twelve classes", 240, 12, 0.3, 3.0, 8),
        case("hardly any examples", 8, 3, 0.5, 1.0, 9),
    ]


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    as_is = all_cases()
    argsort = np.argsort
    np.argsort = lambda values, **options: argsort(values, **{"kind": "stable", **options})
    cases = all_cases()
    PATH.write_text(json.dumps({"cleanlab": cleanlab.__version__, "cases": cases}) + "\n")
    for one, other in zip(cases, as_is):
        same = "" if one == other else " (others without the stable sort)"
        print(one["name"], {by: len(found) for by, found in one["issues"].items()}, same)
