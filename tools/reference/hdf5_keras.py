"""Writes packages/bert/test/golden/hdf5, what HDF5 files hold, and packages/bert/test/golden/keras, presets of KerasHub.

    python hdf5_keras.py GOLDEN                  # h5py alone
    python hdf5_keras.py GOLDEN --model HF_DIR   # presets too: KerasHub with the weights of a Hugging Face directory

Written with h5py 3.14.0 (HDF5 1.14.6), Keras 3.15.1 on TensorFlow 2.21.0, keras-hub 0.32.0.
"""

import argparse
import json
import os
from pathlib import Path

import h5py
import numpy as np

NUMBERS = {
    "F16": "f2",
    "F32": "f4",
    "F64": "f8",
    "I8": "i1",
    "I16": "i2",
    "I32": "i4",
    "I64": "i8",
    "U8": "u1",
    "U16": "u2",
    "U32": "u4",
    "U64": "u8",
}


def counting(length, dtype="<f4"):
    return np.arange(length).astype(dtype)


def low_level(file, name, values, layout):
    """A dataset with a layout that h5py's own interface does not offer."""
    settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    settings.set_layout(layout)
    space = h5py.h5s.create_simple(values.shape)
    dataset = h5py.h5d.create(file.id, name.encode(), h5py.h5t.IEEE_F32LE, space, settings)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, values)


def types(path):
    with h5py.File(path, "w") as file:
        for order, letter in (("little", "<"), ("big", ">")):
            for name, dtype in NUMBERS.items():
                file[f"{order}/{name}"] = counting(6, letter + dtype).reshape(2, 3)
        file["scalar"] = np.float32(1.5)
        file["soft"] = h5py.SoftLink("/scalar")
        file["empty"] = np.zeros((0, 3), "<f4")
        file["null"] = h5py.Empty("<f4")
        low_level(file, "compact", counting(6).reshape(2, 3), h5py.h5d.COMPACT)
        # bfloat16 as Keras 3 saves it: two bytes without meaning, which an attribute explains.
        for name, attribute in (("bfloat16", "bfloat16"), ("fixed", np.bytes_("bfloat16")), ("opaque", None), ("other", "float8")):
            halves = (counting(6).view("<u4") >> 16).astype("<u2").view("V2").reshape(2, 3)
            dataset = file.create_dataset(f"bf16/{name}", data=halves)
            if attribute is not None:
                dataset.attrs["unit"] = "none"
                dataset.attrs["numbers"] = np.arange(3)
                dataset.attrs["dtype"] = attribute
        # bfloat16 as a float of its own, as HDF5 2.0 has it.
        bfloat16 = h5py.h5t.IEEE_F32LE.copy()
        bfloat16.set_fields(15, 7, 8, 0, 7)
        bfloat16.set_size(2)
        bfloat16.set_precision(16)
        bfloat16.set_ebias(127)
        h5py.h5d.create(file.id, b"bf16/native", bfloat16, h5py.h5s.create_simple((2, 3))).write(
            h5py.h5s.ALL, h5py.h5s.ALL, counting(6).reshape(2, 3)
        )
        file["text"] = "what is no number"
        file["flags"] = np.array([True, False])
        file["pairs"] = np.zeros(2, dtype=[("a", "<f4"), ("b", "<i4")])


def links(path):
    with h5py.File(path, "w") as file:
        file["many/" + "/".join("abcdefghi")] = counting(1)
        for i in range(300):
            file[f"rows/row_{i}"] = counting(1) + i
        file["original"] = counting(3)
        file["another name"] = file["original"]
        file["group/ünïcödé"] = counting(2)
        file["soft"] = h5py.SoftLink("/original")
        file["elsewhere"] = h5py.ExternalLink("secret.h5", "/original")
        file["named type"] = np.dtype("<f4")


