"""Numbers that a setting may hold, as types: the recipe reader names the key that breaks one."""

from typing import Annotated

from annotated_types import Ge, Gt, Le

Natural = Annotated[int, Ge(1)]
"""1, 2, 3, …"""

Count = Annotated[int, Ge(0)]
"""0, 1, 2, …"""

Positive = Annotated[float, Gt(0)]
"""More than zero."""

NotNegative = Annotated[float, Ge(0)]
"""Zero or more."""

Share = Annotated[float, Ge(0), Le(1)]
"""From 0 to 1."""
