"""Writes safetensors once more as pytorch_model.bin, as torch.save does."""
import argparse, os, shutil

import torch
from safetensors.torch import load_file

p = argparse.ArgumentParser()
p.add_argument("--source", required=True, help="folder with config.json and model.safetensors")
p.add_argument("--output", required=True, help="folder that is made")
a = p.parse_args()
os.makedirs(a.output)
shutil.copy(os.path.join(a.source, "config.json"), a.output)
torch.save(load_file(os.path.join(a.source, "model.safetensors")), os.path.join(a.output, "pytorch_model.bin"))
print("{}")
