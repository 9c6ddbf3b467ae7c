"""Arrays in stores: read as NumPy arrays are, chunk by chunk, written in place, never copied."""

import itertools
import math
import random

import h5py
import numpy as np
import pytest
import zarr
from backends.stores import h5py_make, tensorstore_make, tensorstore_part, zarr_make
from zarr.storage import MemoryStore

from pybridge import (
    NA,
    R,
    array_reshape,
    broadcast,
    errors,
    order,
    r_assign,
    r_slice,
    recycle,
    which_max,
)

X = np.arange(1.0, 421).reshape(7, 12, 5)
MAKERS = {
    "zarr 3": zarr_make,
    "zarr 2": lambda x: zarr_make(x, 2),
    "h5py chunks": h5py_make,
    "h5py one block": lambda x: h5py_make(x, False),
    "tensorstore": tensorstore_make,
    "part of a tensorstore": tensorstore_part,
}
EACH = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)


class CountingStore(MemoryStore):
    """A store that keeps the keys of the chunks that are read from it."""

    asked: set[str]

    async def get(self, key, *given, **more):
        if "c/" in key:
            self.asked.add(key.split("c/")[1])
        return await super().get(key, *given, **more)


def counted_zarr(x, chunks):
    store = CountingStore()
    store.asked = set()
    made = zarr.create_array(store, shape=x.shape, chunks=chunks, dtype=x.dtype)
    made[...] = x
    store.asked.clear()
    return made, lambda: {tuple(map(int, key.split("/"))) for key in store.asked}


class CountingDataset(h5py.Dataset):
    """A dataset that keeps the boxes that are read from it."""

    def __getitem__(self, key):
        self.boxes.append(key)
        return super().__getitem__(key)


def counted_h5py(x, chunks):
    file = h5py.File(f"{random.random()}.h5", "w", driver="core", backing_store=False)
    made = CountingDataset(file.create_dataset("x", data=x, chunks=chunks).id)
    made.boxes = []

    def asked():
        found = set()
        for box in made.boxes:
            lines = [
                {index // chunk for index in range(*part.indices(size))}
                for part, size, chunk in zip(box, x.shape, chunks, strict=True)
            ]
            found |= set(itertools.product(*lines))
        return found

    return made, asked


def drawn(seed):
    """Return subscripts of one kind or another for each axis, or for all of them together."""
    pick = random.Random(seed)
    whole = pick.random()
    if whole < 0.15:
        return (np.random.default_rng(seed).random(X.shape) < pick.choice([0.01, 0.3]),)
    if whole < 0.3:
        count = pick.choice([0, 1, 4, 40])
        return (
            np.array([[pick.randint(1, n) for n in X.shape] for _ in range(count)], int).reshape(
                count, X.ndim
            ),
        )
    found = []
    for size in X.shape:
        kind = pick.randrange(7)
        if kind == 0:
            found.append(pick.randint(1, size))
        elif kind == 1:
            found.append(slice(None))
        elif kind == 2:
            found.append(slice(*sorted([pick.randint(1, size), pick.randint(1, size)])))
        elif kind == 3:
            found.append(slice(size, 1, -pick.randint(1, 3)))
        elif kind == 4:
            found.append([pick.random() < 0.4 for _ in range(size)])
        else:
            found.append([pick.randint(1, size) for _ in range(pick.randint(0, 4))])
        if pick.random() < 0.1:
            found.append(None)
    return tuple(found)


@EACH
def test_whatever_is_asked_is_what_numpy_gives(make):
    store = make(X)
    for seed in range(150):
        subscripts = drawn(seed)
        expected = R(X)[subscripts]
        found = R(store)[subscripts]
        assert isinstance(found, np.ndarray | np.generic), subscripts
        assert found.shape == expected.shape, (seed, subscripts)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected), (seed, subscripts)


@EACH
def test_whatever_is_written_is_what_numpy_holds(make):
    for seed in range(40):
        subscripts = drawn(seed)
        expected, store = X.copy(), make(X)
        shape = R(expected)[subscripts].shape
        for value in (-1, -np.arange(math.prod(shape)).reshape(shape)):
            R(expected)[subscripts] = value
            R(store)[subscripts] = value
            assert np.array_equal(store[...], expected), (seed, subscripts)


