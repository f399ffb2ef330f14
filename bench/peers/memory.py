"""Memory of this process, for scripts with and without PyTorch."""
import resource


def peak_rss_mb():
    """Most resident memory of this process; unlike ru_maxrss without what the parent held before exec."""
    try:
        with open("/proc/self/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith("VmHWM")) * 1024 / 1e6
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
