"""Loading a saved model, whatever it holds."""

from taonet.errors import InputError
from taonet.models.bundle_folder import TREES, bundle_config, find_bundle
from taonet.models.device import AUTO, CPU, check_device
from taonet.models.model import Model
from taonet.types import AnyPath


def load_model(name_or_path: AnyPath, *, device: str = AUTO) -> Model:
    """Load a network or trees by the name of a shipped bundle or by a folder.

    Parameters
    ----------
    name_or_path : str or path
        A shipped name (``taonet models`` lists them), a bundle's folder, or that of a finished run.
    device : str
        Where a network runs: one of `taonet.models.device.DEVICES`. Trees run on the processor.

    Raises
    ------
    ConfigError
        If there is no such device.
    MissingError
        If there is none; the shipped names are listed. If this machine has no such device.
    InputError
        If it is damaged, or of a newer version, or trees are to run on a GPU.
    """
    check_device(device)
    path = find_bundle(name_or_path)
    # torch and onnxruntime are heavy: only that which the bundle needs
    if bundle_config(path)["format"] == TREES:
        from taonet.models.trees.bundle import load_trees

        if device not in (AUTO, CPU):
            raise InputError("trees run on the processor", where=device, do="use --device cpu")
        return load_trees(path)
    from taonet.models.bundle import load_bundle

    return load_bundle(path, device=device)
