"""Compare SciPy's sparse arrays with the dense arrays of the same elements, at random.

    python tests/support/fuzz_sparse.py --cases 1000000 --seconds 1500 --seed 1

Every format, arrays and matrices, every dtype, with empty rows, stored zeros, entries that repeat
and that are not sorted, and sizes of 0. Reads and assignments in both dialects, reshaping,
positions and R's functions. The result must have the elements, the shape, the dtype and the error
of the dense array, and the class that docs/libraries.md says; what was refused must leave the array
as it was. A case is drawn again by its own seed, which is printed. The exit status is 1 if any
differs.
"""

import random
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from backends.stores import SCIPY_AXES  # noqa: E402
from searching import search  # noqa: E402

from pybridge import (  # noqa: E402
    NA,
    array_reshape,
    errors,
    order,
    r_assign,
    r_slice,
    result_shape,
    which,
    which_max,
    which_min,
)
from pybridge.r_functions.elementwise import math_group  # noqa: E402
from pybridge.r_functions.summaries import mean, summary_group  # noqa: E402
from pybridge.subsetting.request import assign_in_place  # noqa: E402

DTYPES = ("bool", "int8", "uint8", "int64", "float32", "float64", "complex128")
IN_PLACE = ("csr", "csc", "coo", "lil", "dok")


