"""The verb `recipes`."""

from taonet.cli.options import (
    AsJson,
)
from taonet.cli.output import print_result


def recipes(as_json: AsJson = False) -> None:
    """List the recipes that come with the package, for `train`."""
    from taonet.experiment.shipped_recipes import recipe_lines, shipped_recipes

    shipped = shipped_recipes()
    print_result(shipped, "\n".join(recipe_lines(shipped)), as_json=as_json)
