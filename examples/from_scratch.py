"""The first network again, from scratch: layers, batches, one step, the loop. In R: from_scratch.R.

    python examples/from_scratch.py                        # TensorFlow's tape
    KERAS_BACKEND=jax python examples/from_scratch.py      # JAX's grad
    KERAS_BACKEND=torch python examples/from_scratch.py    # PyTorch's autograd

Only the gradient differs between the three. Ctrl-C leaves a checkpoint from which the next run
goes on. MNIST_EPOCHS and MNIST_SAMPLES make a shorter run; MNIST_OUTPUT names another folder.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import checkpoint
import keras
import numpy as np
from keras import ops
from mnist_data import MnistError, load_mnist
from pictures import draw_confusion, draw_guesses, draw_losses
from progress import Progress

from pybridge import NA, R, array_reshape

LEARNING_RATE = 1e-3
BATCH_SIZE = 128
NOTE_EVERY = 20

Gradients: TypeAlias = Callable[[Any, Any], tuple[Any, list[Any]]]
Update: TypeAlias = Callable[[list[Any], list[keras.Variable]], Any]

# ---- The model -----------------------------------------------------------------------------------


class NaiveDense:
    """activation(inputs W + b)."""

    def __init__(self, input_size: int, output_size: int, activation: Callable[[Any], Any]) -> None:
        self.W = keras.Variable("uniform", shape=(input_size, output_size), dtype="float32")
        self.b = keras.Variable("zeros", shape=(output_size,), dtype="float32")
        self.activation = activation

    @property
    def weights(self) -> list[keras.Variable]:
        return [self.W, self.b]

    def __call__(self, inputs: Any) -> Any:
        return self.activation(ops.add(ops.matmul(inputs, self.W), self.b))


class NaiveSequential:
    """One layer after the other."""

    def __init__(self, layers: list[NaiveDense]) -> None:
        self.layers = layers
        self.weights = [weight for layer in layers for weight in layer.weights]

    def __call__(self, inputs: Any) -> Any:
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs


def new_model() -> NaiveSequential:
    return NaiveSequential(
        [NaiveDense(28 * 28, 512, ops.relu), NaiveDense(512, 10, ops.softmax)],
    )


# ---- The batches ---------------------------------------------------------------------------------


def new_batches(
    images: np.ndarray, labels: np.ndarray, batch_size: int, first_batch: int = 1
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield images and labels of one batch after the other; the last one may be smaller."""
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images and {len(labels)} labels")
    first = (first_batch - 1) * batch_size + 1
    for start in range(first, len(images) + 1, batch_size):
        end = min(start + batch_size - 1, len(images))
        yield R(images)[start:end], R(labels)[start:end]


# ---- One step ------------------------------------------------------------------------------------


def average_loss(model: NaiveSequential, images: Any, labels: Any) -> Any:
    """Return the mean cross-entropy of a batch."""
    return ops.mean(ops.sparse_categorical_crossentropy(labels, model(images)))


def gradients_by_tape(model: NaiveSequential) -> Gradients:
    """TensorFlow: a tape records what happens inside it, and is then played backwards."""
    import tensorflow as tf

    def loss_and_gradients(images: Any, labels: Any) -> tuple[Any, list[Any]]:
        with tf.GradientTape() as tape:
            loss = average_loss(model, images, labels)
        return loss, tape.gradient(loss, [weight.value for weight in model.weights])

    return loss_and_gradients


def gradients_by_grad(model: NaiveSequential) -> Gradients:
    """JAX: a function of the weights becomes the function that gives its gradient."""
    import jax

    def loss_of_weights(values: list[Any], images: Any, labels: Any) -> Any:
        with keras.StatelessScope(list(zip(model.weights, values, strict=True))):
            return average_loss(model, images, labels)

    value_and_gradients = jax.jit(jax.value_and_grad(loss_of_weights))

    def loss_and_gradients(images: Any, labels: Any) -> tuple[Any, list[Any]]:
        return value_and_gradients([weight.value for weight in model.weights], images, labels)

    return loss_and_gradients


