"""Every kind of array that a verb may meet: how it is made, and which elements it holds.

The elements are written down as Python's own objects in an array of objects, `None` where one is
missing, so that what a verb should give is known without any of its code. A kind whose values are
unknown while a verb runs says how the verb is run: inside a trace, whose result has values.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from backends.adapters import ALL
from product.kind import (
    ABSENT,
    COMPLEX,
    LOGICALS,
    NUMBERS,
    RECORDS,
    SOME_LOGICALS,
    TEXTS,
    Kind,
    array,
    masked,
    numbers,
    precision,
)
from product.kinds_of_graphs import of_keras, of_tensorflow


def of_numpy() -> Iterator[tuple[str, Kind]]:
    for dtype in (
        *("int8", "int64", "uint8", "uint64", "float16", "float32", "float64", "longdouble"),
        *(">i2", ">i8", ">f4", ">f8"),
    ):
        yield dtype, numbers(lambda dtype=dtype: array(dtype))
    yield "bool", Kind(lambda: array("?", LOGICALS), LOGICALS, True, True)
    for dtype in ("complex64", "complex128", ">c16"):
        yield dtype, Kind(lambda dtype=dtype: array(dtype, COMPLEX), COMPLEX, 6j, 6j)
    for dtype in ("M8[D]", "M8[ns]", ">M8[s]", "m8[h]", ">m8[ms]"):
        value = np.array(6, dtype)[()]
        make = lambda dtype=dtype: array("i8").astype(dtype)  # noqa: E731
        yield dtype, Kind(make, NUMBERS, value, 6)
    for dtype in ("U2", ">U2", "O"):
        yield f"text {dtype}", Kind(lambda dtype=dtype: array(dtype, TEXTS), TEXTS, "z", "z")
    if hasattr(np.dtypes, "StringDType"):
        make = lambda: array(np.dtypes.StringDType(), TEXTS)  # noqa: E731
        yield "text T", Kind(make, TEXTS, "z", "z")
    as_bytes = [[text.encode() for text in row] for row in TEXTS]
    yield "text S2", Kind(lambda: array("S2", TEXTS), as_bytes, b"z", b"z")
    record = [("a", "i4"), ("b", ">f8")]
    value = np.array((9, 9.5), record)[()]
    yield "records", Kind(lambda: array(record, RECORDS), RECORDS, value, (9, 9.5))
    yield "strided", numbers(lambda: np.repeat(array("i4"), 2, 1)[::, ::2])
    yield "reversed", numbers(lambda: array("f8")[::-1, ::-1].copy()[::-1, ::-1])
    yield "column-major", numbers(lambda: np.asfortranarray(array("f4")))
    yield "read-only", numbers(lambda: np.broadcast_to(array("i4"), (2, 3)))
    yield "matrix", numbers(lambda: np.matrix(array("i4")))
    yield "masked int32", numbers(lambda: masked("i4"), ABSENT)
    yield "masked >i8", numbers(lambda: masked(">i8"), ABSENT)
    yield "masked float64", numbers(lambda: masked("f8"), ABSENT)
    yield "masked without a mask", numbers(lambda: np.ma.MaskedArray(array("i4")))
    yield "masked bool", Kind(lambda: masked("?", SOME_LOGICALS), SOME_LOGICALS, True, True)
    value = np.array(6, "M8[D]")[()]
    yield "masked M8[D]", Kind(lambda: masked("i8").astype("M8[D]"), ABSENT, value, 6)
    nans = [[3.0, np.nan, 5.0], [4.0, 0.0, np.nan]]
    yield "float64 with NaN", numbers(lambda: array("f8", nans), ABSENT)


def of_ml_dtypes() -> Iterator[tuple[str, Kind]]:
    import ml_dtypes

    for name in ("bfloat16", "float8_e5m2", "int4"):
        make = lambda name=name: array("f4").astype(getattr(ml_dtypes, name))  # noqa: E731
        yield name, numbers(make, tolerance=precision(name))


def of_dask() -> Iterator[tuple[str, Kind]]:
    import dask.array as da

    def lazy(x):
        return da.from_array(x, chunks=(1, 2))

    yield "int64", numbers(lambda: lazy(array("i8")), is_traced=True)
    yield ">f4", numbers(lambda: lazy(array(">f4")), is_traced=True)
    yield "bool", Kind(lambda: lazy(array("?", LOGICALS)), LOGICALS, True, True, is_traced=True)
    value = np.array(6, "M8[D]")[()]
    yield (
        "M8[D]",
        Kind(lambda: lazy(array("i8").astype("M8[D]")), NUMBERS, value, 6, is_traced=True),
    )
    yield "text", Kind(lambda: lazy(array("U2", TEXTS)), TEXTS, "z", "z", is_traced=True)
    record = [("a", "i4"), ("b", "f8")]
    value = np.array((9, 9.5), record)[()]
    make = lambda: lazy(array(record, RECORDS))  # noqa: E731
    yield "records", Kind(make, RECORDS, value, (9, 9.5), is_traced=True)
    yield "masked", numbers(lambda: lazy(masked("i4")), ABSENT, is_traced=True)
    yield "masked float64", numbers(lambda: lazy(masked("f8")), ABSENT, is_traced=True)
    make = lambda: lazy(masked("?", SOME_LOGICALS))  # noqa: E731
    yield "masked bool", Kind(make, SOME_LOGICALS, True, True, is_traced=True)

    def of_unknown_chunks():
        x = lazy(array("i8"))
        return x[da.from_array(np.array([True, True]), chunks=1)]

    yield "chunks unknown", numbers(of_unknown_chunks, is_traced=True)


def of_torch() -> Iterator[tuple[str, Kind]]:
    import torch
    from torch._subclasses.fake_tensor import FakeTensorMode

    def tensor(dtype, elements=NUMBERS):
        return torch.tensor(elements).to(dtype)

    for name in (
        *("int8", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16"),
        *("float32", "float64", "float8_e5m2", "float8_e4m3fn"),
    ):
        make = lambda name=name: tensor(getattr(torch, name))  # noqa: E731
        yield name, numbers(make, tolerance=precision(name))
    yield "bool", Kind(lambda: tensor(torch.bool, LOGICALS), LOGICALS, True, True)
    for name in ("complex32", "complex64"):
        make = lambda name=name: tensor(getattr(torch, name), COMPLEX)  # noqa: E731
        yield name, Kind(make, COMPLEX, 6j, 6j)
    yield "wants gradients", numbers(lambda: tensor(torch.float64).requires_grad_())
    yield "strided", numbers(lambda: tensor(torch.int64).repeat_interleave(2, 1)[:, ::2])
    yield "expanded", Kind(lambda: torch.tensor([[3, 1, 5]]).expand(2, 3), [[3, 1, 5]] * 2, 6, 6)
    yield "inference", numbers(lambda: torch.inference_mode()(lambda: tensor(torch.int64))())
    yield "conjugated", Kind(lambda: tensor(torch.complex64, COMPLEX).conj(), conjugates(), 6j, 6j)

    def part_of_an_unbound_one():
        x = torch.stack([tensor(torch.float64)] * 2).requires_grad_() * 1
        return x.unbind()[0]

    yield "a view that forbids writing", numbers(part_of_an_unbound_one)
    nothing = [[None] * 3] * 2
    make = lambda: tensor(torch.float32).to("meta")  # noqa: E731
    yield "meta", Kind(make, nothing, 6, None)
    mode = FakeTensorMode()
    make = lambda: mode.from_tensor(tensor(torch.float32))  # noqa: E731
    yield "fake", Kind(make, nothing, 6, None, run=lambda act, x: in_context(mode, act, x))
    yield "fake, outside its mode", Kind(make, nothing, 6, None)
    yield "sparse", numbers(lambda: tensor(torch.float32).to_sparse())
    yield "sparse rows", numbers(lambda: tensor(torch.float32).to_sparse_csr())
    yield "nested", numbers(lambda: torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]))
    yield (
        "quantized",
        numbers(lambda: torch.quantize_per_tensor(tensor(torch.float32), 1, 0, torch.qint8)),
    )
    yield "vmap", numbers(lambda: tensor(torch.int64), run=in_vmap_of_torch, is_traced=True)
    yield (
        "vmap of reals",
        numbers(lambda: tensor(torch.float64), run=in_vmap_of_torch, is_traced=True),
    )
    make = lambda: tensor(torch.bool, LOGICALS)  # noqa: E731
    yield "vmap of logicals", Kind(make, LOGICALS, True, True, in_vmap_of_torch, True)


def in_context(context: Any, act: Callable[[Any], Any], x: Any) -> Any:
    with context:
        return act(x)


def conjugates() -> list[list[complex]]:
    return [[complex(entry).conjugate() for entry in row] for row in COMPLEX]


def in_vmap_of_torch(act: Callable[[Any], Any], x: Any) -> Any:
    import torch

    return torch.func.vmap(act)(torch.stack([x, x]))[1]


def of_jax() -> Iterator[tuple[str, Kind]]:
    import jax
    import jax.numpy as jnp

    def make(dtype, elements=NUMBERS):
        return jnp.asarray(np.array(elements), dtype)

    for name in (
        *("int8", "int64", "uint8", "uint32", "int4", "uint4", "float16", "bfloat16", "float32"),
        *("float64", "float8_e5m2", "float8_e4m3fn"),
    ):
        yield name, numbers(lambda name=name: make(name), tolerance=precision(name))
    yield "bool", Kind(lambda: make(bool, LOGICALS), LOGICALS, True, True)
    yield "complex64", Kind(lambda: make("complex64", COMPLEX), COMPLEX, 6j, 6j)
    yield "weak type", numbers(lambda: jnp.zeros((2, 3), "float32") + make("float32"))
    make_keys = lambda: jax.random.split(jax.random.key(0), (2, 3))  # noqa: E731
    yield "keys of random numbers", Kind(make_keys, [[None] * 3] * 2, 6, None)

    def deleted():
        x = make("float32")
        x.delete()
        return x

    yield "deleted", numbers(deleted)
    yield "jit", numbers(lambda: make("int64"), run=in_jit, is_traced=True)
    yield "jit of reals", numbers(lambda: make("float64"), run=in_jit, is_traced=True)
    make_logicals = lambda: make(bool, LOGICALS)  # noqa: E731
    yield "jit of logicals", Kind(make_logicals, LOGICALS, True, True, in_jit, True)
    yield "vmap", numbers(lambda: make("float64"), run=in_vmap, is_traced=True)


def in_jit(act: Callable[[Any], Any], x: Any) -> Any:
    import jax

    return jax.jit(act)(x)


def in_vmap(act: Callable[[Any], Any], x: Any) -> Any:
    import jax
    import jax.numpy as jnp

    return jax.vmap(act)(jnp.stack([x, x]))[1]


def of_the_standard() -> Iterator[tuple[str, Kind]]:
    import array_api_strict as strict
    import sparse

    def make(dtype, elements=NUMBERS, **options):
        return strict.asarray(elements, dtype=dtype, **options)

    for dtype in (strict.int8, strict.uint64, strict.float32, strict.float64):
        yield str(dtype).rpartition(".")[2], numbers(lambda dtype=dtype: make(dtype))
    yield "bool", Kind(lambda: make(strict.bool, LOGICALS), LOGICALS, True, True)
    yield "complex128", Kind(lambda: make(strict.complex128, COMPLEX), COMPLEX, 6j, 6j)
    yield "another device", numbers(lambda: make(strict.float64, device=strict.Device("device1")))

    def with_flags(**flags):
        def run(act, x):
            with strict.ArrayAPIStrictFlags(**flags):
                return act(make(strict.float64))

        return run

    yield "2022.12", numbers(lambda: None, run=with_flags(api_version="2022.12"))
    yield "no shapes of data", numbers(lambda: None, run=with_flags(data_dependent_shapes=False))
    for kind in ("COO", "GCXS", "DOK"):
        make_sparse = lambda kind=kind: sparse.asarray(array("f8"), format=kind.lower())  # noqa: E731
        yield f"sparse {kind}", numbers(make_sparse)


def of_stores() -> Iterator[tuple[str, Kind]]:
    import h5py
    import zarr

    def in_zarr(x, **options):
        store = zarr.create_array({}, shape=x.shape, chunks=(1, 2), dtype=x.dtype, **options)
        store[...] = x
        return store

    def in_hdf5(x, **options):
        file = h5py.File(f"{uuid.uuid4()}.h5", "w", driver="core", backing_store=False)
        return file.create_dataset("x", data=x, chunks=(1, 2), **options)

    record = [("a", "i4"), ("b", "f8")]
    as_bytes = [[text.encode() for text in row] for row in TEXTS]
    for name, keep, keep_bytes in (
        ("zarr", in_zarr, lambda x: in_zarr(x, zarr_format=2)),
        ("h5py", in_hdf5, in_hdf5),
    ):
        for dtype in ("int64", ">f4", "uint8"):
            yield f"{name} {dtype}", numbers(lambda keep=keep, dtype=dtype: keep(array(dtype)))
        make = lambda keep=keep: keep(array("?", LOGICALS))  # noqa: E731
        yield f"{name} bool", Kind(make, LOGICALS, True, True)
        make = lambda keep=keep: keep(array("c16", COMPLEX))  # noqa: E731
        yield f"{name} complex128", Kind(make, COMPLEX, 6j, 6j)
        value = np.array((9, 9.5), record)[()]
        make = lambda keep=keep_bytes: keep(array(record, RECORDS))  # noqa: E731
        yield f"{name} records", Kind(make, RECORDS, value, (9, 9.5))
        make = lambda keep=keep_bytes: keep(array("S2", TEXTS))  # noqa: E731
        yield f"{name} text S2", Kind(make, as_bytes, b"z", b"z", is_text=name == "h5py")
    yield "zarr text U2", Kind(lambda: in_zarr(array("U2", TEXTS)), TEXTS, "z", "z")
    make = lambda: in_zarr(array("i8").astype("M8[s]"))  # noqa: E731
    yield "zarr M8[s]", Kind(make, NUMBERS, np.array(6, "M8[s]")[()], 6)
    make = lambda: in_hdf5(array("O", TEXTS), dtype=h5py.string_dtype())  # noqa: E731
    yield "h5py text", Kind(make, as_bytes, "z", b"z", is_text=True)

    def vectors():
        x = in_hdf5(np.zeros((2, 3)), dtype="f8")
        vectors = x.file.create_dataset("v", (2, 3), h5py.vlen_dtype("i4"), chunks=(1, 2))
        for place in np.ndindex(2, 3):
            vectors[place] = np.arange(1 + NUMBERS[place[0]][place[1]], dtype="i4")
        return vectors

    lengths = [[(*range(1 + n),) for n in row] for row in NUMBERS]
    yield "h5py vectors", Kind(vectors, lengths, np.arange(7), (*range(7),))
    as_opaque = array("i4").view("V4")
    opaque = [[entry.tobytes() for entry in row] for row in array("i4")]
    value = np.array([6], "i4").view("V4")[0]
    yield "h5py opaque", Kind(lambda: in_hdf5(as_opaque), opaque, value, value.tobytes())


def of_xarray() -> Iterator[tuple[str, Kind]]:
    import dask.array as da
    import xarray as xr

    def named(values, **options):
        return xr.DataArray(values, dims=["r", "c"], coords={"c": [*"uvw"]}, **options)

    yield "int64", numbers(lambda: named(array("i8")), is_labelled=True)
    yield "float64", numbers(lambda: named(array("f8")), is_labelled=True)
    make = lambda: named(array("?", LOGICALS))  # noqa: E731
    yield "bool", Kind(make, LOGICALS, True, True, is_labelled=True)
    view = lambda: named(np.pad(array("f8"), 1)[1:-1, 1:-1])  # noqa: E731
    yield "a view", numbers(view, is_labelled=True)
    make = lambda: named(da.from_array(array("f8"), chunks=(1, 2)))  # noqa: E731
    yield "over dask", numbers(make, is_traced=True, is_labelled=True)
    make = lambda: named(da.from_array(masked("i4"), chunks=(1, 2)))  # noqa: E731
    yield "over masked dask", numbers(make, ABSENT, is_traced=True, is_labelled=True)


def of_pandas() -> Iterator[tuple[str, Kind]]:
    import pandas as pd

    for dtype in ("int8", "int64", "float32", "float64"):
        make = lambda dtype=dtype: pd.DataFrame(array(dtype))  # noqa: E731
        yield f"{dtype} columns", numbers(make, is_table=True)
    make = lambda: pd.DataFrame(array("?", LOGICALS))  # noqa: E731
    yield "bool columns", Kind(make, LOGICALS, True, True, is_table=True)
    make = lambda: pd.DataFrame(array("i4")).astype({1: "float32"})  # noqa: E731
    yield "columns of two dtypes", numbers(make, is_table=True)
    make = lambda: pd.DataFrame(ABSENT).astype("Int64")  # noqa: E731
    yield "nullable columns", numbers(make, ABSENT, is_table=True)
    make = lambda: pd.DataFrame(TEXTS).astype("string")  # noqa: E731
    yield "columns of text", Kind(make, TEXTS, "z", "z", is_table=True)

    def labelled(dtype):
        return pd.DataFrame(array("i8"), index=["a", "b"], columns=[*"uvw"]).astype(dtype)

    yield "labelled columns", numbers(lambda: labelled("int64"), is_table=True, is_labelled=True)
    make = lambda: labelled("int64[pyarrow]")  # noqa: E731
    yield "columns of Arrow", numbers(make, is_table=True, is_labelled=True)
    make = lambda: labelled("object")  # noqa: E731
    yield "columns of objects", numbers(make, is_table=True, is_labelled=True)

    def part():
        whole = pd.DataFrame(np.pad(array("i8"), 1), index=[*"xaby"], columns=[*"tuvwx"])
        return whole.iloc[1:3, 1:4]

    yield "a part of a table", numbers(part, is_table=True, is_labelled=True)


def tables_of(make: Callable[[dict[str, list[Any]], Any], Any]) -> Iterator[tuple[str, Kind]]:
    """The kinds of tables of a library that makes one of columns of a dtype under NumPy's name."""
    options = {"is_table": True, "is_labelled": True, "keeps_rows": True}

    def table(elements: Any, dtype: str) -> Any:
        return make(dict(zip("uvw", map(list, zip(*elements, strict=True)), strict=True)), dtype)

    for dtype in ("int8", "int64", "uint64", "float32", "float64"):
        make_plain = lambda dtype=dtype: table(NUMBERS, dtype)  # noqa: E731
        yield f"{dtype} columns", numbers(make_plain, **options)
    for dtype in ("int64", "float64"):
        make_some = lambda dtype=dtype: table(ABSENT, dtype)  # noqa: E731
        yield f"{dtype} columns with nulls", numbers(make_some, ABSENT, **options)
    for name, logicals in (("", LOGICALS), (" with nulls", SOME_LOGICALS)):
        make_logicals = lambda logicals=logicals: table(logicals, "bool")  # noqa: E731
        yield f"bool columns{name}", Kind(make_logicals, logicals, True, True, **options)
    yield "columns of text", Kind(lambda: table(TEXTS, "text"), TEXTS, "z", "z", **options)


