"""The loader of the examples: sources, formats, checksums, and files that are not the digits."""

import gzip
import hashlib
import io
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
from mnist_files import (
    PUBLISHED_LENGTH,
    assert_same_digits,
    digits_of,
    pickled_pairs,
    published_pickle,
    teach,
)

# ---- The file that PYBRIDGE_MNIST names ----------------------------------------------------------


def test_a_named_npz(trusting, digits, tmp_path, monkeypatch):
    path = tmp_path / "any name"
    with path.open("wb") as file:
        np.savez(file, **digits)
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    assert_same_digits(trusting.load_mnist(), digits)


def test_a_named_pickle(loader, tmp_path, monkeypatch):
    digits = digits_of(60000, 10000)
    teach(monkeypatch, loader, digits)
    pairs = pickled_pairs(digits)
    content = published_pickle(pairs)
    assert len(content) == PUBLISHED_LENGTH
    for found, pair in zip(pickle.loads(content, encoding="latin1"), pairs, strict=True):
        for array, expected in zip(found, pair, strict=True):
            np.testing.assert_array_equal(array, expected, strict=True)
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(content, 1))
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    assert_same_digits(loader.load_mnist(), digits)


def test_a_named_file_with_a_wrong_checksum_is_refused(loader, tmp_path, monkeypatch):
    digits = digits_of(60000, 10000)
    path = tmp_path / "mnist.npz"
    np.savez(path, **digits)
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    with pytest.raises(loader.MnistError) as caught:
        loader.load_mnist()
    assert str(caught.value) == (
        f"PYBRIDGE_MNIST ({path}): wrong checksum, x_train is damaged or is not MNIST (SHA-256 "
        f"{hashlib.sha256(digits['x_train'].tobytes()).hexdigest()[:12]}..., should be "
        "741c988805d0...); use another copy."
    )


def test_one_changed_pixel_is_a_wrong_checksum(trusting, digits):
    changed = digits["x_test"].copy()
    changed[99, 27, 27] = 1
    with pytest.raises(trusting.MnistError, match="wrong checksum, x_test is damaged"):
        trusting.verified(trusting.Mnist(**{**digits, "x_test": changed}), "here")


def test_a_wrong_shape_or_type_is_named(trusting, digits):
    with pytest.raises(trusting.MnistError) as caught:
        trusting.verified(
            trusting.Mnist(**{**digits, "y_test": digits["y_test"].astype(np.int64)}), "here"
        )
    assert str(caught.value) == (
        "here: y_test should be uint8 of shape (100,), and is int64 of shape (100,)."
    )


