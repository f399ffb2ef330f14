"""A WordPiece vocabulary by Hugging Face's Rust tokenizers from one file, on one thread."""
import argparse, json, os, time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"
import tokenizers

from memory import peak_rss_mb

p = argparse.ArgumentParser()
p.add_argument("--text", required=True, help="UTF-8 text")
p.add_argument("--size", type=int, default=30000)
a = p.parse_args()
tokenizer = tokenizers.BertWordPieceTokenizer(lowercase=True)
start = time.perf_counter()
tokenizer.train([a.text], vocab_size=a.size, show_progress=False)
milliseconds = (time.perf_counter() - start) * 1e3
print(json.dumps({"peer": "tokenizers", "engine": f"tokenizers {tokenizers.__version__} (Rust), train, 1 thread",
                  "pieces": tokenizer.get_vocab_size(), "times_ms": [milliseconds], "first_ms": milliseconds,
                  "peak_rss_mb": round(peak_rss_mb(), 1), "versions": {"tokenizers": tokenizers.__version__}}))
