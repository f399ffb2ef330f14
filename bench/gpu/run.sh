#!/usr/bin/env bash
# Figures of this GPU machine in one command, from a bare clone: `bench/gpu/run.sh --json gpu.json`.
# Installs what is missing outside the repository: packages of the workspace, TensorFlow with CUDA into bertune's cache
# (unless BERTUNE_TENSORFLOW names one), and a Python with PyTorch (unless PEER_PYTHON names one, or python3 has it).
# Arguments go to `pnpm bench gpu`. Without a GPU it says so and exits 0.
set -euo pipefail

here=$PWD
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

if ! nvidia-smi >/dev/null 2>&1; then
  echo 'no GPU at hand (nvidia-smi does not answer): nothing was measured' >&2
  exit 0
fi

cd "$root"
pnpm() { npx --yes --prefer-offline pnpm@10 "$@"; }
pnpm install >&2
[ -n "${BERTUNE_TENSORFLOW:-}" ] || pnpm sentiment doctor --download cuda >&2

on_gpu='import torch, transformers; assert torch.cuda.is_available()'
if [ -z "${PEER_PYTHON:-}" ]; then
  if python3 -c "$on_gpu" 2>/dev/null; then
    PEER_PYTHON=$(command -v python3)
  else
    peers=${XDG_CACHE_HOME:-$HOME/.cache}/bertune-peers
    [ -x "$peers/bin/python" ] || python3 -m venv "$peers" >&2
    "$peers/bin/python" -c "$on_gpu" 2>/dev/null || "$peers/bin/pip" install torch transformers >&2
    PEER_PYTHON=$peers/bin/python
  fi
fi

export PEER_PYTHON
INIT_CWD=$here exec node bench/scripts/launch.mjs gpu "$@"