@EACH
def test_rs_own_dialect(make):
    store = make(X)
    for subscripts in [(-1, [1, 3], 2), ([1, 3, NA], 2, 1), (8,), ([2, NA, 500],)]:
        expected = R(X, dialect="base")[subscripts]
        assert np.array_equal(R(store, dialect="base")[subscripts], expected, equal_nan=True)
    R(store, dialect="base")[-1, :, :] = [1, 2]
    expected = X.copy()
    R(expected, dialect="base")[-1, :, :] = [1, 2]
    assert np.array_equal(store[...], expected)
    with pytest.raises(errors.AssignmentError, match="cannot grow in place"):
        R(store, dialect="base")[500] = 1
    assert np.array_equal(R(make(np.array(7.0)), dialect="base")[[1, 1]], [7, 7])


@pytest.mark.parametrize("make", [counted_zarr, counted_h5py])
@pytest.mark.parametrize(
    ("subscripts", "chunks"),
    [
        ((slice(1, 2), slice(None), 5), {(0, k, 1) for k in range(4)}),
        ((3, [12, 1, 12], 1), {(1, 0, 0), (1, 3, 0)}),
        ((slice(7, 7), slice(12, 1, -6), [5, 4, 5]), {(3, 1, 1), (3, 3, 1)}),
        (([7, 1], [1, 12], 3), {(0, 0, 0), (0, 3, 0), (3, 0, 0), (3, 3, 0)}),
        ((np.array([[1, 1, 1], [7, 12, 5], [1, 1, 2]]),), {(0, 0, 0), (3, 3, 1)}),
        ((X % 419 == 1,), {(0, 0, 0), (3, 3, 1)}),
        ((slice(2, 1, 1) if False else [],), set()),
    ],
)
def test_only_the_chunks_that_hold_what_is_asked_are_read(make, subscripts, chunks):
    store, asked = make(X, (2, 3, 3))
    expected = R(X)[subscripts]
    assert np.array_equal(R(store)[subscripts], expected)
    assert asked() == chunks


def test_a_hull_that_is_many_times_larger_is_split():
    x = np.arange(100_000)
    store, _ = counted_h5py(x, (1000,))
    assert R(store)[[100_000, 1, 50_000]].tolist() == [99_999, 0, 49_999]
    read = sum(part.stop - part.start for (part,) in store.boxes)
    assert read == 3
    store.boxes.clear()
    assert R(store)[np.arange(1, 3000, 2)].tolist() == x[:3000:2].tolist()
    assert len(store.boxes) == 1


@EACH
def test_a_failed_write_leaves_the_store_as_it_was(make):
    store = make(np.arange(6).reshape(2, 3))
    for subscripts, value, kind in [
        ((1, 1), 0.5, errors.LossyValueError),
        ((3, 1), 1, errors.SubscriptOutOfBoundsError),
        ((1,), [1, 2], errors.AssignmentError),
        ((slice(None), [1, 2]), [[1, 2], [3, NA]], errors.MissingValueError),
    ]:
        with pytest.raises(kind):
            R(store)[subscripts] = value
    assert np.asarray(store[...]).tolist() == [[0, 1, 2], [3, 4, 5]]


@EACH
def test_what_would_need_the_whole_store_is_refused_with_the_way_out(make):
    store = make(X)
    with pytest.raises(errors.UnsupportedTensorError, match=r"write in place, `R\(x\)\[...\] = "):
        r_assign(store, 1, value=0)
    for act in [
        lambda: array_reshape(store, (-1,)),
        lambda: array_reshape(store, (-1,), "F"),
        lambda: recycle(store, np.arange(7)),
        lambda: broadcast(X[0, 0], store),
        lambda: which_max(store),
        lambda: order(store),
    ]:
        with pytest.raises(errors.UnsupportedTensorError, match="read it, or take it to dask"):
            act()


