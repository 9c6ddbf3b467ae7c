"""The examples, in a short version: the same words, the same pixels, pictures that are there."""

import re

import pytest
from matplotlib.image import imread
from processes import python, rscript

SHORT = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": "20000"}


EXAMPLES = {
    "python": lambda **environment: python("examples/mnist.py", **environment),
    "r": lambda **environment: rscript("examples/mnist.R", **environment),
}


@pytest.mark.parametrize("language", EXAMPLES)
def test_mnist_in_short(language, tmp_path):
    folder = tmp_path / "a folder"
    done = EXAMPLES[language](**SHORT, MNIST_OUTPUT=str(folder))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
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
    digits, training = (folder / f"mnist-{name}-{language}.png" for name in ("digits", "training"))
    assert lines[8:] == [f"pictures: {digits}, {training}"]
    assert imread(digits).shape[:2] == (600, 800)
    assert imread(training).shape[:2] == (400, 900)
    for path in (digits, training):
        assert imread(path)[..., :3].std() > 0.05  # not a blank page


@pytest.mark.parametrize("language", EXAMPLES)
def test_without_data_one_sentence_says_so(language, tmp_path):
    missing = str(tmp_path / "no such file")
    done = EXAMPLES[language](PYBRIDGE_MNIST=missing, MNIST_OUTPUT=str(tmp_path))
    assert done.returncode == 1
    messages = [line for line in done.stderr.splitlines() if line.startswith("mnist: ")]
    assert messages == [f"mnist: {missing} could not be read: No such file or directory."]
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
