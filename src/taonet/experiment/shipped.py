"""The bundles that come with the package, and what each is."""

from taonet.models.bundle_folder import SHIPPED, bundle_config, bundle_names


def shipped_bundles() -> dict[str, str]:
    """Return name and one line about each shipped bundle."""
    found = {}
    for name in bundle_names():
        config = bundle_config(SHIPPED / name)
        classes = ", ".join(config["taxonomy"]["classes"])
        origin = "trained on simulation" if config["facts"]["trained_on_simulation"] else "real"
        found[name] = f"{config['facts']['survey']}, {classes}; {origin}"
    return found