def archive_of(*members: tuple[str, bytes]) -> bytes:
    """Return a zip file with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def npy(array, **changed) -> bytes:
    """Return the bytes of a .npy file; `changed` are facts of its header that are not true."""
    file = io.BytesIO()
    facts = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape, **changed}
    np.lib.format.write_array_header_1_0(file, facts)
    return file.getvalue() + array.tobytes()


def encrypted(archive: bytes) -> bytes:
    """Return the archive with the flag of encryption on each member, as a password leaves it."""
    content = bytearray(archive)
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(signature, at + 1)
    return bytes(content)


class Evil:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


SMALL = np.arange(6, dtype=np.uint8)
NO_PICKLE = r"is not the published mnist\.pkl\.gz: "
NO_MNIST = {
    "missing": (None, "could not be read: No such file"),
    "text": (b"not a data file", "is neither a mnist.npz nor a mnist.pkl.gz"),
    "half a zip": (b"PK\x03\x04 cut short", "is damaged or truncated"),
    "another archive": (archive_of(("word/document.xml", b"<x/>")), "no array x_train in it"),
    "a foreign member": (archive_of(("x_train", b"text")), "no array x_train in it"),
    "a member of text": (archive_of(("x_train.npy", b"text")), "is damaged or truncated"),
    "a member of a later NumPy": (
        archive_of(("x_train.npy", b"\x93NUMPY\x09\x00" + bytes(99))),
        "is damaged or truncated",
    ),
    "an open bracket in a header": (
        archive_of(("x_train.npy", npy(SMALL).replace(b"(6,)", b"(((("))),
        "is damaged or truncated",
    ),
    "an array of objects": (
        archive_of(("x_train.npy", npy(SMALL, descr="|O"))),
        "is damaged or truncated: Object arrays cannot be loaded",
    ),
    "more elements than there are": (
        archive_of(("x_train.npy", npy(SMALL, shape=(10**15,)))),
        "is damaged or truncated",
    ),
    "an encrypted member": (
        encrypted(archive_of(("x_train.npy", npy(SMALL)))),
        "is not an mnist.npz: its array x_train is encrypted",
    ),
    "half a pickle": (
        gzip.compress(published_pickle([(np.arange(5000), np.arange(9))] * 3))[:300],
        "is damaged or truncated",
    ),
    "gzipped text": (gzip.compress(b"no pickle"), NO_PICKLE + "it is shorter"),
    "a pickled list": (gzip.compress(pickle.dumps([1, 2, 3])), NO_PICKLE + "it is shorter"),
    "a call": (gzip.compress(pickle.dumps(Evil(os.abort))), NO_PICKLE + "it is shorter"),
    "memory of somebody's choice": (
        gzip.compress(pickle.dumps(Evil(np.ndarray, (99,), "u8", None, 0, (2**60,)))),
        NO_PICKLE + "it is shorter",
    ),
    "a damaged gzip": (gzip.compress(bytes(999))[:-8] + bytes(8), "is damaged or truncated"),
}


@pytest.mark.parametrize(("content", "message"), NO_MNIST.values(), ids=NO_MNIST)
def test_a_named_file_that_is_no_mnist(loader, tmp_path, monkeypatch, content, message):
    path = tmp_path / "digits"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    with pytest.raises(loader.MnistError, match=message) as caught:
        loader.load_mnist()
    assert str(caught.value).startswith(f"{path} ")
    assert str(caught.value).endswith(".")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("name", [name for name, (content, _) in NO_MNIST.items() if content])
def test_a_kept_copy_that_is_no_mnist_is_replaced(trusting, digits, monkeypatch, capsys, name):
    content, _ = NO_MNIST[name]
    path = trusting.cache_path()
    path.parent.mkdir()
    path.write_bytes(content)
    monkeypatch.setattr(trusting, "SOURCES", {"s": lambda: trusting.Mnist(**digits)})
    monkeypatch.setattr(trusting, "write_cache", lambda mnist, to: to.unlink())
    assert_same_digits(trusting.load_mnist(), digits)
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert told[0].startswith(f"mnist: fetching the digits again ({path} ")
    assert not path.exists()


# ---- The published file --------------------------------------------------------------------------


def test_a_pickle_that_would_create_a_file_is_never_run(loader, tmp_path):
    witness = tmp_path / "witness"
    evil = pickle.dumps(Evil(os.mkdir, str(witness)), protocol=2)
    path = tmp_path / "mnist.pkl.gz"
    # As long as the published file, so that all of it is read.
    path.write_bytes(gzip.compress(evil + bytes(PUBLISHED_LENGTH - len(evil)), 1))
    loader.read_file(path)
    assert not witness.exists()
    pickle.loads(evil)
    assert witness.exists()  # unpickled, it does so


@pytest.mark.parametrize(("extra", "fault"), [(-1, "its end is another"), (1, "its end is")])
def test_another_length_is_refused(loader, tmp_path, extra, fault):
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(bytes(PUBLISHED_LENGTH + extra), 1))
    with pytest.raises(loader.MnistError, match=NO_PICKLE + fault):
        loader.read_file(path)


def test_pixels_that_are_no_256ths_are_refused(loader):
    for pixel in (0.3, np.nan, np.inf, 1, -1 / 256):
        with pytest.raises(loader.MnistError, match="a pixel is not a whole number of 1/256"):
            loader.images_from_fractions(np.full((2, 784), pixel, np.float32))
    with pytest.raises(loader.MnistError, match="a label is not a number from 0 to 255"):
        loader.labels_from_integers(np.array([3, 256]))


@pytest.mark.parametrize("form", ["npz", "pkl.gz"])
def test_a_decompression_bomb_is_not_unfolded(loader, tmp_path, form):
    """A gigabyte of zeros in a small file: no more is read than the digits have."""
    zeros = bytes(2**20)
    path = tmp_path / f"mnist.{form}"
    if form == "npz":
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open("x_train.npy", "w") as member,
        ):
            member.write(npy(SMALL, shape=(2**30,)))
            for _ in range(1024):
                member.write(zeros)
    else:
        # The members of a gzip file are read as one, so that a few bytes repeat.
        path.write_bytes(gzip.compress(zeros) * 1024)
    tracemalloc.start()
    with pytest.raises(loader.MnistError, match=r"is (not an mnist.npz|not the published)"):
        loader.read_file(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**29
