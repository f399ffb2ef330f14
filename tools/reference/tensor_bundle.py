"""Writes small checkpoints in TensorFlow's bundle format for packages/bert/test/golden/tensor-bundle.

    python tensor_bundle.py FOLDER

With TensorFlow 2.21.0. The values count from 0 in row-major order, so a test knows them without reading the files:
  sliced   variables cut by a partitioner along their rows or columns, and one that is not
  shards   two data files, one for each of two devices
  types    every type a variable can have, with the values 0, 1, 2, 3, 100, 1; a scalar, an empty tensor, texts
"""

import sys

import numpy
import tensorflow

tf = tensorflow.compat.v1
tf.disable_eager_execution()


def counting(shape, dtype):
    return lambda *_, **__: tf.cast(tf.reshape(tf.range(numpy.prod(shape)), shape), dtype)


def sliced():
    # Starts and lengths of one, two and three bytes in the keys of the slices.
    for name, shape, parts, axis, dtype in [
        ("few", (10, 3), 3, 0, "float32"),
        ("rows", (300, 2), 4, 0, "float32"),
        ("columns", (3, 200, 2), 3, 1, "float32"),
        ("long", (12000,), 4, 0, "uint8"),
    ]:
        whole = numpy.arange(numpy.prod(shape)).reshape(shape)

        def part(piece, dtype=None, partition_info=None, whole=whole):
            start = partition_info.var_offset
            return tf.constant(whole[tuple(slice(s, s + n) for s, n in zip(start, piece))].astype(dtype.as_numpy_dtype))

        with tf.variable_scope("cut", partitioner=tf.fixed_size_partitioner(parts, axis)):
            tf.get_variable(name, shape=shape, dtype=dtype, initializer=part)
    tf.get_variable("whole", initializer=counting((2, 3), "float32")())


def shards():
    for device in range(2):
        with tf.device(f"/cpu:{device}"):
            for i in range(3):
                tf.get_variable(f"device_{device}/variable_{i}", initializer=counting((i + 1, 4), "float32")())


def types():
    for name in "float32 float16 bfloat16 float64 int32 int64 int16 int8 uint8 uint16 bool".split():
        tf.get_variable(name, initializer=tf.cast(tf.constant([[0, 1, 2], [3, 100, 1]]), name))
    tf.get_variable("scalar", initializer=tf.constant(1.5))
    tf.get_variable("empty", initializer=tf.zeros([0, 3]))
    tf.get_variable("complex64", initializer=tf.complex(1.0, 2.0))
    tf.get_variable("texts", initializer=tf.constant(["ab", "", "cde"]))


for build in (sliced, shards, types):
    with tf.Graph().as_default():
        build()
        with tf.Session(config=tf.ConfigProto(device_count={"CPU": 2})) as session:
            session.run(tf.global_variables_initializer())
            saver = tf.train.Saver(sharded=build is shards)
            saver.save(session, f"{sys.argv[1]}/{build.__name__}", write_meta_graph=False, write_state=False)
