"""The verb `models`."""

from taonet.cli.options import (
    AsJson,
)
from taonet.cli.output import print_result


def models(as_json: AsJson = False) -> None:
    """List the bundles that come with the package."""
    from taonet.tasks.models import bundle_lines, shipped_bundles

    bundles = shipped_bundles()
    text = "\n".join(bundle_lines(bundles)) if bundles else "no bundles ship with this version"
    print_result(bundles, text, as_json=as_json)