def test_files_that_are_closed_or_open_for_reading(tmp_path):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file["x"] = X
        file["nothing"] = h5py.Empty("f4")
        with pytest.raises(errors.UnsupportedTensorError, match="no shape and no data"):
            R(file["nothing"])[1]
    with h5py.File(path) as file:
        store = file["x"]
        assert R(store)[1, 1, 1] == 1
        with pytest.raises(errors.ImmutableTensorError, match=r'h5py.File\(path, "r\+"\)'):
            R(store)[1, 1, 1] = 2
    with pytest.raises(errors.UnsupportedTensorError, match="is closed; open it again"):
        R(store)[1]
    made = zarr.create_array(tmp_path / "x.zarr", shape=(3,), chunks=(2,), dtype="i4")
    R(made)[[3, 1]] = [30, 10]
    assert made[...].tolist() == [10, 0, 30]
    store = zarr.open_array(tmp_path / "x.zarr", mode="r")
    with pytest.raises(errors.ImmutableTensorError, match='mode="r\\+"'):
        R(store)[1] = 5
    assert R(store)[slice(3, 1)].tolist() == [30, 0, 10]


@EACH
def test_a_store_serves_as_a_subscript_and_as_a_value(make):
    assert np.array_equal(R(X)[make(np.array([3, 1]))], X[[2, 0]])
    x = X.copy()
    R(x)[1] = make(X[1])
    assert np.array_equal(x[0], X[1])
    store = make(X)
    R(store)[1] = make(X[1])
    assert np.array_equal(R(store)[1], X[1])


def test_a_memory_map_keeps_its_class_and_stays_on_disk(tmp_path):
    x = np.memmap(tmp_path / "x", dtype="f8", mode="w+", shape=X.shape)
    x[...] = X
    for found in (R(x)[2:3, NA:NA:-1, 5], r_slice(x, "2, , 3"), array_reshape(x, (-1, 5))):
        assert type(found) is np.memmap
        assert np.shares_memory(found, x)
    assert type(R(x)[[2, 1]]) is np.memmap
    R(x)[1, 1] = 0
    assert not np.fromfile(tmp_path / "x", "f8")[:5].any()


class FullStore(MemoryStore):
    """A store whose disk is full after some chunks."""

    room: int

    async def set(self, key, value, *given, **more):
        if "c/" in key:
            if self.room == 0:
                raise OSError("no space left")
            self.room -= 1
        return await super().set(key, value, *given, **more)


def test_where_the_disk_fails_each_chunk_is_as_it_was_or_whole():
    store = FullStore()
    store.room = 100
    x = zarr.create_array(store, shape=(7, 12, 5), chunks=(2, 3, 5), dtype="f8")
    x[...] = X
    store.room = 3
    with pytest.raises(OSError, match="no space left"):
        R(x)[..., [5, 1]] = -1
    written = X.copy()
    written[..., [4, 0]] = -1
    blocks = [
        np.array_equal(x[at], written[at])
        for at in itertools.product(
            [slice(k, k + 2) for k in range(0, 7, 2)], [slice(k, k + 3) for k in range(0, 12, 3)]
        )
    ]
    kept = [
        np.array_equal(x[at], X[at])
        for at in itertools.product(
            [slice(k, k + 2) for k in range(0, 7, 2)], [slice(k, k + 3) for k in range(0, 12, 3)]
        )
    ]
    assert blocks.count(True) == 3
    assert [not block for block in blocks] == kept


def test_hdf5_reads_what_is_many_steps_apart_in_blocks():
    store, _ = counted_h5py(X, (2, 3, 5))
    assert np.array_equal(R(store)[7:1:-2, :, 1:5:3], X[::-2, :, ::3])
    assert all(part.step in (None, 1) for box in store.boxes for part in box)
    assert len(store.boxes) == 1
    store.boxes.clear()
    assert np.array_equal(R(store)[slice(1, 7, 6), 1, 1], X[::6, 0, 0])
    assert sum(box[0].stop - box[0].start for box in store.boxes) == 2


def test_a_dataset_of_vectors_is_read_and_not_written():
    import h5py

    with h5py.File("vectors", "w", driver="core", backing_store=False) as file:
        v = file.create_dataset("v", (2,), h5py.vlen_dtype("i4"))
        v[0], v[1] = [1, 2], [3]
        assert [entry.tolist() for entry in R(v)[2:1]] == [[3], [1, 2]]
        with pytest.raises(errors.UnsupportedTensorError, match="h5py itself writes one"):
            R(v)[[1, 2]] = np.array([8, 9], "i4")
        assert [entry.tolist() for entry in v[:]] == [[1, 2], [3]]
