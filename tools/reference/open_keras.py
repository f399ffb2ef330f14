"""Opens what packages/bert wrote for TensorFlow with the libraries it is for, and holds the outputs against golden data.

    python open_keras.py FOLDER EXPECTED.safetensors

FOLDER is a preset of KerasHub (KerasHub 0.32.0 on TensorFlow 2.21.0), or has a tf_model.h5 and Hugging Face's config.json
(transformers 4.57.6 with tf_keras 2.21.0). Of a config.json that names an architecture, that class opens it; else TFBertModel.
"""

import json
import os
import sys
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", KERAS_BACKEND="tensorflow", USE_TORCH="0", TF_USE_LEGACY_KERAS="1")

import numpy as np
from safetensors.numpy import load_file

folder, expected = Path(sys.argv[1]), load_file(sys.argv[2])
config = json.loads((folder / "config.json").read_text())
cases = sorted({name.split("/")[0] for name in expected} & {"plain", "right-padded", "left-padded", "holes", "max-length"})
worst = {}


def hold(what, found, case, key):
    if f"{case}/{key}" in expected:
        difference = np.abs(np.array(found) - expected[f"{case}/{key}"]).max()
        worst[what] = max(worst.get(what, 0.0), float(difference))


def inputs(case):
    ids = expected[f"{case}/input_ids"]
    mask = expected.get(f"{case}/attention_mask", np.ones_like(ids))
    types = expected.get(f"{case}/token_type_ids", np.zeros_like(ids))
    return ids, mask, types


if "registered_name" in config:
    import keras_hub

    backbone = keras_hub.models.BertBackbone.from_preset(str(folder))
    for case in cases:
        ids, mask, types = inputs(case)
        output = backbone({"token_ids": ids, "padding_mask": mask, "segment_ids": types})
        hold("hidden states", output["sequence_output"], case, f"hidden_states.{backbone.num_layers}")
        hold("pooled output", output["pooled_output"], case, "pooler_output")
    lacking = []
    if (folder / "task.json").exists():
        task = keras_hub.models.BertTextClassifier.from_preset(str(folder), preprocessor=None)
        print("task", task.name, task.get_layer("logits").kernel.shape)
else:
    import transformers

    architecture = (config.get("architectures") or ["BertModel"])[0]
    model, information = getattr(transformers, f"TF{architecture}").from_pretrained(folder, output_loading_info=True)
    lacking = [name for names in information.values() for name in names]
    for case in cases:
        ids, mask, types = inputs(case)
        output = model(input_ids=ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True)
        for i, states in enumerate(output.hidden_states):
            hold("hidden states", states, case, f"hidden_states.{i}")
        for what, key in [("pooler_output", "pooler_output"), ("prediction_logits", "mlm_logits"), ("seq_relationship_logits", "nsp_logits")]:
            if what in output:
                hold(what, output[what], case, key)

print(json.dumps({"differences": worst, "missing or unexpected": lacking}))
sys.exit(1 if lacking or not worst or max(worst.values()) > 5e-5 else 0)
