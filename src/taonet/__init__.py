"""TAO-Net: classify image sequences of astronomical transients, straight from pixels."""

__version__ = "0.1.0"
