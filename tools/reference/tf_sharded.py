"""Writes packages/bert/test/golden/keras/tf-sharded-h5 and tf-sharded-safetensors: one model of transformers in shards.

    python tf_sharded.py FOLDER

With transformers 4.57.6, tf_keras 2.21.0, TensorFlow 2.21.0.
"""

import os, shutil, sys
os.environ.setdefault('TF_USE_LEGACY_KERAS', '1')
import numpy as np
from safetensors.numpy import save_file
from transformers import BertConfig, TFBertForPreTraining

root = sys.argv[1]
config = BertConfig(vocab_size=13, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, max_position_embeddings=7)
model = TFBertForPreTraining(config)
model({'input_ids': np.array([[1, 2]], np.int32)})
generator = np.random.default_rng(5)
for variable in model.weights:
    variable.assign(generator.normal(size=variable.shape).astype(np.float32))
os.makedirs(root, exist_ok=True)
for name, safe in (('tf-sharded-h5', False), ('tf-sharded-safetensors', True)):
    shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    model.save_pretrained(os.path.join(root, name), safe_serialization=safe, max_shard_size='2KB')
