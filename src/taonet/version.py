"""The version of the code, for whatever writes it down; it knows nothing else of the package."""

__version__ = "0.1.0"
