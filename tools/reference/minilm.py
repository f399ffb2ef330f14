"""Embeddings of all-MiniLM-L6-v2 as its model card computes them: transformers, mean over the attention mask, length 1.

    python tools/reference/minilm.py FOLDER apps/sentiment/test/golden/minilm.json
"""
import hashlib, json, os, sys

import torch
import transformers
from transformers import AutoModel, AutoTokenizer

FOLDER, OUTPUT = sys.argv[1:]
LONGEST = 256  # sentence_bert_config.json

PROSE = ("The harbour was quiet when the ferry came in. Two fishermen mended a net on the pier, and a dog slept beside them. "
         "Nobody looked up. The captain had made this crossing nine thousand times, in fog and in storm, and he no longer knew "
         "whether he loved it or merely could not stop. ")
TEXTS = [
    "film",
    "A quiet, funny and deeply moving film.",
    "What a waste of two hours!",
    "Das Wetter in Zürich ist heute schön; 東京は雨です.",
    "naïve café 👩‍🚀 №5 ﬁn",
    "",
    PROSE,
    PROSE * 3,
    PROSE * 8,
]

torch.manual_seed(0)
tokenizer = AutoTokenizer.from_pretrained(FOLDER)
model = AutoModel.from_pretrained(FOLDER, attn_implementation="eager").eval()
cases = []
with torch.no_grad():
    for text in TEXTS:
        encoded = tokenizer(text, truncation=True, max_length=LONGEST, return_tensors="pt")
        hidden = model(**encoded).last_hidden_state
        mask = encoded["attention_mask"].unsqueeze(-1).float()
        mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
        embedding = torch.nn.functional.normalize(mean, dim=1)[0]
        cases.append({"text": text, "tokens": encoded["input_ids"].shape[1], "embedding": [float(f"{x:.9g}") for x in embedding.tolist()]})
with open(os.path.join(FOLDER, "model.safetensors"), "rb") as f:
    digest = hashlib.sha256(f.read()).hexdigest()
with open(OUTPUT, "w") as f:
    json.dump({"transformers": transformers.__version__, "torch": torch.__version__, "sha256": digest, "longest": LONGEST,
               "cases": cases}, f)
    f.write("\n")
print([case["tokens"] for case in cases], digest)