def gradients_by_autograd(model: NaiveSequential) -> Gradients:
    """PyTorch: every result remembers how it was made, and is asked for its gradients."""
    import torch

    def loss_and_gradients(images: Any, labels: Any) -> tuple[Any, list[Any]]:
        loss = average_loss(model, images, labels)
        gradients = torch.autograd.grad(loss, [weight.value for weight in model.weights])
        return loss.detach(), list(gradients)

    return loss_and_gradients


GRADIENTS: dict[str, Callable[[NaiveSequential], Gradients]] = {
    "tensorflow": gradients_by_tape,
    "jax": gradients_by_grad,
    "torch": gradients_by_autograd,
}

LABELS = {"tensorflow": "TensorFlow's tape", "jax": "JAX's grad", "torch": "PyTorch's autograd"}


def update_by_hand(gradients: list[Any], weights: list[keras.Variable]) -> None:
    """Move every weight a little against its gradient."""
    for gradient, weight in zip(gradients, weights, strict=True):
        weight.assign(weight.value - gradient * LEARNING_RATE)


def new_optimizer_update() -> Update:
    """Return the same update, done by Keras' optimizer."""
    return keras.optimizers.SGD(learning_rate=LEARNING_RATE).apply


def check_updates_agree(images: np.ndarray, labels: np.ndarray) -> None:
    """Both updates move the same weights to the same place, and the loss goes down."""
    outcomes = []
    for update in (update_by_hand, new_optimizer_update()):
        keras.utils.set_random_seed(1)
        model = new_model()
        loss, gradients = GRADIENTS[keras.backend.backend()](model)(images, labels)
        update(gradients, model.weights)
        outcomes.append([ops.convert_to_numpy(weight) for weight in model.weights])
        assert ops.convert_to_numpy(average_loss(model, images, labels)) < float(loss)
    for by_hand, by_optimizer in zip(*outcomes, strict=True):
        np.testing.assert_allclose(by_hand, by_optimizer, rtol=0, atol=1e-7)


# ---- The loop ------------------------------------------------------------------------------------


