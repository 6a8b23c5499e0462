"""Where networks run: on the processor, on an NVIDIA GPU (cuda) or on a Mac's own (mps).

This module decides, and nothing else does. A network that was put somewhere knows where it is
(`taonet.models.taonet.TaoNet.device`), what it reads is brought there
(`taonet.data.batches.Batch.to`), and answers come back as numpy arrays.

On the processor the same numbers come out to the last bit; other devices add in another order.
`benchmarks/device.py` checks that they agree to 1e-4 in probability.
"""

import platform
from typing import TYPE_CHECKING, Final

from taonet.errors import ConfigError, MissingError, nearest

if TYPE_CHECKING:
    import torch

AUTO: Final = "auto"
CPU: Final = "cpu"

GPUS: Final = {
    "cuda": "this machine has no NVIDIA GPU that torch can use",
    "mps": "this machine has no Apple GPU that torch can use",
}
"""What there may be besides the processor, best first, and what is said where it is missing."""

DEVICES: Final = (AUTO, CPU, *GPUS)
"""What recipes and the command line call them."""


def check_device(name: str, *, where: object = None) -> None:
    """Refuse a name that is none of `DEVICES`; torch is not imported for that.

    Raises
    ------
    ConfigError
        With the nearest name.

    Examples
    --------
    >>> check_device("cuda")
    """
    if not isinstance(name, str) or name not in DEVICES:
        do = nearest(str(name), DEVICES)
        raise ConfigError("no such device", where=where, got=repr(name), do=do)


def find_device(name: str = AUTO) -> "torch.device":
    """Return the device of a name, if this machine has it.

    Parameters
    ----------
    name : str
        One of `DEVICES`; ``auto`` takes the best there is.

    Raises
    ------
    ConfigError
        If there is no such name; the nearest is given.
    MissingError
        If this machine has no such device.

    Examples
    --------
    >>> find_device("cpu")
    device(type='cpu')
    """
    check_device(name)
    import torch

    if name == AUTO:
        name = next((gpu for gpu in GPUS if _is_there(gpu)), CPU)
    elif name in GPUS and not _is_there(name):
        raise MissingError(GPUS[name], where=name, do="use --device cpu")
    if name == "cuda":
        # TF32 keeps ten bits of each factor of a convolution: too few to agree with the processor
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device(name)


def _is_there(name: str) -> bool:
    import torch

    return torch.cuda.is_available() if name == "cuda" else torch.backends.mps.is_available()


def double_device(device: "torch.device") -> "torch.device":
    """Return where double precision is computed for a network on a device.

    Apple's GPUs have none, so there it is the processor.
    """
    import torch

    return torch.device(CPU) if device.type == "mps" else device


def describe_device(device: "torch.device") -> str:
    """Return what a device is, in a few words, as cost records state it."""
    import torch

    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    processor = f"{platform.machine()}, {torch.get_num_threads()} threads"
    return processor if device.type == CPU else f"{device.type} of {processor}"
