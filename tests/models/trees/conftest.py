import pytest

from models.trees.made import FOREST, a_set
from taonet.models.trees.trees import Trees


@pytest.fixture
def grown():
    trees = Trees(FOREST, n_classes=3, seed=1)
    trees.fit(*a_set())
    return trees
