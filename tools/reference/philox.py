"""TensorFlow's stateless uniform numbers for the key and counter of one dropout site.

Writes packages/bert/test/golden/philox.json. Run with tensorflow-cpu 2.21.0:
    python tools/reference/philox.py
"""

import json
import pathlib

import tensorflow as tf

# seed, micro-batch, step, hash of the site's name; a shape that does not fill its last group of four
CASES = [(42, 0, 0, 0x12345678, 10), (4294967295, 3, 1000, 0xFEDCBA98, 7), (7, 0, 65536, 1, 21)]

out = []
for seed, micro_batch, step, site, size in CASES:
    key = tf.constant([micro_batch << 32 | seed], tf.uint64)
    counter = tf.constant([0, site << 32 | step], tf.uint64)
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(shape=[size], key=key, counter=counter, alg=1, dtype=tf.uint32)
    uniform = tf.raw_ops.StatelessRandomUniformV2(shape=[size], key=key, counter=counter, alg=1)
    out.append({"key": [seed, micro_batch], "counterHigh": [step, site], "words": words.numpy().tolist(),
                "uniform": [float(u) for u in uniform.numpy()]})

target = pathlib.Path(__file__).parents[2] / "packages/bert/test/golden/philox.json"
target.parent.mkdir(exist_ok=True)
target.write_text(json.dumps({"producer": f"tensorflow {tf.__version__}", "cases": out}, indent=1) + "\n")
