"""Memory of this process, for scripts with and without PyTorch."""
import resource


def peak_rss_mb():
    """Most resident memory of this process; unlike ru_maxrss without what the parent held before exec."""
    return of_status("VmHWM")


def present_rss_mb():
    """Resident memory of this process now; where the system does not say, the most it has had."""
    return of_status("VmRSS")


def of_status(key):
    try:
        with open("/proc/self/status") as f:
            return next(int(line.split()[1]) for line in f if line.startswith(key)) * 1024 / 1e6
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
