"""``python -m taonet`` is the command ``taonet``."""

from taonet.cli import main

main()
