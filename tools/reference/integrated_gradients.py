"""Writes packages/heads/test/golden/integrated-gradients.json: attributions of Captum's LayerIntegratedGradients over the word
embeddings of the models in tools/testkit/golden/heads, whose weights, inputs and sizes are read from there. The baseline has
[PAD] for every token but the first and the last of each text. captum 0.9.0, transformers 5.18.0, torch 2.13.0.

    python tools/reference/integrated_gradients.py tools/testkit/golden/heads packages/heads/test/golden/integrated-gradients.json
"""
import json
import sys

import torch
from captum.attr import LayerIntegratedGradients
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification

TASKS = {"sequence-classification-2": 1, "sequence-classification-5": 3, "sequence-multilabel-4": 2, "sequence-regression-1": 0}
STEPS = [8, 50]


def model_of(task, config, golden):
    logits = golden["output/logits"].shape[1]
    model = BertForSequenceClassification(BertConfig(**{**config, "num_labels": logits}, attn_implementation="eager"))
    state = {name.removeprefix("param/"): value for name, value in golden.items() if name.startswith("param/")}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all("position_ids" in name for name in missing), (missing, unexpected)
    return model.eval()


def main(folder, target):
    index = json.load(open(f"{folder}/index.json"))
    result = {}
    for task, column in TASKS.items():
        golden = load_file(f"{folder}/{task}.safetensors")
        model = model_of(task, index[task]["config"], golden)
        ids, mask, types = (golden[f"input/{name}"].long() for name in ("input_ids", "attention_mask", "token_type_ids"))
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits
            assert torch.allclose(logits, golden["output/logits"], atol=5e-5)
        last = mask.sum(1) - 1
        kept = sorted({*ids[:, 0].tolist(), *ids[torch.arange(len(ids)), last].tolist()})
        baseline = torch.where(torch.isin(ids, torch.tensor(kept)), ids, torch.zeros_like(ids))

        def score(ids, mask, types):
            return model(input_ids=ids, attention_mask=mask, token_type_ids=types).logits[:, column]

        attribute = LayerIntegratedGradients(score, model.bert.embeddings.word_embeddings).attribute
        entry = {"column": column, "kept": kept, "steps": {}}
        with torch.no_grad():
            entry["score"] = score(ids, mask, types).tolist()
            entry["baselineScore"] = score(baseline, mask, types).tolist()
        for steps in STEPS:
            values, delta = attribute(
                ids, baseline, additional_forward_args=(mask, types), n_steps=steps, return_convergence_delta=True
            )
            entry["steps"][steps] = {"tokens": values.sum(-1).tolist(), "delta": delta.tolist()}
            print(task, steps, "delta", delta.abs().max().item(), "largest", values.sum(-1).abs().max().item())
        result[task] = entry
    with open(target, "w") as file:
        json.dump(result, file)


main(*sys.argv[1:])
