"""A tour of tensors: ranks, attributes, subscripts, operations, shapes. The same in R: tour.R.

    python examples/tour.py

Every line shows an expression and what it prints. The tour stops if the output differs.
MNIST_OUTPUT names another folder for the pictures.
"""

from __future__ import annotations

import ast
import inspect
import os
import sys
import timeit
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from mnist_data import MnistError, load_mnist

from pybridge import NA, R, array_reshape, broadcast, newaxis, recycle

matplotlib.use("Agg")
from matplotlib import pyplot

output = Path(os.environ.get("MNIST_OUTPUT", "output"))
output.mkdir(parents=True, exist_ok=True)


def written_argument() -> str:
    """Return the first argument of the call that is two frames up, as it is written there."""
    place = inspect.getframeinfo(sys._getframe(2))
    lines = Path(place.filename).read_text(encoding="utf-8").splitlines()
    positions = place.positions
    assert positions is not None
    call = "\n".join(lines[positions.lineno - 1 : positions.end_lineno])
    expression = ast.parse(call.strip()).body[0]
    assert isinstance(expression, ast.Expr)
    assert isinstance(expression.value, ast.Call)
    return ast.unparse(expression.value.args[0])


def show(value: Any, printed: str) -> None:
    """Print an expression and its value, which has to print as `printed`."""
    print(f"> {written_argument()}\n{value!r}")
    assert repr(value) == printed, f"should print {printed}"


def section(title: str) -> None:
    print(f"\n---- {title} {'-' * (70 - len(title))}\n")


# ---- Ranks ---------------------------------------------------------------------------------------

section("Tensors of rank 0 to 5")
show(np.sum([1, 2, 3]), "np.int64(6)")
show(np.square(np.sum([1, 2, 3])), "np.int64(36)")
x = np.array(12.0)
show(x, "array(12.)")
show(x.ndim, "0")
x = np.array([12.0, 3, 6, 14, 7])
show(x, "array([12.,  3.,  6., 14.,  7.])")
show(x.shape, "(5,)")
show(x.ndim, "1")
x = array_reshape(np.arange(1, 7, dtype="int32"), (2, 3), order="F")
show(x, "array([[1, 3, 5],\n       [2, 4, 6]], dtype=int32)")
show(x.ndim, "2")
show(R(x)[1].tolist(), "[1, 3, 5]")
show(R(x)[:, 1].tolist(), "[1, 2]")
x = array_reshape(np.arange(1, 25, dtype="int32"), (4, 3, 2), order="F")
show(x.ndim, "3")
show(x.shape, "(4, 3, 2)")
show(R(x)[:, :, 1].tolist(), "[[1, 5, 9], [2, 6, 10], [3, 7, 11], [4, 8, 12]]")
show(R(x)[:, :, 2].tolist(), "[[13, 17, 21], [14, 18, 22], [15, 19, 23], [16, 20, 24]]")
printed = """\
array([[[ 1, 13],
        [ 5, 17],
        [ 9, 21]],

       [[ 2, 14],
        [ 6, 18],
        [10, 22]],

       [[ 3, 15],
        [ 7, 19],
        [11, 23]],

       [[ 4, 16],
        [ 8, 20],
        [12, 24]]], dtype=int32)"""
show(x, printed)
x = np.stack([x, x, x, x, x])
show((x.ndim, x.shape), "(4, (5, 4, 3, 2))")
x = R(x)[newaxis]
show((x.ndim, x.shape), "(5, (1, 5, 4, 3, 2))")

# ---- Attributes ----------------------------------------------------------------------------------

section("Key attributes, on the digits")
try:
    mnist = load_mnist()
except MnistError as fault:
    sys.exit(f"tour: {fault}")
train_images, train_labels = mnist.x_train, mnist.y_train
show(train_images.ndim, "3")
show(train_images.shape, "(60000, 28, 28)")
show(train_images.dtype, "dtype('uint8')")
show(R(train_labels)[1:10].tolist(), "[5, 0, 4, 1, 9, 2, 1, 3, 1, 4]")
show(R(mnist.y_test)[1:10].tolist(), "[7, 2, 1, 0, 4, 1, 4, 9, 5, 9]")
show(R(train_labels)[5], "np.uint8(9)")