def latest(path):
    with h5py.File(path, "w", libver="latest") as file:
        for i in range(6):
            file[f"group/row_{i}"] = counting(3) + i
        file["group/sub/deep"] = counting(2)
        file["soft"] = h5py.SoftLink("/group")
        # A header that goes on elsewhere.
        for i in range(7):
            file["group"].attrs[f"attribute_{i}"] = "x" * 300
        low_level(file, "compact", counting(2), h5py.h5d.COMPACT)
    with h5py.File(path, "a", libver="latest") as file:
        for i in range(2):
            file[f"added_{i}"] = counting(1) + i


def ordered(path):
    with h5py.File(path, "w", track_order=True) as file:
        for name in "cba":
            file.create_group(name, track_order=True)["values"] = counting(3)
            file[name].attrs["last"] = 1


def chunks(path):
    """Datasets in chunks: values counted from 0 in every one, so that a chunk in a wrong place shows."""
    with h5py.File(path, "w") as file:
        def add(name, shape, chunks, dtype="<f4", **options):
            file.create_dataset(name, data=counting(int(np.prod(shape))).reshape(shape), chunks=chunks, dtype=dtype, **options)

        add("plain", (10,), (4,))
        add("gzip", (7, 5), (3, 2), compression="gzip")
        add("everything", (3, 7, 5), (2, 3, 5), compression="gzip", compression_opts=9, shuffle=True, fletcher32=True)
        add("checked", (9,), (9,), fletcher32=True)
        add("shuffled", (6, 4), (4, 4), dtype=">f8", shuffle=True)
        add("larger", (2, 3), (64, 64), maxshape=(None, None), compression="gzip")
        add("half", (5, 5), (2, 2), dtype="<f2", compression="gzip", shuffle=True)
    with h5py.File(path.with_name("many-chunks.h5"), "w") as file:
        file.create_dataset("many", data=counting(400), chunks=(1,))


def refused(folder):
    with h5py.File(folder / "lzf.h5", "w") as file:
        file.create_dataset("values", data=counting(100), chunks=(10,), compression="lzf")
    with h5py.File(folder / "chunk-missing.h5", "w") as file:
        file.create_dataset("values", (4, 4), "<f4", chunks=(2, 4))[:2] = 1
    with h5py.File(folder / "chunk-bomb.h5", "w") as file:
        file.create_dataset("values", data=np.zeros(3 << 18, "<f4"), chunks=(1 << 18,), compression="gzip")
    with h5py.File(folder / "many-latest.h5", "w", libver="latest") as file:
        for i in range(40):
            file[f"row_{i}"] = counting(1)
    with h5py.File(folder / "chunked-latest.h5", "w", libver="latest") as file:
        file.create_dataset("values", data=counting(100), chunks=(10,))
    with h5py.File(folder / "shared-type.h5", "w") as file:
        file["type"] = np.dtype("<f4")
        file.create_dataset("values", data=counting(4), dtype=file["type"])
    with h5py.File(folder / "external.h5", "w") as file:
        file.create_dataset("values", (4,), "<f4", external=[("secret.bin", 0, 16)])
    with h5py.File(folder / "never-written.h5", "w") as file:
        file.create_dataset("values", (4,), "<f4")


def user_block(path):
    with h5py.File(path, "w", userblock_size=512) as file:
        file["values"] = counting(4)
    with open(path, "r+b") as file:
        file.write(b"anything at all")


