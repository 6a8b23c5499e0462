"""The name of version 0.1 goes on to mean the verb `predict`."""

from taonet.experiment.classify import classify
from taonet.tasks.predict import predict_files


def test_scripts_of_the_first_version_reach_the_verb_at_its_old_place():
    assert classify is predict_files
