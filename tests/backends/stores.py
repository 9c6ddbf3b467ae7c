"""The adapters of stores on disk, of the array standard and of sparse arrays."""

import uuid

import numpy as np
from backends.adapter import Adapter, AdapterName, split

from pybridge.holders import holder_of


def standard_make(array):
    import array_api_strict

    return array_api_strict.asarray(array)


def standard_read(tensor):
    assert hasattr(tensor, "__array_namespace__"), type(tensor)
    assert not isinstance(tensor, np.ndarray), type(tensor)
    return np.from_dlpack(tensor)


def standard_eager(function, *arrays):
    values, join = split(function(*map(standard_make, arrays)))
    return join(list(map(standard_read, values)))


def sparse_make(array):
    import sparse

    return sparse.COO.from_numpy(array)


def sparse_read(tensor):
    import sparse

    assert isinstance(tensor, sparse.SparseArray | np.generic), type(tensor)
    return np.asarray(tensor.todense() if isinstance(tensor, sparse.SparseArray) else tensor)


def sparse_eager(function, *arrays):
    values, join = split(function(*map(sparse_make, arrays)))
    return join(list(map(sparse_read, values)))


def tensorstore_make(array):
    import tensorstore as ts

    chunks = [max(1, -(-n // 2)) for n in array.shape]
    store = ts.open(
        {"driver": "zarr3", "kvstore": {"driver": "memory"}},
        create=True,
        shape=array.shape,
        dtype=array.dtype,
        chunk_layout=ts.ChunkLayout(chunk_shape=chunks),
    ).result()
    store.write(array).result()
    return store


def tensorstore_part(array):
    """Return a part of a larger array, whose indices do not start at zero."""
    if array.ndim == 0:
        return tensorstore_make(array)
    whole = tensorstore_make(np.pad(array, [(2, 1)] * array.ndim))
    return whole[tuple([slice(2, 2 + size) for size in array.shape])]


def zarr_make(array, zarr_format=3):
    import zarr

    chunks = tuple(max(1, -(-n // 2)) for n in array.shape)
    store = zarr.create_array(
        {}, shape=array.shape, chunks=chunks, dtype=array.dtype, zarr_format=zarr_format
    )
    store[...] = array
    return store


def h5py_make(array, is_chunked=True):
    import h5py

    file = h5py.File(f"{uuid.uuid4()}.h5", "w", driver="core", backing_store=False)
    chunks = tuple(max(1, -(-n // 2)) for n in array.shape)
    is_chunked = is_chunked and array.size > 0 and array.ndim > 0
    return file.create_dataset("x", data=array, chunks=chunks if is_chunked else None)


def store_read(found):
    assert isinstance(found, np.ndarray | np.generic), type(found)
    return np.asarray(found)


def in_store(make):
    def run(function, *arrays):
        values, join = split(function(*map(make, arrays)))
        return join(list(map(store_read, values)))

    return run


STORES = {
    AdapterName.ZARR: Adapter(
        zarr_make,
        store_read,
        {"format 3": in_store(zarr_make), "format 2": in_store(lambda x: zarr_make(x, 2))},
    ),
    AdapterName.H5PY: Adapter(
        h5py_make,
        store_read,
        {"chunks": in_store(h5py_make), "one block": in_store(lambda x: h5py_make(x, False))},
    ),
    AdapterName.TENSORSTORE: Adapter(
        tensorstore_make,
        store_read,
        {"chunks": in_store(tensorstore_make), "a part": in_store(tensorstore_part)},
    ),
}
"""What is read into NumPy, written in place and never copied, by the same rules."""


STANDARD = {
    AdapterName.ARRAY_API: Adapter(
        standard_make, standard_read, {"strict": standard_eager, "sparse": sparse_eager}
    ),
}
"""What the array standard has, which lacks dtypes that tests of other libraries make."""


SCIPY_AXES = {
    f"{name}_{kind}": range(2, 3)
    for name in ("coo", "csr", "csc", "lil", "dok", "bsr", "dia")
    for kind in ("array", "matrix")
} | {"coo_array": range(1, 65), "csr_array": range(1, 3), "dok_array": range(1, 3)}
"""The numbers of axes of SciPy's classes."""


def scipy_make(array, kind="coo_array"):
    """Make a sparse array; SciPy has none without an axis, where its elements are NumPy's."""
    import scipy.sparse as sp

    if array.ndim == 0:
        return array[()]
    return (getattr(sp, kind) if array.ndim in SCIPY_AXES[kind] else sp.coo_array)(array)


def scipy_read(tensor):
    import scipy.sparse as sp

    assert sp.issparse(tensor) or not np.ndim(tensor), type(tensor)
    return np.asarray(tensor.toarray() if sp.issparse(tensor) else tensor)


def scipy_matrix_read(tensor):
    """Read what a sparse matrix gives: a vector of it is NumPy's."""
    import scipy.sparse as sp

    assert isinstance(tensor, sp.spmatrix) or np.ndim(tensor) < 2, type(tensor)
    return np.asarray(tensor.toarray() if sp.issparse(tensor) else tensor)


def in_scipy(kind):
    read = scipy_matrix_read if kind.endswith("matrix") else scipy_read

    def run(function, *arrays):
        made = [scipy_make(array, kind) for array in arrays]
        values, join = split(function(*made))
        return join(list(map(read, values)))

    return run


SPARSE = {
    AdapterName.SCIPY: Adapter(
        scipy_make, scipy_read, {kind: in_scipy(kind) for kind in SCIPY_AXES}, axes=SCIPY_AXES
    ),
}
"""What has few axes, and does not repeat its zeros."""


def store_again(x):
    """Return a store of its own with the values of another."""
    holder = holder_of(x)
    return STORES[holder.name].make(holder.to_numpy(x))