def of_polars() -> Iterator[tuple[str, Kind]]:
    import polars as pl

    dtypes = {"int8": pl.Int8, "int64": pl.Int64, "uint64": pl.UInt64, "float32": pl.Float32}
    dtypes |= {"float64": pl.Float64, "bool": pl.Boolean, "text": pl.String}
    yield from tables_of(lambda columns, dtype: pl.DataFrame(columns).cast(dtypes[dtype]))
    options = {"is_table": True, "is_labelled": True, "keeps_rows": True}
    make = lambda: pl.DataFrame(array("i4"), [*"uvw"]).cast({"v": pl.Float32})  # noqa: E731
    yield "columns of two dtypes", numbers(make, **options)
    make = lambda: pl.DataFrame(TEXTS, [*"uvw"], orient="row").cast(pl.Categorical)  # noqa: E731
    yield "columns of categories", Kind(make, TEXTS, "z", "z", **options)


def of_pyarrow() -> Iterator[tuple[str, Kind]]:
    import pyarrow as pa

    def make(columns: Any, dtype: Any) -> Any:
        schema = pa.schema([(name, dtypes[dtype]) for name in columns])
        return pa.table(columns, schema)

    dtypes = {"int8": pa.int8(), "int64": pa.int64(), "uint64": pa.uint64(), "bool": pa.bool_()}
    dtypes |= {"float32": pa.float32(), "float64": pa.float64(), "text": pa.string()}
    dtypes |= {"categories": pa.dictionary(pa.int8(), pa.string())}
    yield from tables_of(make)
    options = {"is_table": True, "is_labelled": True, "keeps_rows": True}

    def columns(elements: Any) -> Any:
        return dict(zip("uvw", map(list, zip(*elements, strict=True)), strict=True))

    categories = lambda: make(columns(TEXTS), "categories")  # noqa: E731
    yield "columns of categories", Kind(categories, TEXTS, "z", "z", **options)
    batch = lambda: make(columns(ABSENT), "int64").to_batches()[0]  # noqa: E731
    yield "a batch with nulls", numbers(batch, ABSENT, **options)

    def in_chunks() -> Any:
        whole = make(columns([[9, 9, 9], *ABSENT]), "int64")
        return pa.concat_tables([whole[1:2], whole[2:]])

    yield "columns in chunks", numbers(in_chunks, ABSENT, **options)