class Draw:
    """One random case, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def sparse(self) -> Any:
        """Return a sparse array with whatever SciPy allows in it."""
        rng = self.random
        name = rng.choice([*SCIPY_AXES, "csr_array", "csc_array", "csr_matrix", "csc_matrix"])
        ndim = rng.choice([axes for axes in SCIPY_AXES[name] if axes < 4])
        shape = tuple(rng.choice((0, 1, 2, 3, 4, 5, 5, 5)) for _ in range(ndim))
        dtype = np.dtype(rng.choice(DTYPES))
        count = rng.randint(0, 12) if 0 not in shape else 0
        points = [[rng.randrange(size) for size in shape] for _ in range(count)]
        coordinates = tuple(np.array(points, np.int32).reshape(count, ndim).T)
        data = np.array([self.number(dtype) for _ in range(count)], dtype)
        x = sp.coo_array((data, coordinates), shape=shape)
        if name[:3] in ("csr", "csc") and ndim == 2:
            x = compressed(x, name[:3])
        return getattr(sp, name)(x)

    def number(self, dtype: np.dtype[Any]) -> Any:
        rng = self.random
        if dtype.kind == "f" and rng.random() < 0.04:
            return rng.choice((np.nan, np.inf, -np.inf))
        number = rng.choice((0, 0, 1, 2, 3, 5, 7))
        if dtype.kind in "ifc" and rng.random() < 0.3:
            number = -number
        return number + 1j * rng.choice((0, 2)) if dtype.kind == "c" else number

    def position(self, size: int) -> Any:
        rng = self.random
        draw = rng.random()
        if draw < 0.03:
            return rng.choice((0, size + 1, -size - 1, NA, 1.5))
        position = rng.randint(1, size) if size else 1
        return position if draw < 0.75 else -position

    def vector(self, size: int, dialect: str) -> Any:
        rng = self.random
        if rng.random() < 0.3:
            return [rng.random() < 0.5 for _ in range(size if rng.random() < 0.97 else size + 1)]
        found = [self.position(size) for _ in range(rng.randint(0, 6))]
        if dialect == "base" and rng.random() < 0.85:
            sign = rng.choice((1, 1, -1))
            found = [each if each is NA else sign * abs(each) for each in found]
        return found

    def one(self, size: int, dialect: str) -> Any:
        rng = self.random
        draw = rng.random()
        if draw < 0.2:
            return slice(None)
        if draw < 0.45:
            return self.position(size)
        if draw < 0.7 and dialect == "tensor":
            bounds = [self.position(size) if rng.random() < 0.6 else None for _ in range(2)]
            return slice(*bounds, rng.choice((None, None, None, 2, -1, -2)))
        return self.vector(size, dialect)

    def subscripts(self, shape: tuple[int, ...], dialect: str) -> tuple[Any, ...]:
        rng = self.random
        draw = rng.random()
        if draw < 0.08:
            return (np.array([rng.random() < 0.4 for _ in range(np.prod(shape))]).reshape(shape),)
        if draw < 0.18 and len(shape) > 1:
            rows = [[self.position(size) for size in shape] for _ in range(rng.randint(1, 4))]
            return (rows,)
        if draw < 0.25:
            return (self.one(int(np.prod(shape)) if dialect == "base" else shape[0], dialect),)
        written = [self.one(size, dialect) for size in shape]
        if dialect == "tensor":
            if rng.random() < 0.1:
                written[rng.randrange(len(written)) :] = [...]
            if rng.random() < 0.07:
                written.insert(rng.randint(0, len(written)), None)
        return tuple(written)

    def value(self, shape: tuple[Any, ...], dtype: np.dtype[Any]) -> Any:
        rng = self.random
        if rng.random() < 0.02:
            return rng.choice((0.5, 300, 1j, NA, "a"))
        if rng.random() < 0.25:
            return self.number(dtype)
        sizes = [1 if rng.random() < 0.2 else size for size in shape]
        sizes = sizes[rng.randint(0, len(sizes)) if rng.random() < 0.2 else 0 :]
        if rng.random() < 0.03:
            sizes = [size + 1 for size in sizes]
        source = np.dtype(rng.choice(DTYPES)) if rng.random() < 0.1 else dtype
        array = np.array([self.number(source) for _ in range(int(np.prod(sizes)))], source)
        array = array.reshape(sizes)
        if len(sizes) in (1, 2) and rng.random() < 0.3:
            kind = rng.choice(
                ("coo_array", "csr_array", "csc_matrix")[: 1 if len(sizes) == 1 else 3]
            )
            return getattr(sp, kind)(array)
        return array


def compressed(x: Any, name: str) -> Any:
    """Return rows or columns whose entries repeat and are in no order."""
    along, across = x.coords if name == "csr" else x.coords[::-1]
    size = x.shape[0] if name == "csr" else x.shape[1]
    by_line = np.argsort(along, kind="stable")
    pointers = np.concatenate([[0], np.cumsum(np.bincount(along, minlength=size))])
    parts = (x.data[by_line], across[by_line], pointers[: size + 1])
    return getattr(sp, f"{name}_array")(parts, shape=x.shape)


def dense_of(x: Any) -> Any:
    return x.toarray() if sp.issparse(x) else x


def act(function: Any, *arguments: Any) -> Any:
    """Return what a function gives, or its error of ours."""
    try:
        return function(*arguments)
    except errors.PybridgeError as error:
        return error


def class_fault(x: Any, found: Any, *, is_grown: bool = False) -> str:
    """Return how the class of a result breaks the rule, or nothing."""
    if is_grown:  # no matrix has one axis, and there is more than was selected
        return "" if found.format in ("coo", x.format) else f"has the format {found.format}"
    if np.ndim(dense_of(found)) == 0:
        return "" if isinstance(found, np.generic) else "is not an element of NumPy"
    if isinstance(x, sp.spmatrix):
        if found.ndim == 1:
            return "" if type(found) is np.ndarray else "is not a NumPy vector"
        kind = sp.spmatrix
    else:
        kind = sp.sparray
    if not isinstance(found, kind):
        return f"is not a {kind.__name__}"
    wanted = {"dia": {"dia", "csr", "csc"}}.get(x.format, {x.format})
    if found.ndim == 1 and x.ndim > 1:
        wanted = {"coo"}
    if found.ndim == 2 and x.ndim == 1 and x.format == "csr":  # by columns it is transposed
        wanted = {"csr", "csc"}
    return "" if found.format in wanted else f"has the format {found.format}"


def difference(
    x: Any, found: Any, expected: Any, *, is_like_x: bool = True, is_grown: bool = False
) -> str:
    """Return how a result differs from that of the dense array, or nothing."""
    if isinstance(found, errors.UnsupportedTensorError) and not isinstance(expected, Exception):
        is_beyond = np.ndim(expected) > 2 and (x.format != "coo" or isinstance(x, sp.spmatrix))
        has_nan = np.isnan(dense_of(x)).any()
        if is_beyond or has_nan or "no function" in str(found):
            return ""
    if isinstance(expected, Exception) or isinstance(found, Exception):
        return "" if type(found) is type(expected) else f"gave {found!r}, not {expected!r}"
    if is_like_x and (fault := class_fault(x, found, is_grown=is_grown)):
        return f"{fault}: {type(found)}"
    values, expected = np.asarray(dense_of(found)), np.asarray(expected)
    if values.shape != expected.shape or values.dtype != expected.dtype:
        return f"{values.dtype} {values.shape}, not {expected.dtype} {expected.shape}"
    is_same = np.array_equal(values, expected, equal_nan=values.dtype.kind in "fc")
    if not is_same and values.dtype.kind in "fc":
        is_same = np.allclose(values, expected, rtol=1e-5, equal_nan=True)
    return "" if is_same else f"{values.tolist()}, not {expected.tolist()}"


def of_reading(draw: Draw, x: Any, dense: Any) -> str:
    dialect = draw.random.choice(("tensor", "tensor", "base"))
    written = draw.subscripts(x.shape, dialect)
    drop = draw.random.random() < 0.8
    read = lambda tensor: r_slice(tensor, *written, dialect=dialect, drop=drop)  # noqa: E731
    return difference(x, act(read, x), act(read, dense)) and (
        f"{dialect} {written} drop={drop}: {difference(x, act(read, x), act(read, dense))}"
    )


def of_writing(draw: Draw, x: Any, dense: Any) -> str:
    dialect = draw.random.choice(("tensor", "tensor", "base"))
    written = draw.subscripts(x.shape, dialect)
    shape = act(lambda: result_shape(x.shape, *written, dialect=dialect))
    value = draw.value((2,) if isinstance(shape, Exception) else shape, x.dtype)
    plain = dense_of(value)
    expected = act(lambda: r_assign(dense, *written, value=plain, dialect=dialect))
    found = act(lambda: r_assign(x, *written, value=value, dialect=dialect))
    is_grown = np.ndim(expected) == 1 and np.shape(expected) != x.shape
    text = difference(x, found, expected, is_grown=is_grown)
    if (
        x.format in IN_PLACE
        and not text
        and not isinstance(expected, errors.UnsupportedTensorError)
    ):
        y, kept = x.copy(), dense.copy()
        wrong = act(lambda: assign_in_place(y, written, value, dialect=dialect))
        right = act(lambda: assign_in_place(kept, written, plain, dialect=dialect))
        if type(wrong) is not type(right):
            text = f"in place gave {wrong!r}, not {right!r}"
        text = text or difference(x, y, kept)
        if y.format in ("csr", "csc"):
            y.check_format(full_check=True)
    if not text and not np.array_equal(dense_of(x), dense, equal_nan=True):
        text = "r_assign changed the array"
    return text and f"{dialect} {written} <- {value!r} {plain!r}: {text}"


def of_shapes(draw: Draw, x: Any, dense: Any) -> str:
    rng = draw.random
    sizes = [1] * rng.randint(1, 3)
    if dense.size:
        rest = dense.size
        for k in range(len(sizes) - 1):
            sizes[k] = rng.choice([n for n in range(1, rest + 1) if rest % n == 0])
            rest //= sizes[k]
        sizes[-1] = rest if rng.random() < 0.8 else -1
    else:
        sizes[rng.randrange(len(sizes))] = 0
    by = rng.choice(("C", "F"))
    found = act(lambda: array_reshape(x, sizes, order=by))
    expected = act(lambda: array_reshape(dense, sizes, order=by))
    text = difference(x, found, expected, is_grown=len(sizes) == 1)
    return text and f"reshape {sizes} {by}: {text}"


def of_functions(draw: Draw, x: Any, dense: Any) -> str:
    rng = draw.random
    axis = rng.choice((None, *range(1, x.ndim + 1)))
    functions = {
        f"which_max {axis}": lambda t: which_max(t, axis),
        f"which_min {axis}": lambda t: which_min(t, axis),
        "which": which,
        "order": order,
        "order downward": lambda t: order(t, decreasing=True),
        "mean": lambda t: mean(t, False),
        "abs": lambda t: math_group(t, "abs"),
        "sqrt": lambda t: math_group(t, "sqrt"),
        "floor": lambda t: math_group(t, "floor"),
        "sign": lambda t: math_group(t, "sign"),
        "round": lambda t: math_group(t, "round", 0),
        "exp": lambda t: math_group(t, "exp"),
        **{
            f"{name} {rm}": lambda t, name=name, rm=rm: summary_group([t], name, rm)
            for name in ("sum", "max", "min", "range", "any", "all", "prod")
            for rm in (False, True)
        },
    }
    name = rng.choice([*functions])
    found, expected = act(functions[name], x), act(functions[name], dense)
    is_like_x = name in ("abs", "sqrt", "floor", "sign", "round")
    text = difference(x, found, expected, is_like_x=is_like_x)
    if not text and not np.array_equal(dense_of(x), dense, equal_nan=True):
        text = "changed the array"
    return text and f"{name}: {text}"


def disagreement(seed: int) -> str:
    """Return how a case differs from the dense array, with its source, or nothing."""
    draw = Draw(seed)
    with np.errstate(invalid="ignore"):
        x = draw.sparse()
        dense = x.toarray()
    check = draw.random.choices((of_reading, of_writing, of_shapes, of_functions), (5, 5, 1, 2))[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # those of SciPy, such as of its efficiency
            warnings.simplefilter("ignore", errors.PybridgeWarning)
            warnings.filterwarnings("ignore", "invalid value", RuntimeWarning)  # Inf - Inf
            text = check(draw, x, dense)
    except Exception as error:  # of SciPy, which must not come through
        text = f"{check.__name__}: {type(error).__name__}: {error}"
    if not text:
        return ""
    return f"seed {seed}: {type(x).__name__} {x.dtype} {dense.tolist()} {x.shape}: {text}"


if __name__ == "__main__":
    sys.exit(search(__doc__, "dense arrays", disagreement, 1_000_000))
