"""Writes small HDF5 files that the fuzzer takes apart, for packages/bert/test/golden/fuzz.

    python fuzz_seeds.py FOLDER

With h5py 3.14.0. The values count from 0.
  tf-model.h5, keras.weights.h5   groups, datasets and attributes as `transformers` and KerasHub write them
  latest.h5                       the same in HDF5's latest format
  cycle.h5, twice.h5              a group that holds the first one, a dataset of two names
"""

import os
import sys

import h5py
import numpy

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
