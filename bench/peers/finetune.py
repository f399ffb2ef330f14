"""End-to-end fine-tuning with Hugging Face + PyTorch, as run_glue.py or a careful user would do it."""
import argparse, csv, json, time

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, BertTokenizerFast, get_linear_schedule_with_warmup

import measure

p = argparse.ArgumentParser()
p.add_argument("--train", required=True)
p.add_argument("--valid", required=True)
p.add_argument("--model", required=True, help="directory with config.json, vocab.txt and optionally weights")
p.add_argument("--from-scratch", action="store_true", help="random weights from config.json")
p.add_argument("--epochs", type=int, default=3)
p.add_argument("--batch", type=int, default=32)
p.add_argument("--learning-rate", type=float, default=5e-5)
p.add_argument("--padding", choices=["max", "longest"], default="max")
p.add_argument("--length", type=int, default=128)
p.add_argument("--seed", type=int, default=42)
p.add_argument("--max-steps", type=int, default=0, help="end after so many steps, whatever --epochs says")
p.add_argument("--save")
measure.add_arguments(p)
a = p.parse_args()
device = measure.prepare(a)


def read(path):
    with open(path, newline="", encoding="utf-8") as f:
        rows = list(csv.DictReader(f))
    return [r["text"] for r in rows], [r["label"] for r in rows]


start = time.perf_counter()
xs, ys = read(a.train)
vx, vy = read(a.valid)
names = sorted(set(ys))
index = {n: i for i, n in enumerate(names)}
tokenizer = BertTokenizerFast(f"{a.model}/vocab.txt") if not a.model.count("@") else None
config = AutoConfig.from_pretrained(a.model, num_labels=len(names))
model = (AutoModelForSequenceClassification.from_config(config) if a.from_scratch
         else AutoModelForSequenceClassification.from_pretrained(a.model, config=config)).to(device)
decay = [w for n, w in model.named_parameters() if not n.endswith("bias") and "LayerNorm" not in n]
plain = [w for n, w in model.named_parameters() if n.endswith("bias") or "LayerNorm" in n]
optimizer = torch.optim.AdamW([{"params": decay, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}], lr=a.learning_rate)
steps = a.epochs * ((len(xs) + a.batch - 1) // a.batch)
if a.max_steps:
    steps = min(steps, a.max_steps)
schedule = get_linear_schedule_with_warmup(optimizer, steps // 10, steps)


def encode(texts):
    return tokenizer(texts, padding="max_length" if a.padding == "max" else "longest", truncation=True,
                     max_length=a.length, return_tensors="pt").to(device)


def targets(labels):
    return torch.tensor([index[label] for label in labels], device=device)


def accuracy(xs, ys):
    model.eval()
    right = 0
    with torch.no_grad(), measure.autocast(a):
        for i in range(0, len(xs), a.batch):
            guess = model(**encode(xs[i:i + a.batch])).logits.argmax(-1)
            right += int((guess == targets(ys[i:i + a.batch])).sum())
    model.train()
    return right / len(xs)


ready = time.perf_counter()
history, step_ends, padded, real, done, loss = [], [], 0, 0, 0, None
model.train()
for epoch in range(a.epochs):
    order = torch.randperm(len(xs)).tolist()
    for i in range(0, len(xs), a.batch):
        if done == steps:
            break
        pick = order[i:i + a.batch]
        batch = encode([xs[j] for j in pick])
        padded += batch["input_ids"].numel()
        real += int(batch["attention_mask"].sum())
        with measure.autocast(a):
            loss = model(**batch, labels=targets([ys[j] for j in pick])).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad(set_to_none=True)
        step_ends.append(round(time.perf_counter() - start, 4))
        done += 1
    history.append(accuracy(vx, vy))
end = time.perf_counter()
if a.save:
    model.save_pretrained(a.save)
    tokenizer.save_pretrained(a.save)
print(json.dumps({"peer": "pytorch", "padding": a.padding, "train_s": round(end - ready, 1), "total_s": round(end - start, 1),
                  "real_tokens_per_s": round(real / (end - ready)), "padding_waste": round(1 - real / padded, 3),
                  "step_ends": step_ends, "valid_accuracy": [round(h, 4) for h in history], "last_loss": loss.item(), **measure.figures(a)}))
