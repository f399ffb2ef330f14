"""Opens a folder that @bertune saved in transformers and compares what it computes with what we computed.

Run by hand, not by the tests:

    python tools/reference/open-saved-model.py FOLDER OUTPUTS.safetensors [--tolerance 1e-4]

FOLDER is opened as it is, with the class its config.json names. OUTPUTS holds the inputs `input_ids`,
`attention_mask` and `token_type_ids` (any dtype; the last two may be absent) and any of our outputs
`last_hidden_state`, `pooler_output`, `logits` and `hidden_states.0` to `hidden_states.L`. Tensors may carry a case
before their name, `padded/input_ids`; every case is run. The largest difference of each output is printed.

Exit 0 when no difference exceeds the tolerance and no weight is missing, unexpected or of another shape; else 1.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file

INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def open_model(folder: pathlib.Path):
    """The model in evaluation mode, and what transformers says about its weights."""
    architecture = json.loads((folder / "config.json").read_text())["architectures"][0]
    model, report = getattr(transformers, architecture).from_pretrained(
        folder, output_loading_info=True, attn_implementation="eager", dtype=torch.float32
    )
    return model.eval(), {key: sorted(map(str, names)) for key, names in report.items() if names}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("outputs", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()

    model, report = open_model(options.folder)
    print(f"{type(model).__name__}, transformers {transformers.__version__}, torch {torch.__version__}")
    for key, names in report.items():
        print(f"{key}: {names}")

    ours = load_file(options.outputs)
    cases = {}
    for name, tensor in ours.items():
        case, _, short = name.rpartition("/")
        cases.setdefault(case, {})[short] = tensor
    worst = 0.0
    compared = 0
    for case, tensors in sorted(cases.items()):
        inputs = {name: tensors.pop(name).long() for name in INPUTS if name in tensors}
        with torch.no_grad():
            theirs = model(**inputs, output_hidden_states=True)
        for name, tensor in sorted(tensors.items()):
            key, _, index = name.partition(".")
            reference = theirs[key][int(index)] if index else theirs[key]
            if reference.shape != tensor.shape:
                print(f"{case}/{name}: shape {list(tensor.shape)}, reference {list(reference.shape)}")
                return 1
            difference = (reference - tensor).abs().max().item()
            compared += 1
            # Not `max`: a NaN must stay.
            worst = difference if not difference <= worst else worst
            print(f"{case + '/' if case else ''}{name} {list(tensor.shape)}: largest difference {difference:.3g}")
    print(f"{compared} outputs, largest difference {worst:.3g}, tolerance {options.tolerance:g}")
    return 0 if compared > 0 and worst <= options.tolerance and not report else 1


if __name__ == "__main__":
    sys.exit(main())
