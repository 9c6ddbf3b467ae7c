"""Compare tables, columns and labelled arrays with the positions of their own library, at random.

    python tests/support/fuzz_labels.py --cases 100000 --seconds 1500 --seed 1

Tables and columns of pandas (`iloc`), of polars and of PyArrow (lists of Python), arrays of xarray
(`isel`) and parts of views of an AnnData, with labels on some axes or none. Subscripts are plain,
labelled and stored, mixed; logicals have the labels of their axis, other ones or none. Reads,
assignments in place and updated copies, in both dialects, with values that are plain, or labelled
rightly or wrongly. Where a label contradicts, the one right answer is an error of pybridge, and
nothing is changed. A case is drawn again by its own seed, which is printed. The exit status is 1 if
any differs.
"""

import inspect
import random
import sys
import warnings
from pathlib import Path
from typing import Any

import anndata as ad
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import xarray as xr

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from searching import search  # noqa: E402

from pybridge import R, errors, r_assign, r_slice, r_subscripts  # noqa: E402

CONTRADICTIONS = (errors.SubscriptLabelError, errors.AssignmentError)
IS_OLD = "height" not in inspect.signature(pl.DataFrame).parameters
LABELS = ([*"abcde"], [*"uvwx"], [*"pqr"])
DIMS = ("row", "column", "time")
FROZEN = ("polars", "polars column", "arrow", "arrow column")
"""The kinds that are never written in place."""


class Draw:
    """One random case, the same for the same seed."""

    def __init__(self, seed: int, kind: str | None = None) -> None:
        self.random = random.Random(seed)
        kinds = ("table", "column", "array", "array", "part", *FROZEN)
        self.kind = kind or self.random.choice(kinds)
        self.dialect = self.random.choice(("tensor", "tensor", "base"))
        ndim = {"table": 2, "column": 1, "part": 2, "polars": 2, "arrow": 2}.get(self.kind)
        ndim = 1 if self.kind.endswith("column") else ndim or self.random.randint(1, 3)
        self.sizes = [self.random.randint(1, len(LABELS[k])) for k in range(ndim)]
        self.labels = [
            labels[:size] if self.kind == "part" or self.random.random() < 0.7 else None
            for labels, size in zip(LABELS, self.sizes, strict=False)
        ]
        if self.kind == "part":
            self.labels = [None, None]  # an X has no labels
        if self.kind in FROZEN:  # the columns have names
            self.labels = [None, LABELS[1][: self.sizes[1]]] if ndim == 2 else [None]
        self.is_wrong = False

    def values(self) -> np.ndarray:
        """Return elements that differ from each other."""
        return np.arange(1.0, 1 + np.prod(self.sizes)).reshape(self.sizes)

    def make(self) -> Any:
        """Return the holder, and whose part it is."""
        values = self.values()
        if self.kind == "table":
            table = pd.DataFrame(values, *self.labels)
            return table.astype({table.columns[0]: "Int64"}) if len(values) % 2 else table
        if self.kind == "column":
            return pd.Series(values, self.labels[0])
        if self.kind == "part":
            return ad.AnnData(np.pad(values, 1))[1:-1, 1:-1].X
        if self.kind in FROZEN:
            return self.frozen(values)
        coords = {dim: own for dim, own in zip(DIMS, self.labels, strict=False) if own is not None}
        return xr.DataArray(values, coords, DIMS[: values.ndim])

    def frozen(self, values: np.ndarray) -> Any:
        """Return a table or a column of polars or PyArrow, in several chunks and dtypes."""
        if self.kind == "polars column":
            return pl.Series("s", values)
        if self.kind == "arrow column":
            whole = pa.array(np.concatenate([[9.0], values]))
            cut = self.random.randint(0, len(values))
            parts = [whole.slice(1, cut), whole.slice(1 + cut)]
            return whole.slice(1) if self.random.random() < 0.5 else pa.chunked_array(parts)
        names = self.labels[1]
        dtypes = [self.random.choice(("int16", "float32", "float64")) for _ in names]
        columns = [values[:, k].astype(dtype) for k, dtype in enumerate(dtypes)]
        if self.kind == "polars":
            return pl.DataFrame([*map(pl.Series, names, columns)])
        if self.random.random() < 0.5:
            return pa.RecordBatch.from_arrays([*map(pa.array, columns)], names)
        parts = [[one[part] for one in columns] for part in (slice(0, 1), slice(1, None))]
        return pa.concat_tables([pa.table(part, names) for part in parts])

    def subscript(self, axis: int) -> tuple[Any, list[int], bool]:
        """Return a subscript, the indices that it selects, and whether its axis is dropped."""
        rng, size, own = self.random, self.sizes[axis], self.labels[axis]
        kinds = ["one", "vector", "range", "all", "logicals", "labelled", "labelled"]
        kinds += ["from the end"] + (["names", "name"] if own else [])
        match rng.choice(kinds):
            case "one":
                index = rng.randrange(size)
                return index + 1, [index], True
            case "from the end" if self.dialect == "tensor":
                index = rng.randrange(size)
                return index - size, [index], True
            case "from the end":
                left_out = rng.randrange(size)
                return -(left_out + 1), [k for k in range(size) if k != left_out], False
            case "vector":
                indices = [rng.randrange(size) for _ in range(rng.randint(1, 4))]
                return np.array(indices) + 1, indices, False
            case "range":
                first, last = rng.randint(1, size), rng.randint(1, size)
                step = 1 if last >= first else -1
                return slice(first, last), list(range(first - 1, last - 1 + step, step)), False
            case "names":
                indices = [rng.randrange(size) for _ in range(rng.randint(1, 3))]
                return [own[k] for k in indices], indices, False
            case "name":
                index = rng.randrange(size)
                return r_subscripts(f'"{own[index]}"'), [index], True
            case "all":
                return slice(None), list(range(size)), False
            case "logicals":
                mask = [rng.random() < 0.6 for _ in range(size)]
                return np.array(mask), [k for k in range(size) if mask[k]], False
        mask = [rng.random() < 0.6 for _ in range(size)]
        labels = own or LABELS[axis][:size]
        if rng.random() < 0.3 and size > 1:
            labels = labels[1:] + labels[:1]
            self.is_wrong |= own is not None
        dtype = rng.choice(("bool", "boolean", "object", "bool[pyarrow]"))
        if rng.random() < 0.3:
            dim = DIMS[axis]
            if self.kind == "array" and rng.random() < 0.2:
                dim = "elsewhere"
                self.is_wrong = True
            array = xr.DataArray(np.array(mask), {dim: labels}, [dim])
            return array, [k for k in range(size) if mask[k]], False
        series = pd.Series(mask, index=labels, dtype=dtype)
        return series, [k for k in range(size) if mask[k]], False

    def stored(self, subscripts: list[Any]) -> tuple[Any, ...]:
        """Return subscripts of which some are stored, in some grouping."""
        rng, found, left = self.random, [], [*subscripts]
        while left:
            count = rng.randint(1, len(left))
            group, left = left[:count], left[count:]
            found += [r_subscripts(*group)] if rng.random() < 0.4 else group
        return tuple(found)


