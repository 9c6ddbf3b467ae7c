"""The aims: at most twenty ratios to what a user would write instead.

Each is of something that a user notices. It is about twice the ratio that was measured when it was
set, so that another machine may differ, and more where pybridge shares the work among processors. A
missed aim fails nothing: `make bench` names it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from timing import Row

DIFFERS = ", which differs"
"""What tables.R and tables.py write after a way whose result differs from ours."""


@dataclass(frozen=True)
class Aim:
    """The ratio below which pybridge wants to stay in one row of the tables."""

    what: str
    """What a user does, in words."""
    instead: str
    """What a user would write instead, in words."""
    most: float
    """The aim."""
    title: str
    """The title of the table of the row, as its program writes it."""
    label: str
    alternative: str

    def ratio_in(self, rows: Iterable[Row]) -> float | None:
        """Return the ratio that was measured, or None where its program did not run."""
        for row in rows:
            names = (row.title, row.label, row.alternative.removesuffix(DIFFERS))
            if names == (self.title, self.label, self.alternative):
                return row.ratio
        return None


TENSORS = "(60000, 28, 28)"

AIMS = (
    Aim(
        "A subscript from R, `x@r[1:3]`",
        "reticulate's `x[0:3]`",
        0.8,
        "Subscripts from R compared with other packages",
        "x@r[1:3]",
        "reticulate's x[0:3]",
    ),
    Aim(
        "All batches of an epoch, from R",
        "reticulate's `x[(start - 1):end, ]`",
        0.8,
        "One epoch of batches, from R",
        "469 batches of images and labels",
        "reticulate's x[(start - 1):end, ]",
    ),
    Aim(
        "Training for an epoch with Keras",
        "NumPy's slices",
        1.5,
        "The MNIST job",
        "one epoch of Keras on MNIST",
        "NumPy's slices",
    ),
    Aim(
        "Subscripts inside `tf.function`",
        "TensorFlow's own code",
        2,
        "TensorFlow, eager and inside `tf.function`",
        "inside tf.function",
        "the library's own code",
    ),
    Aim(
        "Subscripts inside `jax.jit`",
        "JAX's own code",
        2,
        "JAX, eager and inside `jit`",
        "inside jax.jit",
        "the library's own code",
    ),
    Aim(
        "Subscripts inside `torch.compile`",
        "PyTorch's own code",
        2,
        "PyTorch, eager and inside `torch.compile` (its graph alone: no C++ compiler is needed)",
        "inside torch.compile",
        "the library's own code",
    ),
    Aim(
        "Rows of a NumPy array in any order, 10 MB",
        "NumPy's `x[rows - 1]`",
        1.5,
        "Gathers at 10 MB",
        "rows in any order",
        "NumPy",
    ),
    Aim(
        "Assign to rows and columns, 10 MB",
        "NumPy's `x[np.ix_(...)]`",
        1.5,
        "Assignments at 10 MB",
        "R(x)[rows, columns] = value",
        "NumPy",
    ),
    Aim(
        "Read 500 images of a Zarr store of 1 GB",
        "Zarr's `x[1000:1500]`",
        2,
        "A Zarr store of 1 GB",
        "R(x)[1001:1500]",
        "zarr",
    ),
    Aim(
        "Read 500 images of an HDF5 file of 1 GB",
        "h5py's `x[1000:1500]`",
        2,
        "An HDF5 file of 1 GB",
        "R(x)[1001:1500]",
        "h5py",
    ),
    Aim(
        "Read 64 shuffled images of that HDF5 file",
        "h5py's sorted rows, put in order",
        0.25,
        "An HDF5 file of 1 GB",
        "R(x)[64 rows, shuffled]",
        "h5py",
    ),
    Aim(
        "`array_reshape()` of 60,000 images in R",
        "reticulate's function of that name",
        0.4,
        f"array_reshape on an R array, {TENSORS} integers",
        "to (60000, 784)",
        "reticulate",
    ),
    Aim(
        "Add a vector to each row of a matrix in R, 10 MB",
        "`sweep()`",
        0.8,
        "Recycling on R arrays",
        'recycled("+")(m, rows of broadcast), 10 MB',
        "sweep",
    ),
    Aim(
        "Add a vector to a matrix in Python, 10 MB",
        "NumPy's `vector[:, None]`",
        1.5,
        "Recycling at 10 MB",
        "matrix + vector",
        "NumPy",
    ),
    Aim(
        "60,000 images from Python to R, `from_python()`",
        "reticulate's `py_to_r()`",
        0.8,
        f"Values to R by from_python(), {TENSORS}",
        "from_python(), uint8",
        "py_to_r()",
    ),
    Aim(
        "60,000 images from R to Python, `to_python()`",
        "NumPy's `astype()` of R's memory",
        1.5,
        f"Values to Python by to_python(), {TENSORS}",
        "to_python(), reals to float32",
        "NumPy's astype",
    ),
    Aim(
        "An array of doubles to R under rpy2, `to_r()`",
        "rpy2's `numpy2ri`",
        0.6,
        "Conversion to R, (3000, 28, 28)",
        "to_r, float64",
        "rpy2's numpy2ri",
    ),
    Aim(
        "A million rows from polars to R, nine columns",
        "reticulate's `py_to_r(x$to_pandas())`",
        0.4,
        "Tables to R from polars, a million rows",
        "nine columns",
        "py_to_r() of x.to_pandas()",
    ),
    Aim(
        "A million rows from R to polars, nine columns",
        "reticulate's `r_to_py()`, then `from_pandas()`",
        1.5,
        "Tables from R to polars and PyArrow, a million rows",
        "polars, nine columns",
        "polars.from_pandas(r_to_py(x))",
    ),
)


def measured(rows: Iterable[Row]) -> Iterator[tuple[Aim, float]]:
    """Yield each aim that these rows measure, with its ratio."""
    rows = list(rows)
    for aim in AIMS:
        ratio = aim.ratio_in(rows)
        if ratio is not None:
            yield aim, ratio


def summary(rows: Iterable[Row]) -> str:
    """Return in words which aims were missed, by name and ratio."""
    found = list(measured(rows))
    missed = [(aim, ratio) for aim, ratio in found if ratio > aim.most]
    lines = [f"{len(missed)} of {len(found)} aims missed{':' if missed else '.'}"]
    for aim, ratio in missed:
        lines.append(f"  {aim.what}, compared with {aim.instead}: {ratio:.3g}, aim {aim.most:g}")
    return "\n".join(lines)