def assign(backbone, hf):
    """Weights by KerasHub's own names of layers and attributes, not by their places in a file."""
    numpy = {name.removeprefix("bert."): np.array(value) for name, value in hf.items()}

    def put(variable, name):
        value = numpy[name]
        if len(variable.shape) > 1 and "embeddings" not in name:
            value = value.T
        variable.assign(value.reshape(variable.shape))

    def dense(layer, name):
        put(layer.kernel, f"{name}.weight")
        put(layer.bias, f"{name}.bias")

    def norm(layer, name):
        put(layer.gamma, f"{name}.weight")
        put(layer.beta, f"{name}.bias")

    put(backbone.get_layer("token_embedding").embeddings, "embeddings.word_embeddings.weight")
    put(backbone.get_layer("position_embedding").position_embeddings, "embeddings.position_embeddings.weight")
    put(backbone.get_layer("segment_embedding").embeddings, "embeddings.token_type_embeddings.weight")
    norm(backbone.get_layer("embeddings_layer_norm"), "embeddings.LayerNorm")
    for i in range(backbone.num_layers):
        layer, name = backbone.get_layer(f"transformer_layer_{i}"), f"encoder.layer.{i}"
        attention = layer._self_attention_layer
        dense(attention._query_dense, f"{name}.attention.self.query")
        dense(attention._key_dense, f"{name}.attention.self.key")
        dense(attention._value_dense, f"{name}.attention.self.value")
        dense(attention._output_dense, f"{name}.attention.output.dense")
        norm(layer._self_attention_layer_norm, f"{name}.attention.output.LayerNorm")
        dense(layer._feedforward_intermediate_dense, f"{name}.intermediate.dense")
        dense(layer._feedforward_output_dense, f"{name}.output.dense")
        norm(layer._feedforward_layer_norm, f"{name}.output.LayerNorm")
    dense(backbone.get_layer("pooled_dense"), "pooler.dense")


def presets(folder, directory):
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras
    import keras_hub
    from safetensors.numpy import load_file

    hf = load_file(directory / "model.safetensors")
    config = json.loads((directory / "config.json").read_text())

    def backbone(**options):
        result = keras_hub.models.BertBackbone(
            vocabulary_size=config["vocab_size"],
            num_layers=config["num_hidden_layers"],
            num_heads=config["num_attention_heads"],
            hidden_dim=config["hidden_size"],
            intermediate_dim=config["intermediate_size"],
            dropout=0.0,
            max_sequence_length=config["max_position_embeddings"],
            num_segments=config["type_vocab_size"],
            **options,
        )
        assign(result, hf)
        return result

    classifier = keras_hub.models.BertTextClassifier(backbone(), num_classes=3, preprocessor=None)
    logits = classifier.get_layer("logits")
    logits.kernel.assign(np.arange(logits.kernel.shape[0] * 3).reshape(-1, 3) / 64)
    logits.bias.assign([1, 2, 3])
    classifier.save_to_preset(folder / "keras/classifier")
    classifier.save_weights(folder / "keras/classifier.weights.h5")
    masked_lm = keras_hub.models.BertMaskedLM(backbone(), preprocessor=None)
    head = masked_lm.get_layer("mlm_head")
    names = {
        "cls.predictions.transform.dense.weight": head._intermediate_dense.kernel,
        "cls.predictions.transform.dense.bias": head._intermediate_dense.bias,
        "cls.predictions.transform.LayerNorm.weight": head._intermediate_layer_norm.gamma,
        "cls.predictions.transform.LayerNorm.bias": head._intermediate_layer_norm.beta,
        "cls.predictions.bias": next(v for v in head.weights if v.shape == hf["cls.predictions.bias"].shape),
    }
    for name, variable in names.items():
        value = hf[name]
        assert tuple(variable.shape) == value.shape, name
        variable.assign(value.T if value.ndim == 2 else value)
    masked_lm.save_to_preset(folder / "keras/masked-lm")
    backbone(dtype="bfloat16").save_weights(folder / "keras/bfloat16.weights.h5")
    for path in folder.glob("keras/*/metadata.json"):
        path.unlink()  # the date
    print("Keras", keras.__version__, "keras-hub", keras_hub.__version__)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--model", type=Path)
    options = arguments.parse_args()
    for name in ("hdf5", "keras"):
        (options.folder / name).mkdir(parents=True, exist_ok=True)
    types(options.folder / "hdf5/types.h5")
    links(options.folder / "hdf5/links.h5")
    latest(options.folder / "hdf5/latest.h5")
    ordered(options.folder / "hdf5/ordered.h5")
    chunks(options.folder / "hdf5/chunks.h5")
    user_block(options.folder / "hdf5/user-block.h5")
    refused(options.folder / "hdf5")
    if options.model:
        presets(options.folder, options.model)
    print("h5py", h5py.__version__, "HDF5", h5py.version.hdf5_version)
