"""The verb `models`."""

from taonet.cli.options import (
    AsJson,
)
from taonet.cli.output import print_result


def models(as_json: AsJson = False) -> None:
    """List the bundles that come with the package."""
    from taonet.tasks.models import bundle_lines, shipped_bundles

    found = shipped_bundles()
    text = "\n".join(bundle_lines(found)) if found else "no bundles ship with this version"
    print_result(found, text, as_json=as_json)
