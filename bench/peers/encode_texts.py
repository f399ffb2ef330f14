"""Hugging Face's Rust tokenizers on one thread: the time of encoding all texts in one call, and what came out."""
import argparse, array, json, os, statistics, time

# Read when the library starts its threads: before the import.
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import tokenizers

from memory import peak_rss_mb

p = argparse.ArgumentParser()
p.add_argument("--tokenizer", required=True, help="folder with tokenizer.json")
p.add_argument("--texts", required=True, help="JSON list of texts")
p.add_argument("--offsets", action="store_true", help="tokens and offsets too, not only ids and masks")
p.add_argument("--seconds", type=float, default=1, help="about how long to time")
p.add_argument("--write", help="file for the results: int32, per text the number of tokens, their ids[, their offsets]")
a = p.parse_args()
tokenizer = tokenizers.Tokenizer.from_file(f"{a.tokenizer}/tokenizer.json")
tokenizer.no_padding()
tokenizer.no_truncation()
with open(a.texts, encoding="utf-8") as f:
    texts = json.load(f)
# The same without offsets, where the version has it: what a careful user calls for ids alone.
call = "encode_batch" if a.offsets or not hasattr(tokenizer, "encode_batch_fast") else "encode_batch_fast"
encode = getattr(tokenizer, call)


def run():
    start = time.perf_counter()
    encodings = encode(texts)
    return time.perf_counter() - start, encodings


first, encodings = run()
if a.write:
    numbers = array.array("i")
    for e in encodings:
        numbers.append(len(e.ids))
        numbers.extend(e.ids)
        if a.offsets:
            for start, end in e.offsets:
                numbers.extend((start, end))
    with open(a.write, "wb") as f:
        numbers.tofile(f)
tokens = sum(len(e.ids) for e in encodings)
del encodings
warm = first
while warm < a.seconds / 2:
    warm += run()[0]
times = []
while sum(times) < a.seconds or len(times) < 3:
    times.append(run()[0])
print(json.dumps({"peer": "tokenizers", "engine": f"tokenizers {tokenizers.__version__} (Rust), {call}, 1 thread",
                  "mb_per_s": round(sum(len(t.encode()) for t in texts) / statistics.median(times) / 1e6, 2), "tokens": tokens,
                  "times_ms": [t * 1e3 for t in times], "first_ms": first * 1e3, "peak_rss_mb": round(peak_rss_mb(), 1),
                  "versions": {"tokenizers": tokenizers.__version__}}))
