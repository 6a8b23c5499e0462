"""Loading a saved model, whatever it holds."""

from taonet.models.bundle_folder import TREES, bundle_config, find_bundle
from taonet.models.model import Model
from taonet.types import AnyPath


def load_model(name_or_path: AnyPath) -> Model:
    """Load a network or trees by the name of a shipped bundle or by a folder.

    Parameters
    ----------
    name_or_path : str or path
        A shipped name (``taonet models`` lists them), a bundle's folder, or that of a finished run.

    Raises
    ------
    MissingError
        If there is none; the shipped names are listed.
    InputError
        If it is damaged, or of a newer version.
    """
    path = find_bundle(name_or_path)
    # torch and onnxruntime are heavy: only that which the bundle needs
    if bundle_config(path)["format"] == TREES:
        from taonet.models.trees.bundle import load_trees

        return load_trees(path)
    from taonet.models.bundle import load_bundle

    return load_bundle(path)
