"""Writes small files that the fuzzer takes apart, for packages/bert/test/golden/fuzz.

    python fuzz_seeds.py FOLDER

With h5py 3.14.0 and TensorFlow 2.21.0. The values count from 0.
  tf-model.h5, keras.weights.h5   groups, datasets and attributes as `transformers` and KerasHub write them
  latest.h5                       the same in HDF5's latest format
  cycle.h5, twice.h5              a group that holds the first one, a dataset of two names
  saved-model.*                   the variables of a SavedModel, with an object graph and some names of a BERT
"""

import os
import shutil
import sys
import tempfile

import h5py
import numpy
import tensorflow as tf

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def counting(*shape, dtype="float32"):
    return numpy.arange(numpy.prod(shape)).reshape(shape).astype(dtype)


def tf_model(file):
    weights = ["m/bert/encoder/layer_._0/output/dense/kernel:0", "m/bert/encoder/layer_._0/output/dense/bias:0"]
    group = file.create_group("bert")
    group.attrs["weight_names"] = [name.encode() for name in weights]
    group[weights[0]] = counting(3, 2)
    group[weights[1]] = counting(2)
    file.attrs["layer_names"] = [b"bert"]
    file.attrs["backend"] = "tensorflow"


for name, version in [("tf-model.h5", "earliest"), ("latest.h5", "latest")]:
    with h5py.File(os.path.join(folder, name), "w", libver=version) as file:
        tf_model(file)

with h5py.File(os.path.join(folder, "keras.weights.h5"), "w") as file:
    file["layers/embedding/vars/0"] = counting(2, 3)
    variables = file.create_group("layers/dense/vars")
    variables["0"] = counting(3, 2)
    half = numpy.arange(2).astype("float32").view("uint16")[1::2]
    variables["1"] = half.view("V2")
    variables["1"].attrs["dtype"] = "bfloat16"

with h5py.File(os.path.join(folder, "cycle.h5"), "w") as file:
    file.create_group("group")["cycle"] = file["/"]

with h5py.File(os.path.join(folder, "twice.h5"), "w") as file:
    file["one"] = counting(2)
    file["two"] = file["one"]


class Model(tf.Module):
    def __init__(self):
        super().__init__()
        shapes = {
            "word_embeddings/embeddings": (5, 4),
            "position_embedding/embeddings": (3, 4),
            "type_embeddings/embeddings": (2, 4),
            "transformer/layer_0/self_attention/query/kernel": (4, 2, 2),
            "transformer/layer_0/self_attention/query/bias": (2, 2),
            "transformer/layer_0/intermediate/kernel": (4, 6),
            "transformer/layer_0/intermediate/bias": (6,),
        }
        self.variables_list = [tf.Variable(counting(*shape), name=name) for name, shape in shapes.items()]
        self.do_lower_case = tf.Variable(True, trainable=False)


with tempfile.TemporaryDirectory() as directory:
    tf.saved_model.save(Model(), directory)
    for ending in ["index", "data-00000-of-00001"]:
        shutil.copy(f"{directory}/variables/variables.{ending}", os.path.join(folder, f"saved-model.{ending}"))
