"""`taonet.tasks.predict.predict_files` by its first name, for scripts of version 0.1."""

from taonet.tasks.predict import predict_files as classify

__all__ = ["classify"]
