"""Checkpoints are whole or absent, and Ctrl-C waits for the end of a step."""

import io
import json
import os
import signal
import sys

import numpy as np
import pytest
from processes import ROOT

sys.path.insert(0, str(ROOT / "examples"))
import checkpoint

WEIGHTS = [np.arange(6, dtype="float32").reshape(2, 3), np.array([0.5, -1, 2])]


def save(path, epoch=3, losses=(2.25, 2.0)):
    checkpoint.save(path, "a run", WEIGHTS, epoch, 17, losses)


def test_what_was_saved_is_loaded(tmp_path):
    path = tmp_path / "a run.npz"
    save(path)
    saved = checkpoint.load(path, "a run")
    assert (saved.epoch, saved.batch, saved.losses) == (3, 17, [2.25, 2.0])
    assert [weight.tolist() for weight in saved.weights] == [[[0, 1, 2], [3, 4, 5]], [0.5, -1, 2]]
    assert [weight.dtype for weight in saved.weights] == ["float32", "float64"]
    checkpoint.remove(path)
    checkpoint.remove(path)  # with nothing to remove it raises no error
    assert checkpoint.load(path, "a run") is None


def test_a_write_that_fails_leaves_the_checkpoint_before_it(tmp_path):
    path = tmp_path / "run.npz"
    save(path)
    with pytest.raises(TypeError):
        save(path, epoch=4, losses=[object()])
    assert checkpoint.load(path, "a run").epoch == 3
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_does_not_fit_is_not_resumed(tmp_path, capsys):
    path = tmp_path / "run.npz"
    save(path)
    assert checkpoint.load(path, "another run") is None
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"no zip at all"):
        path.write_bytes(damaged)
        assert checkpoint.load(path, "a run") is None
    # Any byte that counts: in a name, a header, the elements, the facts, the list at the end.
    harmless = 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x11]) + whole[place + 1 :])
        found = checkpoint.load(path, "a run")
        if found is not None:
            assert checkpoint.digest(found.weights) == checkpoint.digest(WEIGHTS)
            assert (found.epoch, found.batch, found.losses) == (3, 17, [2.25, 2.0])
            harmless += 1
    assert harmless < len(whole) / 12  # bytes of dates and rights
    for missing in ("run", "epoch", "batch", "losses", "weights"):
        facts = {"run": "a run", "epoch": 3, "batch": 17, "losses": [], "weights": "0"}
        del facts[missing]
        np.savez(path, *WEIGHTS, facts=np.array(json.dumps(facts)))
        assert checkpoint.load(path, "a run") is None
    np.savez(path, WEIGHTS[0], facts=np.load(io.BytesIO(whole))["facts"])
    assert checkpoint.load(path, "a run") is None
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{path} is of another run (a run): starting from the beginning"
    assert set(told[1:]) == {f"{path} is not a checkpoint: starting from the beginning"}


def test_what_a_killed_run_left_is_written_over_and_removed(tmp_path):
    path = tmp_path / "run.npz"
    left = tmp_path / "run.npz.part"
    for after in (save, checkpoint.remove):
        left.write_bytes(b"half")
        after(path)
        assert not left.exists()
    assert list(tmp_path.iterdir()) == []


def test_equal_weights_have_equal_names():
    name = checkpoint.digest(WEIGHTS)
    assert name == checkpoint.digest([weight.copy() for weight in WEIGHTS])
    assert name != checkpoint.digest([WEIGHTS[0], np.nextafter(WEIGHTS[1], 9)])


def test_ctrl_c_is_noted_first_and_stops_second():
    before = signal.getsignal(signal.SIGINT)
    with checkpoint.Interrupt() as stop:
        assert not stop.requested
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.requested
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