def of_anndata() -> Iterator[tuple[str, Kind]]:
    """Parts of a view of an AnnData, whose owner writes, and a matrix in its file."""
    import anndata as ad
    import pandas as pd
    import scipy.sparse as sp

    def view(matrix):
        obs = pd.DataFrame(np.pad(array("f8"), ((1, 0), (0, 0))), columns=[*"uvw"])
        obs.index = ["a", "b", "c"]
        return ad.AnnData(matrix(np.pad(array("f8"), ((1, 0), (0, 0)))), obs=obs)[1:]

    def through(name):
        def run(act, owner):
            part = getattr(owner, name)
            result = act(part)
            return getattr(owner, name) if result is part else result

        return run

    for name, matrix in (("dense", np.array), ("CSR", sp.csr_matrix), ("CSC", sp.csc_matrix)):
        make = lambda matrix=matrix: view(matrix)  # noqa: E731
        yield f"X of a view, {name}", numbers(make, run=through("X"))
    make = lambda: view(np.array)  # noqa: E731
    yield "obs of a view", numbers(make, run=through("obs"), is_table=True, is_labelled=True)

    def in_file(kind):
        path = Path(tempfile.mkdtemp(), "a.h5ad")
        ad.AnnData(kind(array("f8"))).write_h5ad(path)
        return ad.read_h5ad(path, backed="r").X

    yield "X in a file, CSR", numbers(lambda: in_file(sp.csr_matrix))
    yield "X in a file, CSC", numbers(lambda: in_file(sp.csc_matrix))


