"""What Keras's own callbacks decide on recorded figures, for packages/train/test/golden/callbacks.json.

The callbacks are Keras's classes as they are, driven as its loop does, on a model that has just what they ask of one: weights
(the number of the epoch), stop_training, an optimiser with a learning rate, save. Run with keras 3.15.1, TensorFlow 2.21:
    python tools/reference/callbacks.py
"""

import json
import math
import os
import pathlib
import random
import tempfile
import warnings

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
import keras
from keras.callbacks import CSVLogger, EarlyStopping, LearningRateScheduler, ModelCheckpoint, ReduceLROnPlateau, TerminateOnNaN

warnings.filterwarnings("ignore")
rng = random.Random(7)


class Optimizer:
    def __init__(self):
        self.learning_rate = 0.1


class Model:
    """Weights are the number of the epoch they come from."""

    def __init__(self):
        self.stop_training = False
        self.optimizer = Optimizer()
        self.weights = -1
        self.saved = []
        self.metrics = []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def save(self, path, overwrite):
        self.saved.append(os.path.basename(path))


def walk(length, kind):
    """Figures of epochs; multiples of 1/64 so that sums and differences are exact, with plateaus and ties."""
    value, figures = 64, []
    for _ in range(length):
        value += rng.choice([-6, -2, -1, 0, 0, 1, 2, 5])
        figures.append(value / 64)
    return figures if kind == "val_loss" else [1 - figure / 4 for figure in figures]


def early_stopping():
    cases = []
    for number in range(60):
        monitor = rng.choice(["val_loss", "val_accuracy"])
        options = {"monitor": monitor, "patience": rng.choice([0, 0, 1, 2, 3]), "mode": "min" if monitor == "val_loss" else "max"}
        if monitor == "val_loss" and rng.random() < 0.5:
            options["mode"] = "auto"
        if rng.random() < 0.4:
            options["min_delta"] = rng.choice([1, 2, 4]) / 64
        if rng.random() < 0.3:
            options["baseline"] = rng.choice([0.7, 0.9, 1.0, 1.1]) if monitor == "val_loss" else rng.choice([0.74, 0.76, 0.8])
        if rng.random() < 0.3:
            options["start_from_epoch"] = rng.choice([1, 2, 4])
        options["restore_best_weights"] = rng.random() < 0.5
        cases.append((options, walk(12, monitor)))
    loss = {"monitor": "val_loss", "restore_best_weights": True}
    cases.append(({**loss, "patience": 1}, [1.0, 1.0 - 1e-9, 1.0 - 2e-9, 0.5]))  # the same in float32
    cases.append(({**loss, "min_delta": 0.1}, [0.5, 0.4, 0.3]))  # 0.4 + 0.1 == 0.5
    cases.append(({**loss, "patience": 3}, [0.5, 0.6, 0.55]))  # never stopped: the best comes back all the same
    result = []
    for options, figures in cases:
        model, callback = Model(), EarlyStopping(**options)
        callback.set_model(model)
        callback.on_train_begin()
        epochs = 0
        for epoch, figure in enumerate(figures):
            model.weights = epoch
            callback.on_epoch_end(epoch, {"loss": 0.0, options["monitor"]: figure})
            epochs += 1
            if model.stop_training:
                break
        callback.on_train_end()
        result.append({"options": options, "figures": figures, "epochs": epochs, "stopped": model.stop_training,
                       "best": callback.best, "bestEpoch": callback.best_epoch, "weights": model.weights})
    return result


def reduce_lr():
    result = []
    for number in range(60):
        monitor = rng.choice(["val_loss", "val_accuracy"])
        options = {"monitor": monitor, "patience": rng.choice([0, 1, 2, 3]), "factor": rng.choice([0.5, 0.1, 0.25]),
                   "mode": "min" if monitor == "val_loss" else "max", "cooldown": rng.choice([0, 0, 1, 3]),
                   "min_lr": rng.choice([0.0, 0.0, 0.02])}
        if rng.random() < 0.7:
            options["min_delta"] = rng.choice([0, 1, 2]) / 64
        figures = walk(20, monitor)
        model, callback = Model(), ReduceLROnPlateau(**options)
        callback.set_model(model)
        callback.on_train_begin()
        rates = []
        for epoch, figure in enumerate(figures):
            callback.on_epoch_end(epoch, {"loss": 0.0, monitor: figure})
            rates.append(float(model.optimizer.learning_rate))
        result.append({"options": options, "figures": figures, "rates": rates})
    return result


