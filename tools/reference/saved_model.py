"""Writes the SavedModel that packages/tensorflow/test/saved-model.test.ts loads.

Run by hand, not by the tests:

    python tools/reference/saved_model.py packages/tensorflow/test/fixtures/saved-model

Written with tensorflow-cpu 2.21.0. Signatures: `serving_default` x float32 [None, 2] -> y = x @ w + b, total = sum(y);
`long` x int64 [None] -> y = 2 x; `bytes` x uint8 [None] -> y = x as float32; `text` x string [] -> y = x joined to itself.
"""

import sys

import tensorflow as tf


class Small(tf.Module):
    def __init__(self):
        super().__init__()
        self.w = tf.Variable([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
        self.b = tf.Variable([0.5, -0.5, 0.25])

    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32, name="x")])
    def affine(self, x):
        y = x @ self.w + self.b
        return {"y": y, "total": tf.reduce_sum(y)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int64, name="x")])
    def long(self, x):
        return {"y": 2 * x}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.uint8, name="x")])
    def bytes(self, x):
        return {"y": tf.cast(x, tf.float32)}

    @tf.function(input_signature=[tf.TensorSpec([], tf.string, name="x")])
    def text(self, x):
        return {"y": tf.strings.join([x, x])}


def main() -> None:
    model = Small()
    signatures = {"serving_default": model.affine, "long": model.long, "bytes": model.bytes, "text": model.text}
    options = tf.saved_model.SaveOptions(save_debug_info=False)
    tf.saved_model.save(model, sys.argv[1], signatures=signatures, options=options)


if __name__ == "__main__":
    main()
