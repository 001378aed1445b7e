"""What of the graphics card can be seen, without torch as well as with it."""
import ctypes
import glob
import os


def describe():
    devices = sorted(glob.glob("/dev/nvidia[0-9]*"))
    try:
        ctypes.CDLL("libcuda.so.1")
        driver = "driver found"
    except OSError:
        driver = "no driver"
    return f"{len(devices)} cards, {driver}, kernels are kept in {os.environ['CUDA_CACHE_PATH']}"


if __name__ == "__main__":
    print(describe())
