"""The examples, in a short version: the same words, pixels and weights, pictures that are there.

Those of Python run in this process, those of R in one process of R. The slow tests beside them run
each as a user does.
"""

import re

import pytest
from example_process import (
    TRAINING,
    assert_pictures,
    check_training,
    lines_here,
    lines_in_one_r,
    run_example,
)
from processes import ROOT

NETWORK = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": "20000"}
IN_R = {"mnist.R": NETWORK, "from_scratch.R": TRAINING, "tour.R": {}, "derivatives.R": {}}
ENDS = {"py": "python", "R": "r"}
languages = pytest.mark.parametrize("language", ENDS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("a folder")


@pytest.fixture(scope="module")
def printed_by_r(folder):
    return lines_in_one_r(IN_R, folder)


@pytest.fixture
def printed(request, folder):
    """Return a function that gives what an example prints in a language."""

    def lines(name, language):
        if language == "R":
            return request.getfixturevalue("printed_by_r")[f"{name}.R"]
        return lines_here(f"{name}.py", folder, **IN_R[f"{name}.R"])

    return lines


def assert_pictures_of(example, language, folder, sizes):
    """Assert that an example drew its pictures."""
    assert_pictures(folder, {f"{example}-{k}-{ENDS[language]}": v for k, v in sizes.items()})


@languages
def test_mnist(language, printed, folder):
    lines = printed("mnist", language)
    assert lines[:5] == [
        "training images: uint8 (60000, 28, 28)",
        "training labels: uint8 (60000) first ten: 5 0 4 1 9 2 1 3 1 4",
        "test images: uint8 (10000, 28, 28)",
        "test labels: uint8 (10000) first ten: 7 2 1 0 4 1 4 9 5 9",
        "reshaped: float32 (60000, 784) and float32 (10000, 784)",
    ]
    assert re.fullmatch(r"157/157 - .* - accuracy: 0\.\d+ - loss: \d\.\d+", lines[5])
    assert re.fullmatch(
        r"the first test digit: probability 0\.\d+ at position 8, so it is a 7; its label is 7",
        lines[6],
    )
    assert 0.8 < float(lines[7].removeprefix("test accuracy: ")) < 0.99
    digits, training = (
        folder / f"mnist-{name}-{ENDS[language]}.png" for name in ("digits", "training")
    )
    assert lines[8:] == [f"pictures: {digits}, {training}"]
    sizes = {"digits": (800, 600), "training": (900, 400)}
    assert_pictures_of("mnist", language, folder, sizes)


def test_without_data_one_sentence_says_so(tmp_path):
    missing = str(tmp_path / "no such file")
    with pytest.raises(SystemExit) as caught:
        lines_here("mnist.py", tmp_path, PYBRIDGE_MNIST=missing)
    words = f"mnist: {missing} could not be read: No such file or directory."
    assert caught.value.args == (words,)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@languages
def test_without_data_a_process_ends_with_one_sentence(language, tmp_path):
    missing = str(tmp_path / "no such file")
    done = run_example(f"mnist.{language}", tmp_path, PYBRIDGE_MNIST=missing)
    assert done.returncode == 1
    messages = [line for line in done.stderr.splitlines() if line.startswith("mnist: ")]
    assert messages == [f"mnist: {missing} could not be read: No such file or directory."]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_r_and_python_train_the_same_weights(printed, folder):
    lines = printed("from_scratch", "py")
    assert lines[0] == "epoch 1"
    weights = check_training(lines, folder, "tensorflow")
    assert check_training(printed("from_scratch", "R"), folder, "r") == weights


@languages
def test_tour(language, printed, folder):
    """The tour and the derivatives hold their own facts: reaching the end is the test."""
    lines = printed("tour", language)
    assert len([line for line in lines if line.startswith("> ")]) >= 91
    assert len([line for line in lines if line.startswith("---- ")]) == 10
    assert lines[-1].startswith("pictures: ")
    height = 620 if language == "py" else 640
    sizes = {"digit": (400, 400), "geometry": (1200, height)}
    assert_pictures_of("tour", language, folder, sizes)


def test_a_fact_that_is_not_so_stops_the_tour(tmp_path):
    text = (ROOT / "examples/tour.py").read_text(encoding="utf-8")
    assert text.count('show(x.ndim, "0")') == 1
    changed = tmp_path / "tour.py"
    changed.write_text(text.replace('show(x.ndim, "0")', 'show(x.ndim, "1")'), encoding="utf-8")
    with pytest.raises(AssertionError, match=r"^should print 1$"):
        lines_here(changed, tmp_path)


@languages
def test_derivatives(language, printed, folder):
    lines = printed("derivatives", language)
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
    assert_pictures_of("derivatives", language, folder, sizes)
