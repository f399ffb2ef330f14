"""Event files of TensorBoard: what the real thing writes, and what it reads in ours.

    python tools/reference/tensorboard_summaries.py write
        writes packages/train/test/golden/tensorboard.json: Summary.Value protos, TFRecords and CRCs made by TensorFlow
        and TensorBoard (needs both)
    python tools/reference/tensorboard_summaries.py read FOLDER
        prints as JSON what TensorBoard's EventAccumulator finds in the runs below FOLDER, after its own migration of
        old forms, and checks every record's CRC (needs tensorboard alone)

Run with tensorboard 2.21.0 (and tensorflow 2.21.0 for `write`).
"""

import json
import pathlib
import struct
import sys

import numpy as np


def masked(crc):
    return (((crc >> 15) | (crc << 17 & 0xFFFFFFFF)) + 0xA282EAD8) & 0xFFFFFFFF


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def records(path):
    """Every record of a TFRecord file, with both CRCs checked by an implementation of their definition."""
    data = pathlib.Path(path).read_bytes()
    at = 0
    while at < len(data):
        length, check = struct.unpack("<QI", data[at : at + 12])
        assert masked(crc32c(data[at : at + 8])) == check, f"{path}: CRC of the length at byte {at}"
        body = data[at + 12 : at + 12 + length]
        (check,) = struct.unpack("<I", data[at + 12 + length : at + 16 + length])
        assert masked(crc32c(body)) == check, f"{path}: CRC of the data at byte {at}"
        at += 16 + length
        yield body


def read(folder):
    from tensorboard.backend.event_processing import plugin_event_multiplexer
    from tensorboard.compat.proto import event_pb2
    from tensorboard.plugins.pr_curve import metadata as pr_curve
    from tensorboard.util import tensor_util

    files = sorted(pathlib.Path(folder).rglob("*tfevents*"))
    for file in files:
        for body in records(file):
            event_pb2.Event.FromString(body)
    multiplexer = plugin_event_multiplexer.EventMultiplexer(tensor_size_guidance={"scalars": 0, "pr_curves": 0, "histograms": 0, "text": 0})
    multiplexer.AddRunsFromDirectory(folder)
    multiplexer.Reload()
    result = {"files": len(files), "runs": {}}
    for run in sorted(multiplexer.Runs()):
        tags = {}
        for plugin in ("scalars", "histograms", "text", "pr_curves"):
            for tag, metadata in multiplexer.PluginRunToTagToContent(plugin).get(run, {}).items():
                if plugin == "pr_curves":
                    assert pr_curve.parse_plugin_metadata(metadata).num_thresholds >= 2
                points = []
                for event in multiplexer.Tensors(run, tag):
                    value = tensor_util.make_ndarray(event.tensor_proto)
                    if plugin == "text":
                        value = np.vectorize(lambda b: b.decode())(value)
                    points.append([event.step, np.asarray(value).tolist()])
                tags[tag] = {"plugin": plugin, "points": points}
        result["runs"][run] = tags
    print(json.dumps(result))


def write():
    import tensorflow as tf
    from tensorboard.compat.proto import event_pb2
    from tensorboard.plugins.pr_curve import summary as pr_curve

    generator = np.random.default_rng(3)
    values = [
        np.round(generator.normal(size=200), 3).astype(np.float32),
        np.array([0.25] * 7, np.float32),
        np.array([], np.float32),
        np.linspace(-1, 1, 31, dtype=np.float32),
    ]
    labels = generator.integers(0, 2, 50)
    scores = np.round(np.clip(generator.normal(0.4 + 0.2 * labels, 0.3), 0, 1), 3)
    # 21 thresholds: scores beside the grid, since 20 * score must not lie on a rounding error
    scores = np.where(np.abs(scores * 20 - np.round(scores * 20)) < 1e-6, scores + 0.001, scores).clip(0, 1)

    import tempfile

    folder = tempfile.mkdtemp()
    writer = tf.summary.create_file_writer(folder)
    with writer.as_default():
        for step, figure in [(0, 0.5), (1, -1.25), (300, 1e-8)]:
            tf.summary.scalar("epoch_loss", figure, step=step)
        tf.summary.text("options", "# Options\n| a | b |\n| é | 日本 |", step=0)
        for step, each in enumerate(values):
            tf.summary.histogram("classifier.weight/histogram", each, step=step)
    writer.close()
    (path,) = pathlib.Path(folder).iterdir()
    events = []
    for body in records(path):
        event = event_pb2.Event.FromString(body)
        for value in event.summary.value:
            events.append({"step": event.step, "tag": value.tag, "value": value.SerializeToString(deterministic=True).hex()})
        if event.file_version:
            first = {"fileVersion": event.file_version, "hasSource": event.HasField("source_metadata")}
    path.unlink()
    pathlib.Path(folder).rmdir()
    curve = pr_curve.pb("pr_curve", labels.astype(bool), scores, num_thresholds=21).value[0]
    curve = tf.make_ndarray(curve.tensor)

    # A whole file by TensorBoard's own record writer, with a fixed clock.
    import io

    from tensorboard.summary.writer.record_writer import RecordWriter

    buffer = io.BytesIO()
    recorder = RecordWriter(buffer)
    scalar = next(event for event in events if event["tag"] == "epoch_loss")
    recorder.write(event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2").SerializeToString(deterministic=True))
    for step in (0, 300):
        event = event_pb2.Event(wall_time=1700000000.25, step=step)
        event.summary.value.add().ParseFromString(bytes.fromhex(scalar["value"]))
        recorder.write(event.SerializeToString(deterministic=True))
    event = event_pb2.Event(wall_time=1700000000.25, step=40, session_log=event_pb2.SessionLog(status="START"))
    recorder.write(event.SerializeToString(deterministic=True))

    out = pathlib.Path(__file__).parents[2] / "packages/train/test/golden/tensorboard.json"
    texts = ["", "123456789", "The quick brown fox", "\x00\xff" * 20]
    content = {
        "origin": f"tools/reference/tensorboard_summaries.py with tensorflow {tf.__version__}",
        "crc32c": [{"bytes": text.encode("latin1").hex(), "crc": crc32c(text.encode("latin1"))} for text in texts],
        "first": first,
        "events": events,
        "file": buffer.getvalue().hex(),
        "histograms": [each.tolist() for each in values],
        "prCurve": {"labels": labels.tolist(), "scores": scores.tolist(), "thresholds": 21, "expected": curve.tolist()},
    }
    assert content["crc32c"][1]["crc"] == 0xE3069283  # the check value of CRC-32C
    out.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print(out, out.stat().st_size)


if __name__ == "__main__":
    read(sys.argv[2]) if sys.argv[1] == "read" else write()
