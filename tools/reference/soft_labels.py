"""Knowledge distillation (Hinton et al., arXiv:1503.02531), for packages/heads/test/golden/soft-labels.json.

Losses and gradients of logits in float64, by torch's own cross_entropy and kl_div, example by example; and of a whole
classifier of transformers in float32 without dropout, on the weights and texts of
tools/testkit/golden/heads/sequence-classification-5.safetensors. Run with torch 2.13.0 and transformers 5.18.0:
    /work/.peers/bin/python tools/reference/soft_labels.py
"""

import json
import pathlib

import torch
import torch.nn.functional as F
import transformers
from safetensors.numpy import load_file
from transformers import BertConfig, BertForSequenceClassification

ROOT = pathlib.Path(__file__).parents[2]
PATH = ROOT / "packages/heads/test/golden/soft-labels.json"
HEADS = ROOT / "tools/testkit/golden/heads"
UNLABELLED = -100


def distillation(student, teacher, labels, weight, temperature, smoothing=0.0, class_weights=None):
    rows = []
    for s, t, label in zip(student, teacher, labels):
        divergence = F.kl_div(
            F.log_softmax(s / temperature, 0), F.log_softmax(t / temperature, 0), reduction="sum", log_target=True
        )
        soft = temperature**2 * divergence
        if label == UNLABELLED:
            rows.append(soft)
            continue
        hard = F.cross_entropy(s[None], torch.tensor([label]), label_smoothing=smoothing)
        if class_weights:
            hard = hard * class_weights[label]
        rows.append((1 - weight) * hard + weight * soft)
    return torch.stack(rows).mean()


def cases():
    generator = torch.Generator().manual_seed(11)

    def random(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    ordinary = (random(6, 4) * 2, random(6, 4) * 3)
    extreme = (
        torch.tensor([[40.0, -40, 0, 1], [-60, 3, 3, 3], [0, 0, 0, 0]], dtype=torch.float64),
        torch.tensor([[-30.0, 50, 0, 1], [-60, 3, 3, 3], [90, 0, 0, -90]], dtype=torch.float64),
    )
    two = (random(5, 2) * 3, random(5, 2))
    for (student, teacher), labels, class_weights in [
        (ordinary, [0, 1, 2, 3, 1, 1], [0.5, 2.0, 1.0, 3.0]),
        (ordinary, [UNLABELLED, 1, 2, UNLABELLED, 1, 0], [0.5, 2.0, 1.0, 3.0]),
        (extreme, [0, 0, 2], [1.0, 4.0, 0.25, 1.0]),
        (two, [UNLABELLED] * 5, [0.3, 1.7]),
    ]:
        for weight in [0.0, 0.3, 1.0]:
            for temperature in [0.5, 1.0, 2.0, 5.0]:
                for smoothing, weights in [(0.0, None), (0.1, class_weights)]:
                    x = student.clone().requires_grad_()
                    loss = distillation(x, teacher, labels, weight, temperature, smoothing, weights)
                    loss.backward()
                    yield {
                        "weight": weight,
                        "temperature": temperature,
                        "smoothing": smoothing,
                        "classWeights": weights,
                        "logits": student.tolist(),
                        "teacher": teacher.tolist(),
                        "labels": labels,
                        "loss": loss.item(),
                        "grad": x.grad.tolist(),
                    }


def classifier():
    name = "sequence-classification-5"
    config = json.loads((HEADS / "index.json").read_text())[name]["config"]
    golden = load_file(HEADS / f"{name}.safetensors")
    model = BertForSequenceClassification(
        BertConfig(**{**config, "hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0})
    ).eval()
    weights = {key[6:]: torch.tensor(value) for key, value in golden.items() if key.startswith("param/")}
    model.load_state_dict(weights, strict=False)
    inputs = {key[6:]: torch.tensor(value).long() for key, value in golden.items() if key.startswith("input/")}
    labels = golden["label/labels"].reshape(-1).tolist()
    labels[-1] = UNLABELLED
    teacher = torch.randn(len(labels), 5, generator=torch.Generator().manual_seed(12)) * 2
    loss = distillation(model(**inputs).logits, teacher, labels, 0.7, 3.0)
    loss.backward()
    watched = ["classifier.weight", "bert.pooler.dense.bias", "bert.encoder.layer.0.attention.self.query.weight"]
    parameters = dict(model.named_parameters())
    return {
        "weight": 0.7,
        "temperature": 3.0,
        "labels": labels,
        "teacher": teacher.tolist(),
        "loss": loss.item(),
        "grads": {key: parameters[key].grad.tolist() for key in watched},
    }


if __name__ == "__main__":
    written = list(cases())
    source = {"torch": torch.__version__, "transformers": transformers.__version__}
    PATH.write_text(json.dumps({**source, "classifier": classifier(), "cases": written}) + "\n")
    print(len(written), "cases")
