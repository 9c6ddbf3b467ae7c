"""Pictures that more than one example draws, with matplotlib. The same in R: pictures.R."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np

from pybridge import R

matplotlib.use("Agg")
from matplotlib import pyplot


def draw_losses(losses: Sequence[float], per_epoch: int, title: str, path: str | Path) -> None:
    """Draw the losses noted while training, `per_epoch` of them in every epoch, and their means."""
    figure, panel = pyplot.subplots(figsize=(8, 4.5), layout="constrained")
    epochs = np.arange(1, len(losses) + 1) / per_epoch
    panel.plot(epochs, losses, color="steelblue", linewidth=1.2, label="a batch")
    if len(losses) >= 2 * per_epoch:
        whole = len(losses) // per_epoch
        means = np.reshape(losses[: whole * per_epoch], (whole, per_epoch)).mean(axis=1)
        middles = np.arange(whole) + 0.5
        panel.plot(middles, means, "o-", color="firebrick", label="mean of the epoch")
        panel.legend()
    panel.set(title=title, xlabel="epochs", ylabel="loss of a batch (cross-entropy)")
    panel.set(xlim=(0, None), ylim=(0, None))
    panel.grid(alpha=0.3)
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def confusion_counts(labels: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return how often each digit (row) was read as each digit (column)."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def draw_confusion(
    labels: np.ndarray, predicted: np.ndarray, accuracy: float, path: str | Path
) -> None:
    """Draw which digits are read as which; colour is the share of the row."""
    counts = confusion_counts(labels, predicted)
    shares = counts / counts.sum(axis=1, keepdims=True)
    figure, panel = pyplot.subplots(figsize=(7, 6.5), layout="constrained")
    panel.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(10, 10):
        if counts[row, column]:
            color = "white" if shares[row, column] > 0.5 else "black"
            panel.text(column, row, counts[row, column], ha="center", va="center", color=color)
    panel.set(title=f"Test digits: {accuracy:.1%} read correctly")
    panel.set(xlabel="read as", ylabel="digit", xticks=range(10), yticks=range(10))
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def draw_guesses(
    images: np.ndarray, labels: np.ndarray, predicted: np.ndarray, path: str | Path
) -> None:
    """Draw the first forty digits, each under what it was read as; wrong ones in red."""
    figure, panels = pyplot.subplots(5, 8, figsize=(8, 6), layout="constrained")
    figure.suptitle("The first 40 test digits, and what they were read as")
    for position, panel in enumerate(panels.flat, start=1):
        label, guess = R(labels)[position], R(predicted)[position]
        panel.imshow(R(images)[position], cmap="gray_r", vmin=0, vmax=255)
        if guess == label:
            panel.set_title(guess)
        else:
            panel.set_title(f"{guess}, not {label}", color="firebrick", fontweight="bold")
        panel.set_axis_off()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)


def draw_means(means: np.ndarray, path: str | Path) -> None:
    """Draw the mean image of each digit."""
    figure, panels = pyplot.subplots(2, 5, figsize=(8, 3.8), layout="constrained")
    figure.suptitle("The mean image of each digit")
    for position, panel in enumerate(panels.flat, start=1):
        panel.imshow(R(means)[position], cmap="gray_r", vmin=0, vmax=255)
        panel.set_axis_off()
    figure.savefig(path, dpi=100)
    pyplot.close(figure)
