"""What the scripts beside this one share: memory, devices and precision."""
import contextlib

import torch
import transformers

from memory import peak_rss_mb


def add_arguments(parser):
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--precision", choices=["fp32", "tf32", "bf16"], default="fp32")
    parser.add_argument("--threads", type=int, default=0)


def prepare(a):
    """Sets threads and the precision of matrix products on a GPU."""
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_float32_matmul_precision("high" if a.precision == "tf32" else "highest")
    torch.manual_seed(getattr(a, "seed", 0))
    return torch.device(a.device)


def autocast(a):
    """bf16: float32 weights, matrix products in bfloat16, as torch's autocast does it."""
    return torch.autocast(a.device, dtype=torch.bfloat16) if a.precision == "bf16" else contextlib.nullcontext()


def synchronize(a):
    if a.device == "cuda":
        torch.cuda.synchronize()


def description(a):
    if a.device == "cpu":
        return f"PyTorch on {torch.get_num_threads()} threads, {a.precision}"
    return f"PyTorch on {torch.cuda.get_device_name()}, {a.precision}"


def figures(a):
    """What every script reports beside its own figures."""
    gpu = {} if a.device == "cpu" else {"peak_gpu_mb": torch.cuda.max_memory_allocated() / 1e6}
    return {"engine": description(a), "threads": torch.get_num_threads(), "peak_rss_mb": round(peak_rss_mb(), 1), **gpu,
            "versions": {"torch": torch.__version__, "transformers": transformers.__version__}}