def scheduler():
    model = Model()
    callback = LearningRateScheduler(lambda epoch, rate: rate if epoch < 2 else rate * math.exp(-0.1))
    callback.set_model(model)
    rates = []
    for epoch in range(6):
        callback.on_epoch_begin(epoch)
        rates.append(float(model.optimizer.learning_rate))
    return {"origin": "rate if epoch < 2 else rate * exp(-0.1)", "rates": rates}


def checkpoints():
    """Three epochs of four batches."""
    result = []
    cases = [
        {"filepath": "e{epoch:02d}-{val_loss:.3f}.keras"},
        {"filepath": "best.keras", "save_best_only": True},
        {"filepath": "{epoch}-{val_accuracy:.2f}.keras", "save_best_only": True, "monitor": "val_accuracy", "mode": "max"},
        {"filepath": "e{epoch}-{val_loss:.1e}.keras", "save_best_only": True, "initial_value_threshold": 0.6},
        {"filepath": "e{epoch:03d}-b{batch:02d}-{loss:.2f}.keras", "save_freq": 3},
        {"filepath": "e{epoch}-b{batch}.keras", "save_freq": 5},
        {"filepath": "b{batch}.keras", "save_freq": 1},
        {"filepath": "e{epoch}-b{batch}.keras", "save_freq": 2, "save_best_only": True, "monitor": "loss"},
    ]
    batches = [[0.9, 0.8, 0.85, 0.7], [0.75, 0.6, 0.65, 0.5], [0.55, 0.45, 0.5, 0.4]]
    epochs = [{"val_loss": 0.7, "val_accuracy": 0.61}, {"val_loss": 0.55, "val_accuracy": 0.61}, {"val_loss": 0.632, "val_accuracy": 0.634}]
    for options in cases:
        model = Model()
        callback = ModelCheckpoint(**options)
        callback.set_model(model)
        callback._set_monitor_op()
        callback.on_train_begin()
        for epoch, losses in enumerate(batches):
            callback.on_epoch_begin(epoch)
            for batch, loss in enumerate(losses):
                callback.on_train_batch_end(batch, {"loss": loss})
            callback.on_epoch_end(epoch, {"loss": losses[-1], **epochs[epoch]})
        result.append({"options": options, "saved": model.saved})
    return {"batches": batches, "epochs": epochs, "cases": result}


def csv_logger():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")
        for append in (False, True):
            callback = CSVLogger(path, append=append)
            callback.set_model(Model())
            callback.on_train_begin()
            for epoch in range(2):
                callback.on_epoch_end(epoch + 2 * append, {"val_loss": 0.5 + epoch, "loss": 0.25 * epoch, "a,b": 0.125})
            callback.on_train_end()
        return open(path, newline="").read()


def terminate():
    result = []
    for losses in ([0.5, 0.25, math.nan, 0.1], [math.inf], [0.5, 0.4]):
        model, callback = Model(), TerminateOnNaN()
        callback.set_model(model)
        done = 0
        for batch, loss in enumerate(losses):
            callback.on_train_batch_end(batch, {"loss": loss})
            done += 1
            if model.stop_training:
                break
        result.append({"losses": [str(loss) for loss in losses], "batches": done, "stopped": model.stop_training})
    return result


out = pathlib.Path(__file__).parents[2] / "packages/train/test/golden/callbacks.json"
content = {
    "origin": f"tools/reference/callbacks.py with keras {keras.__version__}",
    "earlyStopping": early_stopping(),
    "reduceLROnPlateau": reduce_lr(),
    "learningRateScheduler": scheduler(),
    "modelCheckpoint": checkpoints(),
    "csvLogger": csv_logger(),
    "terminateOnNaN": terminate(),
}
out.write_text(json.dumps(content, separators=(",", ":")) + "\n")
print(out, out.stat().st_size)
