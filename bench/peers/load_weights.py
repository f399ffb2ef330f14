"""Weights of a BERT from files into this process's own memory, timed once: what a first load takes."""
import argparse, json, os, time

from memory import peak_rss_mb, present_rss_mb

p = argparse.ArgumentParser()
p.add_argument("--how", choices=["safetensors", "transformers", "torch", "tensorflow"], required=True)
p.add_argument("--model", required=True, help="folder of the weights")
a = p.parse_args()
file = lambda name: os.path.join(a.model, name)

if a.how == "tensorflow":
    import tensorflow as tf

    def load():
        reader = tf.train.load_checkpoint(file("bert_model.ckpt"))
        return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}

    total = lambda weights: weights["bert/pooler/dense/kernel"].astype("float64").sum()
    engine, versions = "tf.train.load_checkpoint", {"tensorflow": tf.__version__}
else:
    import safetensors, torch, transformers
    from safetensors.torch import load_file
    from transformers import BertModel

    # load_file maps the file: without the copy nothing would have been read yet.
    copied = lambda weights: {name: tensor.clone() for name, tensor in weights.items()}
    load = {
        "safetensors": lambda: copied(load_file(file("model.safetensors"))),
        "torch": lambda: torch.load(file("pytorch_model.bin"), map_location="cpu", weights_only=True),
        "transformers": lambda: copied(BertModel.from_pretrained(a.model).state_dict()),
    }[a.how]
    total = lambda weights: weights["pooler.dense.weight"].double().sum().item()
    engine = {"safetensors": "safetensors.torch.load_file, values copied", "torch": "torch.load, weights_only",
              "transformers": "BertModel.from_pretrained, values copied"}[a.how]
    versions = {"torch": torch.__version__, "safetensors": safetensors.__version__,
                "transformers": transformers.__version__}

before = present_rss_mb()
start = time.perf_counter()
weights = load()
milliseconds = (time.perf_counter() - start) * 1e3
peak = peak_rss_mb()
print(json.dumps({"times_ms": [milliseconds], "first_ms": milliseconds, "peak_rss_mb": peak, "added_mb": peak - before,
                  "checksum": float(total(weights)), "engine": engine, "versions": versions}))
