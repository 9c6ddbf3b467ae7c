"""The first network: it learns to read handwritten digits. The same in R: mnist.R.

    make mnist-python

Positions count from 1 here, as in R: `R(x)[1]` is the first image. MNIST_EPOCHS and MNIST_SAMPLES
make a shorter run; MNIST_OUTPUT names another folder for the pictures.
"""

import os
import sys
from pathlib import Path

import keras
import matplotlib
import numpy as np
from mnist_data import MnistError, load_mnist

from pybridge import NA, R, array_reshape

matplotlib.use("Agg")
from matplotlib import pyplot


def describe(x: np.ndarray) -> str:
    """Return the type and the shape of `x`, as the twin in R writes them."""
    return f"{x.dtype} ({', '.join(str(size) for size in x.shape)})"


def draw_digits(images: np.ndarray, labels: np.ndarray, path: Path) -> None:
    """Draw the first forty images, each under its label."""
    figure, axes = pyplot.subplots(5, 8, figsize=(8, 6), layout="constrained")
    figure.suptitle("MNIST: the first 40 training digits and their labels")
    for position, panel in enumerate(axes.flat, start=1):
        panel.imshow(R(images)[position], cmap="gray_r", vmin=0, vmax=255)
        panel.set_title(R(labels)[position])
        panel.set_axis_off()
    figure.savefig(path, dpi=100)


def draw_training(history: dict[str, list[float]], test_accuracy: float, path: Path) -> None:
    """Draw loss and accuracy by epoch, with the accuracy on the test images next to it."""
    epochs = range(1, len(history["loss"]) + 1)
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(9, 4), layout="constrained")
    figure.get_layout_engine().set(wspace=0.08)
    left.plot(epochs, history["loss"], "o-", color="firebrick")
    left.set(title="Loss on the training images", ylim=(0, None))
    left.set_ylabel("loss (cross-entropy)", labelpad=8)
    right.plot(epochs, history["accuracy"], "o-", color="steelblue", label="training images")
    right.axhline(test_accuracy, linestyle="--", color="gray")
    right.plot([], [], "--", color="gray", label=f"test images, at the end: {test_accuracy:.4f}")
    right.set_title("Accuracy")
    right.set_ylabel("share of digits read correctly", labelpad=8)
    right.legend(loc="lower right")
    for panel in (left, right):
        panel.set(xlabel="epoch", xticks=epochs)
        panel.grid(alpha=0.3)
    figure.savefig(path, dpi=100)


epochs = int(os.environ.get("MNIST_EPOCHS", 5))
samples = int(os.environ.get("MNIST_SAMPLES", 60000))
output = Path(os.environ.get("MNIST_OUTPUT", "output"))
output.mkdir(parents=True, exist_ok=True)
keras.utils.set_random_seed(1)

# ---- Load the digits and look at them ------------------------------------------------------------

try:
    mnist = load_mnist()
except MnistError as fault:
    sys.exit(f"mnist: {fault}")

print("training images:", describe(mnist.x_train))
print("training labels:", describe(mnist.y_train), "first ten:", *R(mnist.y_train)[1:10])
print("test images:", describe(mnist.x_test))
print("test labels:", describe(mnist.y_test), "first ten:", *R(mnist.y_test)[1:10])

# The same pixels as in R: the first digit, its sum, its first row with ink, and the sum of all.
digit = R(mnist.x_train)[1]
row = [3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127]
assert R(mnist.y_train)[1] == 5
assert digit.sum() == 27525
assert R(digit)[NA:5].sum() == 0
assert R(digit)[6, 13:24].tolist() == row
assert mnist.x_train.sum() == 1567298545

draw_digits(mnist.x_train, mnist.y_train, output / "mnist-digits-python.png")

# ---- From images to rows of numbers between 0 and 1 ----------------------------------------------

train_images = array_reshape(mnist.x_train, (60000, 28 * 28)).astype("float32") / 255
test_images = array_reshape(mnist.x_test, (10000, 28 * 28)).astype("float32") / 255
print("reshaped:", describe(train_images), "and", describe(test_images))

# ---- The network, and its training ---------------------------------------------------------------

model = keras.Sequential(
    [keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10, activation="softmax")]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(
    R(train_images)[NA:samples],
    R(mnist.y_train)[NA:samples],
    epochs=epochs,
    batch_size=128,
    verbose=1 if sys.stdout.isatty() else 2,
)

# ---- What it says about digits that it has never seen --------------------------------------------

test_digits = R(test_images)[1:10]
predictions = model.predict(test_digits, verbose=0)
position = int(R(predictions)[1].argmax()) + 1
print(
    f"the first test digit: probability {R(predictions)[1, position]:.4f} at position {position}, "
    f"so it is a {position - 1}; its label is {R(mnist.y_test)[1]}"
)
assert position == 8

loss, accuracy = model.evaluate(test_images, mnist.y_test, verbose=0)
draw_training(history.history, accuracy, output / "mnist-training-python.png")
print(f"test accuracy: {accuracy:.4f}")
print(f"pictures: {output}/mnist-digits-python.png, {output}/mnist-training-python.png")
assert accuracy >= (0.97 if (epochs, samples) == (5, 60000) else 0.8)
