"""``python -m taonet`` is the command ``taonet``."""

from taonet.cli.app import main

if __name__ == "__main__":
    main()
