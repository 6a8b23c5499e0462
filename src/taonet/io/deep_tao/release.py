"""What the public Deep-TAO release states of itself (arXiv 2503.16714)."""

RELEASE_OBJECTS = {"AGN": 606, "BZ": 239, "CV": 772, "SN": 1372, "OTHER": 818, "NON": 12500}
"""Objects of each class, one file each."""