def oracle_read(draw: Draw, x: Any, indices: list[list[int]], drops: list[bool]) -> np.ndarray:
    """Return the elements that the library itself gives, without axes that are dropped."""
    if draw.kind == "array":
        part = x.isel(dict(zip(x.dims, indices, strict=True))).values
    elif draw.kind == "part":
        part = np.asarray(x)[np.ix_(*indices)]
    elif draw.kind in FROZEN:
        part = elements(x)[np.ix_(*indices)]
    elif draw.kind == "column":
        part = x.iloc[indices[0]].to_numpy()
    else:
        part = x.iloc[indices[0], indices[1]].to_numpy(float)
    is_table = draw.kind in ("table", "polars", "arrow")
    if draw.dialect == "base" and not is_table:
        kept = [size for size in part.shape if size != 1]
        return part if part.ndim == 1 else part.reshape(kept or [1])  # R has no scalars
    if draw.dialect == "base":
        return part[:, 0] if part.shape[1] == 1 else part
    if drops == [True, False] and draw.kind in FROZEN:
        return part  # one row is a table
    return part.reshape([n for n, gone in zip(part.shape, drops, strict=True) if not gone])


def labels_of_result(x: Any) -> list[Any]:
    """Return the labels of the axes of a result that has some."""
    if isinstance(x, xr.DataArray):
        return [[*x.indexes[dim]] if dim in x.indexes else None for dim in x.dims]
    if isinstance(x, pl.DataFrame | pa.Table | pa.RecordBatch):
        return [None, x.columns if isinstance(x, pl.DataFrame) else x.schema.names]
    return [[*axis] for axis in x.axes] if isinstance(x, pd.DataFrame | pd.Series) else []


def elements(x: Any) -> np.ndarray:
    """Return the elements of a result."""
    if isinstance(x, pl.DataFrame):
        return np.array(x.rows(), float).reshape(x.shape)
    if isinstance(x, pa.Table | pa.RecordBatch):
        columns = [column.to_pylist() for column in x.columns]
        return np.array(columns, float).reshape(x.num_columns, x.num_rows).T
    if isinstance(x, pa.Array | pa.ChunkedArray):
        return np.array(x.to_pylist(), float)
    if isinstance(x, pa.Scalar):
        return np.array(x.as_py(), float)
    return np.asarray(x.to_numpy(float) if isinstance(x, pd.DataFrame | pd.Series) else x, float)