def of_scipy() -> Iterator[tuple[str, Kind]]:
    import scipy.sparse as sp

    for name in (
        *("csr_array", "csc_array", "coo_array", "lil_array", "dok_array", "bsr_array"),
        *("dia_array", "csr_matrix", "csc_matrix", "coo_matrix"),
    ):
        yield f"{name} int64", numbers(lambda name=name: getattr(sp, name)(array("i8")))
    for dtype in ("uint8", "float32", "float64"):
        yield f"csr_array {dtype}", numbers(lambda dtype=dtype: sp.csr_array(array(dtype)))
    yield "csr_array bool", Kind(lambda: sp.csr_array(array("?", LOGICALS)), LOGICALS, True, True)
    make = lambda: sp.csc_matrix(array("?", LOGICALS))  # noqa: E731
    yield "csc_matrix bool", Kind(make, LOGICALS, True, True)
    make = lambda: sp.csc_array(array("c16", COMPLEX))  # noqa: E731
    yield "csc_array complex128", Kind(make, COMPLEX, 6j, 6j)
    nans = [[3.0, np.nan, 5.0], [4.0, 0.0, np.nan]]
    yield "csr_array with NaN", numbers(lambda: sp.csr_array(array("f8", nans)), ABSENT)


def of_no_library() -> Iterator[tuple[str, Kind]]:
    """Objects that people use and pybridge does not read: every verb rejects each."""
    import pandas as pd

    yield "pandas Int64", numbers(lambda: pd.array([3, None, 5], dtype="Int64"))
    yield "pandas Categorical", numbers(lambda: pd.Categorical(["a", "b"]))
    yield "a list", numbers(lambda: NUMBERS)
    yield "a number", numbers(lambda: 3)
    yield "None", numbers(lambda: None)
    yield "a dict", numbers(lambda: {"a": 1})
    yield "a module", numbers(lambda: np)


def of_adapter(library: str) -> Iterator[tuple[str, Kind]]:
    """The plain kinds of a library that has no kinds of its own above."""
    make = ALL[library].make
    for dtype in ("int64", "float64"):
        yield dtype, numbers(lambda dtype=dtype: make(array(dtype)))
    yield "bool", Kind(lambda: make(array("?", LOGICALS)), LOGICALS, True, True)


LIBRARIES = {
    "numpy": of_numpy,
    "ml_dtypes": of_ml_dtypes,
    "dask": of_dask,
    "torch": of_torch,
    "jax": of_jax,
    "tensorflow": of_tensorflow,
    "keras": of_keras,
    "standard": of_the_standard,
    "stores": of_stores,
    "xarray": of_xarray,
    "pandas": of_pandas,
    "polars": of_polars,
    "pyarrow": of_pyarrow,
    "anndata": of_anndata,
    "scipy": of_scipy,
    "others": of_no_library,
}
TOGETHER = {"array_api", "zarr", "h5py"}
"""Libraries that share a function above; an AnnData itself is only read, see test_anndata.py."""
LIBRARIES |= {
    name: partial(of_adapter, name) for name in ALL if name not in LIBRARIES.keys() | TOGETHER
}
