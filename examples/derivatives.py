"""Derivatives: by tape, along a graph, down a surface, with momentum. The same in R: derivatives.R.

    python examples/derivatives.py

MNIST_OUTPUT names another folder for the pictures.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import tensorflow as tf

from pybridge import R

matplotlib.use("Agg")
from matplotlib import pyplot

output = Path(os.environ.get("MNIST_OUTPUT", "output"))
output.mkdir(parents=True, exist_ok=True)


def save(figure: Any, name: str) -> None:
    path = output / f"derivatives-{name}-python.png"
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
    print(f"picture: {path}")


# ---- A tape gives the gradient of what it saw ----------------------------------------------------

x = tf.Variable(0.0)
with tf.GradientTape() as tape:
    y = 2 * x + 3
slope = tape.gradient(y, x)
print("gradient of 2 * x + 3 at 0:", float(slope))
assert float(slope) == 2

# A tape watches variables by itself; a constant has to be watched, or there is no gradient.
constant = tf.zeros(())
with tf.GradientTape() as tape:
    y = 2 * constant + 3
assert tape.gradient(y, constant) is None
with tf.GradientTape() as tape:
    tape.watch(constant)
    y = 2 * constant + 3
assert float(tape.gradient(y, constant)) == 2

# ---- A derivative is the slope of the line that touches ------------------------------------------

angles = tf.Variable(np.linspace(0, 6, 121))
with tf.GradientTape() as tape:
    curve = tf.cos(angles)
slopes = tape.gradient(curve, angles).numpy()
np.testing.assert_allclose(slopes, -np.sin(angles.numpy()), atol=1e-12)
print("the derivative of cos is -sin: at all 121 points")

figure, panel = pyplot.subplots(figsize=(7, 4), layout="constrained")
panel.plot(angles.numpy(), curve.numpy(), color="steelblue", linewidth=2)
for position, offset in ((21, (10, 8)), (61, (-22, 12)), (111, (8, -16))):
    at, height, slope = (float(R(v)[position]) for v in (angles.numpy(), curve.numpy(), slopes))
    step = np.array([-0.7, 0.7])
    panel.plot(at + step, height + slope * step, color="firebrick", linewidth=1.5)
    panel.plot(at, height, "o", color="firebrick")
    panel.annotate(f"slope {slope:.2f}", (at, height), offset, textcoords="offset points")
panel.set(title="cos(x), and its slope at three points", xlabel="x", ylabel="cos(x)")
panel.set(ylim=(-1.3, 1.5))
panel.grid(alpha=0.3)
save(figure, "slope")

# ---- The chain rule along a graph ----------------------------------------------------------------

x, w, b, y_true = (tf.Variable(value) for value in (2.0, 3.0, 1.0, 4.0))
with tf.GradientTape(persistent=True) as tape:
    x1 = x * w
    x2 = x1 + b
    loss = tf.abs(y_true - x2)


def gradient(result: Any, source: Any) -> float:
    return float(tape.gradient(result, source))


assert (float(x1), float(x2), float(loss)) == (6, 7, 3)
edges = {"loss": gradient(loss, x2), "x1": gradient(x2, x1), "b": gradient(x2, b)}
edges["w"] = gradient(x1, w)
# The loss is |4 - x2|: where x2 is above 4 it grows as x2 does, and below 4 it falls.
assert edges == {"loss": 1, "x1": 1, "b": 1, "w": 2}
assert gradient(loss, w) == edges["loss"] * edges["x1"] * edges["w"] == 2
assert gradient(loss, b) == edges["loss"] * edges["b"] == 1
print("gradient of the loss: 2 for w (1 * 1 * 2), 1 for b (1 * 1)")

NODES = {
    "x": (0, 3, f"x\n{float(x):g}"),
    "w": (2, 3, f"w\n{float(w):g}"),
    "x1": (1, 2, f"x1 = x * w\n{float(x1):g}"),
    "b": (3, 2, f"b\n{float(b):g}"),
    "x2": (2, 1, f"x2 = x1 + b\n{float(x2):g}"),
    "y_true": (4, 1, f"y_true\n{float(y_true):g}"),
    "loss": (3, 0, f"loss = |y_true - x2|\n{float(loss):g}"),
}
FORWARD = [("x", "x1"), ("w", "x1"), ("x1", "x2"), ("b", "x2"), ("x2", "loss"), ("y_true", "loss")]
BACKWARD = [("loss", "x2", "loss"), ("x2", "x1", "x1"), ("x2", "b", "b"), ("x1", "w", "w")]
ON_THE_WAY_TO_W = {"loss", "x1", "w"}


def draw_graph(panel: Any, title: str) -> None:
    for column, row, text in NODES.values():
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": "gray"}
        panel.text(column, row, text, ha="center", va="center", bbox=box, zorder=3)
    panel.set(title=title, xlim=(-0.6, 4.7), ylim=(-0.5, 3.5))
    panel.set_axis_off()


def draw_arrow(panel: Any, start: str, end: str, color: str, width: float) -> None:
    style = {"arrowstyle": "-|>", "color": color, "linewidth": width, "shrinkA": 24, "shrinkB": 24}
    panel.annotate("", NODES[end][:2], NODES[start][:2], arrowprops=style)


figure, (left, right) = pyplot.subplots(1, 2, figsize=(12, 5.5), layout="constrained")
draw_graph(left, "Forward: values go down")
for start, end in FORWARD:
    draw_arrow(left, start, end, "gray", 1.5)
draw_graph(right, "Backward: gradients go up; red is the way to w, 1 * 1 * 2 = 2")
for start, end, edge in BACKWARD:
    color = "firebrick" if edge in ON_THE_WAY_TO_W else "steelblue"
    draw_arrow(right, start, end, color, 2)
    column, row = np.mean([NODES[start][:2], NODES[end][:2]], axis=0)
    box = {"boxstyle": "circle,pad=0.2", "facecolor": "white", "edgecolor": color}
    panel_text = {"ha": "center", "va": "center", "color": color, "bbox": box, "zorder": 4}
    right.text(column, row, f"{edges[edge]:g}", **panel_text)
save(figure, "graph")

# ---- Momentum: over the hump instead of stuck before it ------------------------------------------


def hump(w: Any) -> Any:
    """Return a loss with a low valley on the left and a less low one on the right."""
    return (w**2 - 1) ** 2 + 0.3 * w


def descend(loss_of: Callable[[Any], Any], start: list[float], rate: float, momentum: float) -> Any:
    """Return the way down: one row of weights for each step."""
    weights = tf.Variable(np.array(start))
    velocity = np.zeros(len(start))
    way = [weights.numpy()]
    for _ in range(150):
        with tf.GradientTape() as tape:
            loss = loss_of(weights)
        gradient = tape.gradient(loss, weights).numpy()
        velocity = momentum * velocity - rate * gradient
        weights.assign_add(momentum * velocity - rate * gradient)
        way.append(weights.numpy())
    return np.array(way)


stuck = descend(hump, [1.8], rate=0.01, momentum=0.0)
freed = descend(hump, [1.8], rate=0.01, momentum=0.9)
assert abs(float(R(stuck)[-1, 1]) - 0.9600) < 1e-3
assert abs(float(R(freed)[-1, 1]) + 1.0353) < 1e-3
print(f"without momentum the way ends at {R(stuck)[-1, 1]:.3f}, with it at {R(freed)[-1, 1]:.3f}")

figure, panels = pyplot.subplots(1, 2, figsize=(10, 4), sharey=True, layout="constrained")
line = np.linspace(-1.7, 1.9, 200)
for panel, way, title in zip(
    panels, (stuck, freed), ("Without momentum: stuck", "With momentum 0.9: through"), strict=True
):
    panel.plot(line, hump(line), color="gray")
    panel.plot(way, hump(way), "o-", color="steelblue", markersize=3, linewidth=0.6, alpha=0.6)
    panel.plot(way[0], hump(way[0]), "o", color="black", label="start")
    panel.plot(way[-1], hump(way[-1]), "o", color="firebrick", markersize=9, label="end")
    panel.set(title=title, xlabel="w", ylim=(-0.7, 6))
    panel.grid(alpha=0.3)
    panel.legend(loc="upper center")
panels[0].set_ylabel("loss")
save(figure, "momentum")

# ---- A walk down a surface -----------------------------------------------------------------------


def surface(u: Any, v: Any) -> Any:
    """Return a bowl with two wells in it; the deeper one is at (-1, -1)."""
    shallow = 0.6 * tf.exp(-((u - 1.2) ** 2 + (v - 0.8) ** 2) / 0.6)
    deep = 1.8 * tf.exp(-((u + 1) ** 2 + (v + 1) ** 2) / 0.8)
    return 0.12 * (u**2 + v**2) - shallow - deep


def surface_of(weights: Any) -> Any:
    return surface(R(weights)[1], R(weights)[2])


walks = {
    "plain": descend(surface_of, [2.3, 1.9], rate=0.1, momentum=0.0),
    "momentum 0.9": descend(surface_of, [2.3, 1.9], rate=0.1, momentum=0.9),
}
COLORS = {"plain": "firebrick", "momentum 0.9": "darkorange"}
for name, walk in walks.items():
    u, v = R(walk)[-1]
    print(f"{name}: the walk ends at ({u:.2f}, {v:.2f}), where the loss is {surface(u, v):.2f}")
np.testing.assert_allclose(R(walks["plain"])[-1], [1.07, 0.71], atol=0.02)
np.testing.assert_allclose(R(walks["momentum 0.9"])[-1], [-0.95, -0.95], atol=0.02)

axis = np.linspace(-2.5, 2.5, 101)
u, v = np.meshgrid(axis, axis)
heights = surface(u, v).numpy()
figure = pyplot.figure(figsize=(11, 5), layout="constrained")
left, right = figure.add_subplot(1, 2, 1, projection="3d"), figure.add_subplot(1, 2, 2)
left.plot_surface(u, v, heights, cmap="viridis", alpha=0.75, linewidth=0, rstride=2, cstride=2)
left.view_init(elev=52, azim=-70)
left.set(xlabel="first weight", ylabel="second weight", zlabel="loss")
right.contourf(u, v, heights, levels=25, cmap="viridis")
right.set(xlabel="first weight", ylabel="second weight", aspect="equal")
for name, walk in walks.items():
    first, second = R(walk)[:, 1], R(walk)[:, 2]
    height = surface(first, second).numpy()
    left.plot(first, second, height + 0.03, color=COLORS[name], linewidth=2, zorder=5)
    right.plot(first, second, "o-", color=COLORS[name], markersize=3, linewidth=1, label=name)
right.plot(*R(walks["plain"])[1], "o", color="white", markersize=8, label="start")
right.legend(loc="upper left")
figure.suptitle("Down a loss surface")
save(figure, "surface")
