"""Writes packages/bert/test/golden/keras/tfbert-saved-model: a TFBert of transformers inside a Keras model, saved by Keras 2.

    python tfbert_saved_model.py FOLDER

With transformers 4.57.6, tf_keras 2.21.0, TensorFlow 2.21.0. Of the SavedModel the variables are kept, which is what is read.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", USE_TORCH="0", TF_USE_LEGACY_KERAS="1")

import numpy as np
import tensorflow as tf
import tf_keras
from safetensors.numpy import save_file
from transformers import BertConfig, TFBertModel

folder = Path(sys.argv[1])
tf.keras.utils.set_random_seed(0)
config = BertConfig(
    vocab_size=20,
    hidden_size=64,
    num_hidden_layers=1,
    num_attention_heads=1,
    intermediate_size=48,
    max_position_embeddings=16,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    initializer_range=0.2,
)
bert = TFBertModel(config)
ids, mask = (tf_keras.Input((6,), dtype="int32", name=name) for name in ("input_ids", "attention_mask"))
output = bert.bert(ids, attention_mask=mask)
model = tf_keras.Model([ids, mask], tf_keras.layers.Dense(2)(output.pooler_output))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
random = np.random.default_rng(0)
inputs = {"input_ids": random.integers(0, 20, (2, 6), dtype=np.int32), "attention_mask": np.ones((2, 6), np.int32)}
inputs["attention_mask"][1, 4:] = 0
model.fit([*inputs.values()], np.zeros(2), verbose=0)  # the optimizer gets its state
output = bert(**inputs)
with tempfile.TemporaryDirectory() as temporary:
    model.save(temporary, save_format="tf")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(temporary) / "variables", folder / "variables")
expected = {
    "last_hidden_state": output.last_hidden_state.numpy(),
    "pooler_output": output.pooler_output.numpy(),
    "logits": model([*inputs.values()]).numpy(),
}
save_file({**inputs, **expected}, folder / "expected.safetensors")
