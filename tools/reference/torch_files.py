"""Writes small files of PyTorch's for packages/bert/test/golden/pickle.

    python torch_files.py FOLDER

With torch 2.13.0. The tensors count from 0 in row-major order, so a test knows them without reading the files.
  evil.bin, evil-legacy.bin   a tensor, and an object whose unpickling runs `os.system('touch EXECUTED')`
  protocol-N.pkl              one object of everything that Python's pickler writes for data, in protocol N
  protocol-N.bin              a state dict of each kind of tensor, saved with `pickle_protocol=N`
  training.bin                what a training script may save: optimizer, epoch, device, dtype, set, bytes
  parallel.bin                a state dict of DataParallel
  big-endian.bin              as a machine with the most significant byte first writes it
"""

import collections
import os
import pickle
import sys
import zipfile

import torch

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def path(name):
    return os.path.join(folder, name)


def counting(*shape, dtype=torch.float32):
    return torch.arange(torch.Size(shape).numel()).reshape(shape).to(dtype)


class Evil:
    def __reduce__(self):
        return os.system, ("touch EXECUTED",)


for name, zipped in [("evil.bin", True), ("evil-legacy.bin", False)]:
    torch.save({"weight": counting(2), "evil": Evil()}, path(name), _use_new_zipfile_serialization=zipped)

shared = [1, 2]
data = {
    "integers": [0, 255, 256, 65535, 65536, -1, 2**31, -(2**31), 2**53, -(2**63), 2**100],
    "floats": [0.5, -1e300, float("inf"), float("-inf")],
    "others": (None, True, False),
    "texts": ["", "ü", "\U0001f600", "line\nbreak \\u0041", "x" * 300],
    "tuples": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "shared": [shared, shared],
    "ordered": collections.OrderedDict([("b", 1), ("a", {})]),
    7: "a number for a key",
}
for protocol in range(6):
    with open(path(f"protocol-{protocol}.pkl"), "wb") as file:
        file.write(pickle.dumps(data, protocol))


def tensors():
    with_attribute = torch.nn.Parameter(counting(3))
    with_attribute.note = "kept with the parameter"
    return collections.OrderedDict(
        weight=counting(2, 3),
        transposed=counting(2, 3).T,
        parameter=torch.nn.Parameter(counting(4)),
        attribute=with_attribute,
        half=counting(5, dtype=torch.float16),
        uint16=counting(4, dtype=torch.uint16)[2:],
        cube=counting(2, 3, 4).permute(2, 0, 1),
    )


for protocol in (2, 3, 4, 5):
    torch.save(tensors(), path(f"protocol-{protocol}.bin"), pickle_protocol=protocol)
torch.save(tensors(), path("protocol-4-legacy.bin"), pickle_protocol=4, _use_new_zipfile_serialization=False)

model = torch.nn.Linear(3, 2)
with torch.no_grad():
    model.weight.copy_(counting(2, 3))
    model.bias.copy_(counting(2))
optimizer = torch.optim.AdamW(model.parameters())
model(counting(1, 3)).sum().backward()
optimizer.step()
with torch.no_grad():
    model.weight.copy_(counting(2, 3))
    model.bias.copy_(counting(2))
training = {
    "epoch": 3,
    "best": torch.tensor(0.25),
    "state_dict": model.state_dict(),
    "optimizer": optimizer.state_dict(),
    "device": torch.device("cpu"),
    "dtype": torch.bfloat16,
    "size": torch.Size([2, 3]),
    "seen": {1, 2},
    "bytes": b"\x00\xff",
    "random": torch.get_rng_state()[:8].clone(),
}
torch.save(training, path("training.bin"))
torch.save(torch.nn.DataParallel(model).state_dict(), path("parallel.bin"))

with zipfile.ZipFile(path("protocol-2.bin")) as source, zipfile.ZipFile(path("big-endian.bin"), "w") as target:
    for member in source.infolist():
        content = source.read(member)
        name = member.filename.split("/", 1)[1]
        if name == "byteorder":
            content = b"big"
        elif name.startswith("data/"):
            size = {"4": 2, "5": 2}.get(name[5:], 4)  # half and uint16
            content = b"".join(content[i : i + size][::-1] for i in range(0, len(content), size))
        target.writestr(zipfile.ZipInfo("big-endian/" + name), content)
