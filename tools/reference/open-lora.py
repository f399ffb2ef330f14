"""Opens adapters that `saveLora` wrote in PEFT, on the base model under them, and compares the logits with ours.

    node tools/reference/open-lora.mjs FOLDER        writes base models, adapters and our logits
    python tools/reference/open-lora.py FOLDER       opens them; exit 1 above 5e-5

Also merges in PEFT and compares with our merged folder. Tried with peft 0.21.0, transformers 5.18.0, torch 2.13.0.
"""

import json
import pathlib
import sys

import torch
from peft import PeftModel
from transformers import BertForSequenceClassification

worst = 0.0
for case in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    expected = json.loads((case / "logits.json").read_text())
    inputs = {name: torch.tensor(rows) for name, rows in expected["inputs"].items()}
    base = BertForSequenceClassification.from_pretrained(case / "base").eval()
    ours = torch.tensor(expected["logits"])
    adapted = PeftModel.from_pretrained(base, case / "adapter").eval()
    folded = BertForSequenceClassification.from_pretrained(case / "folded").eval()
    with torch.no_grad():
        differences = {
            "adapter": (adapted(**inputs).logits - ours).abs().max().item(),
            "folded": (folded(**inputs).logits - ours).abs().max().item(),
            "merged by PEFT": (adapted.merge_and_unload()(**inputs).logits - ours).abs().max().item(),
        }
    worst = max(worst, *differences.values())
    print(case.name, {name: f"{value:.1e}" for name, value in differences.items()})
print(f"largest difference of logits {worst:.1e}")
sys.exit(worst > 5e-5)