def of_reading(draw: Draw, x: Any, written: tuple[Any, ...], indices: Any, drops: Any) -> str:
    """Return how a read differs, or an empty text."""
    # a polars table names no column twice, and in old releases has no rows without one
    is_refused = draw.kind == "polars" and len({*indices[1]}) < max(len(indices[1]), IS_OLD)
    try:
        found = r_slice(x, *written, dialect=draw.dialect)
    except errors.UnsupportedTensorError as error:
        return "" if is_refused else f"refused: {error}"
    except CONTRADICTIONS as error:
        return "" if draw.is_wrong else f"refused: {error}"
    if draw.is_wrong:
        return "labels of another axis were read"
    expected = oracle_read(draw, x, indices, drops)
    if elements(found).shape != expected.shape or not np.array_equal(elements(found), expected):
        return f"gave {elements(found).tolist()}, not {expected.tolist()}"
    if draw.dialect == "tensor":
        pairs = zip(indices, drops, draw.labels, strict=True)
        wanted = [
            None if own is None else [own[k] for k in one] for one, gone, own in pairs if not gone
        ]
        if drops == [True, False] and draw.kind in FROZEN:
            wanted = [None, *wanted]
        for own, label in zip(wanted, labels_of_result(found), strict=False):
            if own is not None and own != label:
                return f"gave the labels {label}, not {own}"
    return ""


def of_writing(draw: Draw, x: Any, written: tuple[Any, ...], indices: Any, drops: Any) -> str:
    """Return how an assignment differs, or an empty text."""
    rng = draw.random
    shape = [len(one) for one, gone in zip(indices, drops, strict=True) if not gone]
    value: Any = 100.0
    if draw.dialect == "tensor" and 0 not in shape and rng.random() < 0.7:
        value = 100.0 + np.arange(np.prod(shape, dtype=int)).reshape(shape)
        value = labelled_value(draw, value, indices, drops)
    expected = draw.values()
    plain = np.asarray(value, float)
    if 0 not in map(len, indices):
        sizes = [1 if gone else len(one) for one, gone in zip(indices, drops, strict=True)]
        block = np.broadcast_to(plain.reshape(sizes) if plain.ndim else plain, [*map(len, indices)])
        for place in np.ndindex(*block.shape):  # the last of equals wins
            expected[tuple(one[k] for one, k in zip(indices, place, strict=True))] = block[place]
    before = elements(x)
    is_copied = rng.random() < 0.5 or draw.kind in FROZEN
    try:
        if is_copied:
            now = r_assign(x, *written, value=value, dialect=draw.dialect)
        else:
            now = x
            R(x, dialect=draw.dialect)[written] = value
    except CONTRADICTIONS as error:
        if not np.array_equal(elements(x), before):
            return "a refused write changed elements"
        return "" if draw.is_wrong else f"refused: {error}"
    if draw.is_wrong:
        return "labels of another axis were written"
    if draw.kind == "part" and not is_copied:
        return ""  # x stays as it was, and its owner has the new part: test_anndata_parts.py
    if not np.array_equal(elements(now), expected):
        return f"wrote {elements(now).tolist()}, not {expected.tolist()}"
    if is_copied and not np.array_equal(elements(x), before):
        return "r_assign changed its argument"
    return ""


def labelled_value(draw: Draw, value: np.ndarray, indices: Any, drops: Any) -> Any:
    """Return a value with the labels of where it goes, other ones, or none."""
    rng = draw.random
    kept = [k for k, gone in enumerate(drops) if not gone]
    if value.ndim == 0 or rng.random() < 0.4:
        return value
    labels = [draw.labels[k] and [draw.labels[k][j] for j in indices[k]] for k in kept]
    if any(own is not None and len({*own}) < len(own) for own in labels):
        return value  # an index with repeats
    place = rng.randrange(len(kept))
    is_other = rng.random() < 0.3 and labels[place] is not None and len(labels[place]) > 1
    if is_other:
        labels[place] = labels[place][1:] + labels[place][:1]
    if value.ndim <= 2 and draw.kind != "array":
        draw.is_wrong |= is_other
        own = [None if one is None else one for one in labels]
        return pd.Series(value, own[0]) if value.ndim == 1 else pd.DataFrame(value, *own)
    if draw.kind == "array":
        draw.is_wrong |= is_other
        dims = [DIMS[k] for k in kept]
        if rng.random() < 0.2:
            dims[place] = "elsewhere"
            draw.is_wrong = True
            labels[place] = None
        coords = {dim: own for dim, own in zip(dims, labels, strict=True) if own is not None}
        return xr.DataArray(value, coords, dims)
    return value


def disagreement(seed: int, kind: str | None = None) -> str:
    """Return how one case differs, or an empty text; `kind` is drawn where it is not given."""
    draw = Draw(seed, kind)
    x = draw.make()
    chosen = [draw.subscript(axis) for axis in range(len(draw.sizes))]
    subscripts = [subscript for subscript, _, _ in chosen]
    indices, drops = [one for _, one, _ in chosen], [gone for _, _, gone in chosen]
    written = draw.stored(subscripts)
    check = draw.random.choice((of_reading, of_writing))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            text = check(draw, x, written, indices, drops)
    except Exception as error:  # of a library, which must not come through
        text = f"{check.__name__}: {type(error).__name__}: {error}"
    if not text:
        return ""
    shown = ", ".join(str(each).replace("\n", " ") for each in written)
    return (
        f"seed {seed}: {draw.kind} {draw.dialect} {draw.labels} [{shown}] {check.__name__}: {text}"
    )


if __name__ == "__main__":
    sys.exit(search(__doc__, "their own library", disagreement, 100_000))
