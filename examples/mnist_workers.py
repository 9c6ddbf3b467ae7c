"""MNIST on one worker or on several: the same script. The same in R: mnist_workers.R.

    python examples/mnist_workers.py                                               # one worker
    python examples/launch_workers.py 2 python examples/mnist_workers.py           # two, here

On several machines start it on each with TF_CONFIG set, as tf.distribute asks; nothing else
changes. Every worker sees every batch and takes its share of it, so that the weights are the same
on all of them. MNIST_EPOCHS and MNIST_SAMPLES make a shorter run.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import checkpoint
import numpy as np
import tensorflow as tf
from mnist_data import MnistError, load_mnist
from progress import Progress

from pybridge import NA, R, array_reshape

LEARNING_RATE = 0.1
BATCH_SIZE = 128
# What TensorFlow raises, from one moment to the next, when another worker is gone.
ANOTHER_IS_GONE = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)


def new_weights() -> list[tf.Variable]:
    """Return the weights of two dense layers; each worker gets those of the first."""
    first = tf.random.stateless_uniform((784, 512), seed=(1, 1), minval=-0.05, maxval=0.05)
    second = tf.random.stateless_uniform((512, 10), seed=(1, 2), minval=-0.05, maxval=0.05)
    return [tf.Variable(value) for value in (first, tf.zeros(512), second, tf.zeros(10))]


def logits(weights: list[tf.Variable], images: Any) -> Any:
    hidden = tf.nn.relu(tf.matmul(images, weights[0]) + weights[1])
    return tf.matmul(hidden, weights[2]) + weights[3]


def new_step(strategy: tf.distribute.Strategy, weights: list[tf.Variable]) -> Any:
    """Return the function that trains on one batch, of which each replica has its share."""

    def loss_and_gradients(images: Any, labels: Any, count: Any) -> Any:
        with tf.GradientTape() as tape:
            scores = logits(weights, images)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores)
            loss = tf.reduce_sum(losses) / count
        own = [loss, *tape.gradient(loss, weights)]
        return tf.distribute.get_replica_context().all_reduce("SUM", own)

    def step(images: Any, labels: Any, count: Any) -> Any:
        loss, *gradients = strategy.run(loss_and_gradients, args=(images, labels, count))
        for weight, gradient in zip(weights, gradients, strict=True):
            gradient = strategy.experimental_local_results(gradient)[0]
            weight.assign_sub(LEARNING_RATE * gradient)
        return strategy.experimental_local_results(loss)[0]

    return tf.function(step, autograph=False, reduce_retracing=True)


def train(
    strategy: tf.distribute.Strategy, weights: list[tf.Variable], images: Any, labels: Any
) -> None:
    """Train for some epochs; all replicas take the batches in the same order."""
    epochs = int(os.environ.get("MNIST_EPOCHS", 3))
    replicas = strategy.num_replicas_in_sync
    step = new_step(strategy, weights)

    def shares_of(batch: np.ndarray) -> Any:
        """Deal the batch out, one image after the other, as one deals cards: some may get none."""
        owners = np.arange(len(batch)) % replicas
        return strategy.experimental_distribute_values_from_function(
            lambda context: tf.constant(R(batch)[owners == context.replica_id_in_sync_group])
        )

    for epoch in range(1, epochs + 1):
        with Progress(-(-len(images) // BATCH_SIZE), f"epoch {epoch}", "batches") as progress:
            for start in range(1, len(images) + 1, BATCH_SIZE):
                end = min(start + BATCH_SIZE - 1, len(images))
                shares = [shares_of(R(tensor)[start:end]) for tensor in (images, labels)]
                loss = step(*shares, tf.constant(end - start + 1.0))
                progress.advance()
        print(f"epoch {epoch}: loss of the last batch {float(loss):.3f}", flush=True)


def main() -> None:
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    number = (strategy.cluster_resolver.task_id or 0) + 1
    count = strategy.num_replicas_in_sync
    print(f"worker {number} of {count}", flush=True)
    try:
        mnist = load_mnist()
    except MnistError as fault:
        sys.exit(f"mnist_workers: {fault}")
    train_images = array_reshape(mnist.x_train, (60000, 784)).astype("float32") / 255
    test_images = array_reshape(mnist.x_test, (10000, 784)).astype("float32") / 255
    try:
        with strategy.scope():
            weights = new_weights()
        samples = int(os.environ.get("MNIST_SAMPLES", 60000))
        labels = mnist.y_train.astype("int32")
        train(strategy, weights, R(train_images)[NA:samples], R(labels)[NA:samples])
    except ANOTHER_IS_GONE as fault:
        sys.exit(
            f"mnist_workers: worker {number} of {count} stopped, because another worker no longer "
            f"answers ({type(fault).__name__}); start all the workers again"
        )
    accuracy = np.mean(logits(weights, test_images).numpy().argmax(axis=1) == mnist.y_test)
    print(f"accuracy: {accuracy:.4f}")
    print(f"weights: {checkpoint.digest([weight.numpy() for weight in weights])}")
    assert accuracy > 0.8 or samples < 10000  # so few teach too little


if __name__ == "__main__":
    main()
