"""Forward passes of Hugging Face BERT on PyTorch at a fixed shape, timed."""
import argparse, json, statistics, time

import torch
from transformers import BertConfig, BertForSequenceClassification, BertModel

import measure

p = argparse.ArgumentParser()
p.add_argument("--layers", type=int, default=12)
p.add_argument("--hidden", type=int, default=768)
p.add_argument("--heads", type=int, default=12)
p.add_argument("--batch", type=int, default=32)
p.add_argument("--length", type=int, default=128)
p.add_argument("--vocab", type=int, default=30522)
p.add_argument("--warmup", type=int, default=2)
p.add_argument("--steps", type=int, default=6)
p.add_argument("--encoder-only", action="store_true", help="BertModel in place of BertForSequenceClassification")
measure.add_arguments(p)
a = p.parse_args()
device = measure.prepare(a)
config = BertConfig(vocab_size=a.vocab, num_hidden_layers=a.layers, hidden_size=a.hidden,
                    num_attention_heads=a.heads, intermediate_size=4 * a.hidden)
model = (BertModel if a.encoder_only else BertForSequenceClassification)(config).eval().to(device)
ids = torch.randint(5, a.vocab, (a.batch, a.length)).to(device)
mask = torch.ones_like(ids)
times = []
with torch.inference_mode():
    for _ in range(a.warmup + a.steps):
        start = time.perf_counter()
        with measure.autocast(a):
            output = model(input_ids=ids, attention_mask=mask)
        values = (output.pooler_output if a.encoder_only else output.logits.float().softmax(-1)).cpu()
        times.append(time.perf_counter() - start)
timed = times[a.warmup:]
print(json.dumps({"peer": "pytorch", "ms_per_batch": round(statistics.median(timed) * 1e3, 1), "times_ms": [t * 1e3 for t in timed],
                  "first_ms": times[0] * 1e3, "mean_probability": values[:, 0].mean().item(), **measure.figures(a)}))
