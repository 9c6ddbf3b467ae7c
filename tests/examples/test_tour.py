"""The tour and the derivatives: each holds its own facts, so that reaching the end is the test."""

import os

import pytest
from example_process import assert_pictures, lines_of
from processes import ROOT, python

NAMES = {"py": "python", "R": "r"}


@pytest.mark.parametrize("language", NAMES)
def test_tour(language, tmp_path):
    lines = lines_of(f"tour.{language}", tmp_path)
    assert len([line for line in lines if line.startswith("> ")]) >= 91
    assert len([line for line in lines if line.startswith("---- ")]) == 10
    assert lines[-1].startswith("pictures: ")
    height = 620 if language == "py" else 640
    sizes = {"digit": (400, 400), "geometry": (1200, height)}
    assert_pictures(tmp_path, {f"tour-{k}-{NAMES[language]}": v for k, v in sizes.items()})


def test_a_fact_that_is_not_so_stops_the_tour(tmp_path):
    text = (ROOT / "examples/tour.py").read_text(encoding="utf-8")
    assert text.count('show(x.ndim, "0")') == 1
    changed = tmp_path / "tour.py"
    changed.write_text(text.replace('show(x.ndim, "0")', 'show(x.ndim, "1")'), encoding="utf-8")
    path = os.pathsep.join([str(ROOT / "examples"), str(ROOT)])
    done = python(str(changed), PYTHONPATH=path, MNIST_OUTPUT=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "AssertionError: should print 1"


@pytest.mark.parametrize("language", NAMES)
def test_derivatives(language, tmp_path):
    lines = lines_of(f"derivatives.{language}", tmp_path)
    assert [line for line in lines if not line.startswith("picture")] == [
        f"gradient of 2 * x + 3 at 0: {'2.0' if language == 'py' else '2'}",
        "the derivative of cos is -sin: at all 121 points",
        "gradient of the loss: 2 for w (1 * 1 * 2), 1 for b (1 * 1)",
        "without momentum the way ends at 0.960, with it at -1.036",
        "plain: the walk ends at (1.07, 0.71), where the loss is -0.38",
        "momentum 0.9: the walk ends at (-0.95, -0.95), where the loss is -1.57",
    ]
    sizes = {"slope": (700, 400), "graph": (1200, 550), "momentum": (1000, 400)}
    sizes["surface"] = (1100, 500)
    assert_pictures(tmp_path, {f"derivatives-{k}-{NAMES[language]}": v for k, v in sizes.items()})
