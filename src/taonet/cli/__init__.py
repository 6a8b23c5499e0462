"""The command line: each verb imports what it needs and calls one function."""

from taonet.cli.app import main

__all__ = ["main"]