class Run:
    """A training run: its model, how far it is, and where its time went."""

    def __init__(self, model: NaiveSequential, update: Update) -> None:
        self.model, self.update = model, update
        self.loss_and_gradients = GRADIENTS[keras.backend.backend()](model)
        self.epoch, self.batch = 1, 0
        self.losses: list[float] = []
        self.seconds = self.seconds_slicing = 0.0

    def resume(self, saved: checkpoint.Checkpoint) -> None:
        """Go on from a checkpoint."""
        for weight, value in zip(self.model.weights, saved.weights, strict=True):
            weight.assign(value)
        self.epoch, self.batch, self.losses = saved.epoch, saved.batch, saved.losses

    def weights_as_arrays(self) -> list[np.ndarray]:
        """Return the weights as NumPy arrays."""
        return [ops.convert_to_numpy(weight) for weight in self.model.weights]

    def save(self, path: Path, name: str) -> None:
        """Leave a checkpoint."""
        weights = self.weights_as_arrays()
        checkpoint.save(path, name, weights, self.epoch, self.batch, self.losses)

    def fit_epoch(self, images: np.ndarray, labels: np.ndarray, stop: checkpoint.Interrupt) -> None:
        """Train on the batches of this epoch that are left, or until Ctrl-C."""
        count = -(-len(images) // BATCH_SIZE)
        began = time.perf_counter()
        batches = new_batches(images, labels, BATCH_SIZE, first_batch=self.batch + 1)
        with Progress(count - self.batch, f"epoch {self.epoch}", "batches") as progress:
            while not stop.requested:
                asked = time.perf_counter()
                batch = next(batches, None)
                self.seconds_slicing += time.perf_counter() - asked
                if batch is None:
                    break
                loss, gradients = self.loss_and_gradients(*batch)
                self.update(gradients, self.model.weights)
                self.batch += 1
                self.note(loss)
                progress.advance()
        self.seconds += time.perf_counter() - began
        if not stop.requested:
            self.epoch, self.batch = self.epoch + 1, 0

    def note(self, loss: Any) -> None:
        """Keep some of the losses, and print fewer."""
        if self.batch % NOTE_EVERY == 0:
            self.losses.append(float(loss))
        if self.batch % 100 == 0:
            print(f"loss at batch {self.batch}: {self.losses[-1]:.2f}")


def fit(
    run: Run, images: np.ndarray, labels: np.ndarray, epochs: int, path: Path, name: str
) -> None:
    """Train for `epochs` epochs; on Ctrl-C leave a checkpoint and exit as interrupted."""
    saved = checkpoint.load(path, name)
    if saved is not None:
        run.resume(saved)
        print(f"resuming after batch {run.batch} of epoch {run.epoch}")
    with checkpoint.Interrupt() as stop:
        while run.epoch <= epochs:
            print(f"epoch {run.epoch}", flush=True)
            run.fit_epoch(images, labels, stop)
            run.save(path, name)
            if stop.requested:
                print(f"interrupted after batch {run.batch} of epoch {run.epoch}: run this again")
                sys.exit(130)


def predicted_labels(model: NaiveSequential, images: np.ndarray) -> np.ndarray:
    """Return the label to which the model gives the highest probability."""
    return ops.convert_to_numpy(model(images)).argmax(axis=1)


# ---- All of it -----------------------------------------------------------------------------------


def main() -> None:
    backend = keras.backend.backend()
    epochs = int(os.environ.get("MNIST_EPOCHS", 10))
    samples = int(os.environ.get("MNIST_SAMPLES", 60000))
    output = Path(os.environ.get("MNIST_OUTPUT", "output"))
    output.mkdir(parents=True, exist_ok=True)
    try:
        mnist = load_mnist()
    except MnistError as fault:
        sys.exit(f"from_scratch: {fault}")
    train_images = array_reshape(mnist.x_train, (60000, 28 * 28)).astype("float32") / 255
    test_images = array_reshape(mnist.x_test, (10000, 28 * 28)).astype("float32") / 255
    images, labels = R(train_images)[NA:samples], R(mnist.y_train)[NA:samples]

    check_updates_agree(R(images)[1:BATCH_SIZE], R(labels)[1:BATCH_SIZE])
    keras.utils.set_random_seed(1)
    run = Run(new_model(), new_optimizer_update())
    assert len(run.model.weights) == 4
    path = output / f"from-scratch-{backend}.npz"
    fit(run, images, labels, epochs, path, f"{backend}, {samples} images, {epochs} epochs")

    predicted = predicted_labels(run.model, test_images)
    accuracy = float(np.mean(predicted == mnist.y_test))
    # A run that was killed after its last epoch has nothing left to train.
    share = run.seconds_slicing / (run.seconds or 1)
    print(f"accuracy: {accuracy:.2f}")
    print(f"weights: {checkpoint.digest(run.weights_as_arrays())}")
    print(f"{run.seconds:.1f} seconds of training, {share:.2%} of them to slice the batches")

    stem = f"{output}/from-scratch-{{}}-{backend}.png".format
    per_epoch = max(1, len(images) // BATCH_SIZE // NOTE_EVERY)
    draw_losses(run.losses, per_epoch, f"From scratch, with {LABELS[backend]}", stem("loss"))
    draw_confusion(mnist.y_test, predicted, accuracy, stem("confusion"))
    draw_guesses(mnist.x_test, mnist.y_test, predicted, stem("digits"))
    print(f"pictures: {stem('loss')}, {stem('confusion')}, {stem('digits')}")
    checkpoint.remove(path)

    if (epochs, samples) == (10, 60000):
        # Losses are noted 23 times in an epoch; the 20th note is the one at batch 400.
        assert 0.75 <= R(array_reshape(np.array(run.losses), (10, -1)))[10, 20] <= 1.0
        assert 0.80 <= accuracy <= 0.88


if __name__ == "__main__":
    main()