digit = R(train_images)[5]
figure, panel = pyplot.subplots(figsize=(4, 4), layout="constrained")
panel.imshow(digit, cmap="gray_r", vmin=0, vmax=255)
panel.set(title=f"The fifth digit is a {R(train_labels)[5]}", xticks=[], yticks=[])
figure.savefig(output / "tour-digit-python.png", dpi=100)

# ---- Subscripts ----------------------------------------------------------------------------------

section("Subscripts")
x = np.arange(1, 11, dtype="int32")
show(R(x)[1], "np.int32(1)")
show(x[1], "np.int32(2)")
show(R(x)[1:3], "array([1, 2, 3], dtype=int32)")
show(x[1:3], "array([2, 3], dtype=int32)")
show(R(x)[NA:5], "array([1, 2, 3, 4, 5], dtype=int32)")
show(R(x)[6:NA], "array([ 6,  7,  8,  9, 10], dtype=int32)")
show(R(x)[-1], "np.int32(10)")
show(R(x)[-3:NA], "array([ 8,  9, 10], dtype=int32)")

my_slice = R(train_images)[10:99]
show(my_slice.shape, "(90, 28, 28)")
show(np.array_equal(R(train_images)[10:99, :, :], my_slice), "True")
show(np.array_equal(R(train_images)[10:99, NA:NA, NA:NA], my_slice), "True")
show(np.array_equal(R(train_images)[10:99, 1:28, 1:28], my_slice), "True")
show(R(train_images)[:, 15:NA, 15:NA].shape, "(60000, 14, 14)")
show(R(train_images)[:, 8:-8, 8:-8].shape, "(60000, 14, 14)")
show(R(train_images)[newaxis].shape, "(1, 60000, 28, 28)")
show(R(train_images)[:, newaxis].shape, "(60000, 1, 28, 28)")
show(R(train_images)[..., newaxis].shape, "(60000, 28, 28, 1)")
show(R(train_images)[..., newaxis, :].shape, "(60000, 28, 1, 28)")

# ---- Batches -------------------------------------------------------------------------------------

section("Batches")
batch = R(train_images)[1:128]
show(batch.shape, "(128, 28, 28)")
batch = R(train_images)[129:256]
show(np.array_equal(batch, train_images[128:256]), "True")
n = 3
positions = np.arange(128 * (n - 1) + 1, 128 * n + 1)
batch = R(train_images)[positions]
show(np.array_equal(batch, train_images[256:384]), "True")
batches_per_epoch = -(-len(train_images) // 128)
show(batches_per_epoch, "469")
show(5 * batches_per_epoch, "2345")
show(R(train_images)[128 * 468 + 1 : NA].shape, "(96, 28, 28)")

# ---- Shapes of real data -------------------------------------------------------------------------


def tensor_of(*shape: int, dtype: str = "float32") -> np.ndarray:
    """Return a tensor of any size in the memory of one number."""
    return np.broadcast_to(np.zeros((), dtype), shape)


section("Shapes of real data")
people = tensor_of(100000, 3)
show(R(people)[1].shape, "(3,)")
texts = tensor_of(500, 20000)
show(R(texts)[:, 17].shape, "(500,)")
stocks = tensor_of(250, 390, 3)
show(R(stocks)[-1].shape, "(390, 3)")
show(R(stocks)[:, 390, 1].shape, "(250,)")
tweets = tensor_of(1000000, 280, 128, dtype="uint8")
show(R(tweets)[1].shape, "(280, 128)")
images = tensor_of(128, 256, 256, 3)
show(R(images)[..., 1].shape, "(128, 256, 256)")
show(np.moveaxis(images, -1, 1).shape, "(128, 3, 256, 256)")
show(R(train_images)[1:128, ..., newaxis].shape, "(128, 28, 28, 1)")
video = tensor_of(4, 240, 144, 256, 3)
show(video.size, "106168320")
show(round(video.nbytes / 1e6), "425")
show(R(video)[1, 1:8].shape, "(8, 144, 256, 3)")

# ---- Elementwise operations ----------------------------------------------------------------------


def naive_relu(x: np.ndarray) -> np.ndarray:
    assert x.ndim == 2
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] = max(x[i, j], 0)
    return x


