"""One pre-training step of Hugging Face BERT (masked tokens and next sentence) on PyTorch at a fixed shape, timed."""
import argparse, json, statistics, time

import torch
from transformers import BertConfig, BertForPreTraining

import measure

p = argparse.ArgumentParser()
p.add_argument("--layers", type=int, default=4)
p.add_argument("--hidden", type=int, default=256)
p.add_argument("--heads", type=int, default=4)
p.add_argument("--batch", type=int, default=64)
p.add_argument("--length", type=int, default=128)
p.add_argument("--vocab", type=int, default=8192)
p.add_argument("--masked", type=int, default=19, help="tokens to predict in each text")
p.add_argument("--gather", action="store_true", help="score the vocabulary at masked places only, which the model itself does not")
p.add_argument("--warmup", type=int, default=2)
p.add_argument("--steps", type=int, default=6)
measure.add_arguments(p)
a = p.parse_args()
device = measure.prepare(a)
config = BertConfig(vocab_size=a.vocab, num_hidden_layers=a.layers, hidden_size=a.hidden,
                    num_attention_heads=a.heads, intermediate_size=4 * a.hidden)
model = BertForPreTraining(config).train().to(device)
decay = [w for n, w in model.named_parameters() if not n.endswith("bias") and "LayerNorm" not in n]
plain = [w for n, w in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=2e-5)
ids = torch.randint(min(5, a.vocab - 1), a.vocab, (a.batch, a.length)).to(device)
mask = torch.ones_like(ids)
places = torch.arange(a.masked) * (a.length // a.masked)
labels = torch.full_like(ids, -100)
labels[:, places] = ids[:, places]
following = torch.randint(0, 2, (a.batch,)).to(device)
loss_of = torch.nn.CrossEntropyLoss()


def forward():
    if not a.gather:
        return model(input_ids=ids, attention_mask=mask, labels=labels, next_sentence_label=following).loss
    hidden, pooled = model.bert(input_ids=ids, attention_mask=mask)[:2]
    scores = model.cls.predictions(hidden[:, places].reshape(-1, a.hidden))
    return loss_of(scores, ids[:, places].reshape(-1)) + loss_of(model.cls.seq_relationship(pooled), following)


times, losses = [], []
for step in range(a.warmup + a.steps):
    start = time.perf_counter()
    with measure.autocast(a):
        loss = forward()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    losses.append(loss.item())
    measure.synchronize(a)
    times.append(time.perf_counter() - start)
timed = times[a.warmup:]
s = statistics.median(timed)
print(json.dumps({"peer": "pytorch", "ms_per_step": round(s * 1e3, 1), "times_ms": [t * 1e3 for t in timed],
                  "first_ms": times[0] * 1e3, "tokens_per_s": round(a.batch * a.length / s),
                  "first_loss": losses[0], "last_loss": losses[-1], **measure.figures(a)}))