def naive_add(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    assert x.ndim == 2
    assert x.shape == y.shape
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += y[i, j]
    return x


def microseconds(run: Callable[[], Any], count: int) -> float:
    return 1e6 * min(timeit.repeat(run, number=count, repeat=3)) / count


section("Elementwise operations, and their naive twins")
random = np.random.default_rng(1)
x, y = random.random((20, 100)), random.random((20, 100))
show(np.array_equal(naive_add(x, y), x + y), "True")
show(np.array_equal(naive_relu(x - y), np.maximum(x - y, 0)), "True")
fast = microseconds(lambda: np.maximum(x + y, 0), 1000)
naive = microseconds(lambda: naive_relu(naive_add(x, y)), 10)
print(f"x + y and relu: {fast:.0f} microseconds; naive: {naive:.0f}, {naive / fast:.0f} times that")
assert naive > 20 * fast

# ---- Broadcasting --------------------------------------------------------------------------------


def naive_add_matrix_and_vector(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    assert x.ndim == 2
    assert y.shape == x.shape[1:]
    x = x.copy()
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            x[i, j] += y[j]
    return x


section("Broadcasting")
x, y = random.random((32, 10)), random.random(10)
row = R(y)[newaxis, ...]
show(row.shape, "(1, 10)")
tiled = np.tile(row, (32, 1))
show(tiled.shape, "(32, 10)")
show(all(np.array_equal(R(tiled)[i], y) for i in range(1, 33)), "True")
show(np.array_equal(R(row)[[1] * 32, :], tiled), "True")
show(np.array_equal(x + y, x + tiled), "True")
show(np.array_equal(naive_add_matrix_and_vector(x, y), x + y), "True")
show(np.array_equal(broadcast(x, y)[1], tiled), "True")
show(broadcast(x, y)[1].strides[0], "0")
# R recycles down the columns: a vector of 32 meets every column, and one of 10 would run askew.
column = random.random(32)
show(np.array_equal(recycle(x, column)[1], np.tile(R(column)[:, newaxis], (1, 10))), "True")

x, y = random.random((64, 3, 32, 10)), random.random((32, 10))
z = x + y
show(z.shape, "(64, 3, 32, 10)")
show(np.array_equal(z, x + R(y)[newaxis, newaxis, ...]), "True")

# ---- Tensor products -----------------------------------------------------------------------------


def naive_vector_dot(x: np.ndarray, y: np.ndarray) -> float:
    assert x.ndim == y.ndim == 1
    assert x.shape == y.shape
    z = 0.0
    for i in range(len(x)):
        z += x[i] * y[i]
    return z


def naive_matrix_vector_dot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.array([naive_vector_dot(R(x)[i], y) for i in range(1, len(x) + 1)])


def naive_matrix_dot(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    assert x.shape[1] == y.shape[0]
    z = np.zeros((x.shape[0], y.shape[1]))
    for i in range(1, x.shape[0] + 1):
        for j in range(1, y.shape[1] + 1):
            R(z)[i, j] = naive_vector_dot(R(x)[i], R(y)[:, j])
    return z


section("Tensor products")
x, y = random.random(32), random.random(32)
show(np.matmul(x, y).shape, "()")
show(np.isclose(naive_vector_dot(x, y), x @ y), "np.True_")
x, y = random.random((2, 3)), random.random((3, 5))
show(np.allclose(naive_matrix_vector_dot(x, R(y)[:, 1]), x @ R(y)[:, 1]), "True")
show(np.allclose(naive_matrix_dot(x, y), x @ y), "True")
show((x @ y).shape, "(2, 5)")
x = random.random((2, 3, 4, 5))
show((x @ random.random(5)).shape, "(2, 3, 4)")
show((x @ random.random((5, 6))).shape, "(2, 3, 4, 6)")
try:
    np.matmul(random.random((3, 5)), random.random((2, 3)))
except ValueError:
    print("(3, 5) and (2, 3): no product; it is not symmetric")
else:
    raise AssertionError("a product of shapes that do not fit")

# ---- Reshaping -----------------------------------------------------------------------------------

section("Reshaping and transposition")
show(array_reshape(train_images, (60000, 28 * 28)).shape, "(60000, 784)")
show(array_reshape(mnist.x_test, (NA, 28 * 28)).shape, "(10000, 784)")
x = np.arange(1, 7)
show(array_reshape(x, (3, 2)).tolist(), "[[1, 2], [3, 4], [5, 6]]")
show(array_reshape(x, (2, 3)).tolist(), "[[1, 2, 3], [4, 5, 6]]")
x = array_reshape(x, (3, 2), order="F")
show(x.tolist(), "[[1, 4], [2, 5], [3, 6]]")
show(x.T.tolist(), "[[1, 2, 3], [4, 5, 6]]")
show(np.array_equal(R(x)[2], R(x.T)[:, 2]), "True")

# ---- Geometry ------------------------------------------------------------------------------------

section("Geometry")
A, B = np.array([0.5, 1]), np.array([1, 0.25])
show((A + B).tolist(), "[1.5, 1.25]")


def rotation(degrees: float) -> np.ndarray:
    theta = np.radians(degrees)
    return np.array([[np.cos(theta), -np.sin(theta)], [np.sin(theta), np.cos(theta)]])


# Points are columns, as in `matrix @ points`.
flag = np.array([[0, 0, 1, 0.75, 1, 0], [0, 2, 2, 1.5, 1, 1]])
scaling = np.array([[1, 0], [0, 0.5]])
W, b = np.array([[1, 0.6], [-0.4, 0.9]]), np.array([0.5, -1])
shift = R(b)[:, newaxis]
turned = rotation(45) @ flag
affine = W @ flag + shift
moves = {
    "Translation: + (1, 0.25)": flag + R(B)[:, newaxis],
    "Rotation by 45 degrees": turned,
    "Scaling: height by 0.5": scaling @ flag,
    "Linear: W @ x": W @ flag,
    "Affine: W @ x + b": affine,
    "Dense layer: relu(W @ x + b)": np.maximum(affine, 0),
}
show((rotation(90) @ [1, 0]).round(12).tolist(), "[0.0, 1.0]")
show(np.allclose(np.hypot(*turned), np.hypot(*flag)), "True")
show(R(scaling @ flag)[2].tolist(), "[0.0, 1.0, 1.0, 0.75, 0.5, 0.5]")
W2, b2 = rotation(30), np.array([[-1], [2]])
show(np.allclose(W2 @ affine + b2, (W2 @ W) @ flag + (W2 @ shift + b2)), "True")
show(np.array_equal(np.maximum(affine, 0), naive_relu(affine)), "True")

figure, panels = pyplot.subplots(2, 4, figsize=(12, 6.2), layout="constrained")
arrow = {"angles": "xy", "scale_units": "xy", "scale": 1, "width": 0.012}
for panel, title in zip(panels.flat, ("A point, and its arrow", "A + B"), strict=False):
    panel.quiver(0, 0, *A, color="steelblue", **arrow)
    panel.text(*(A / 2 + [-0.25, 0.1]), "A", color="steelblue", fontsize=12)
    panel.plot(*A, "o", color="steelblue")
    panel.set(title=title, xlim=(-0.3, 2), ylim=(-0.3, 2), aspect="equal")
    panel.grid(alpha=0.3)
sum_panel = panels.flat[1]
sum_panel.quiver(*A, *B, color="darkorange", **arrow)
sum_panel.quiver(0, 0, *(A + B), color="firebrick", **arrow)
sum_panel.text(1.0, 1.25, "B", color="darkorange", fontsize=12)
sum_panel.text(0.85, 0.45, "A + B", color="firebrick", fontsize=12)
for panel, (title, points) in zip(panels.flat[2:], moves.items(), strict=True):
    panel.fill(*flag, facecolor="none", edgecolor="gray", linestyle="--")
    panel.fill(*points, facecolor="lightsteelblue", edgecolor="steelblue", linewidth=2)
    panel.axhline(0, color="black", linewidth=0.6)
    panel.axvline(0, color="black", linewidth=0.6)
    panel.set(title=title, xlim=(-1.8, 2.8), ylim=(-1.6, 3), aspect="equal")
    panel.grid(alpha=0.3)
figure.savefig(output / "tour-geometry-python.png", dpi=100)
print(f"\npictures: {output}/tour-digit-python.png, {output}/tour-geometry-python.png")
