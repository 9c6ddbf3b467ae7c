"""`to_r`, `from_r` and `rpy2_converter`: conversion through rpy2."""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.numpy_to_r import Dimnames
from pybridge.conversion.policies import (
    FromR,
    Int64Policy,
    Labelling,
    MappingPolicy,
    NaFromR,
    NaPolicy,
    ToR,
)
from pybridge.conversion.python_to_r import new_object
from pybridge.conversion.r_to_python import needs_labels, policies_like, value_from
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import ArgumentError, UnsupportedTensorError


def to_r(
    x: Any,
    *,
    na: NaPolicy = "error",
    int64: Int64Policy = "double",
    dimnames: Dimnames | None = None,
    mapping: MappingPolicy = "list",
) -> Any:
    """Return `x` as a new R object, an rpy2 vector that every R function takes.

    Element `x[i-1, j-1, k-1]` of the tensor is element `[i, j, k]` of the R array, whatever the
    memory order. An array of one axis is a plain R vector, one of none a vector of length 1.

    `x` may be an array, a scalar, a date, time or duration, a tensor of torch, TensorFlow, JAX,
    Keras or Dask, a list, a dict, a dataclass or a namedtuple (a named list), a Keras `History` (a
    data frame of the epoch, counted from one, and each metric) or metric. A table of pandas, or of
    any library with Arrow's PyCapsule protocol, is a data frame, a column of one a vector, an array
    of records a data frame. A masked element is `NA`, and so is None among texts, numbers or
    dates. An R object is returned as it is.

    - `na`: which other values mean `NA`. `"error"`: none, and -2147483648 in an int32 array is an
      error, because its bits are R's `NA`. `"float"`: NaN, and None among texts. `"integer"`:
      -2147483648 in an int32 array.
    - `int64`: what uint32, int64, uint64 and decimals become: `"double"`, an error beyond 2^53, or
      beyond 15 digits of a decimal; `"integer"`, an error beyond R's integer; `"character"`, all
      digits; `"integer64"`, the class of the R package bit64.
    - `dimnames`: labels for each axis, None for an axis without, or a dict of them whose keys name
      the axes; for an array of one axis they are its names.
    - `mapping`: whether a dict is a `"list"` or a `"data.frame"`.

    Raises `ConversionError` if information would be lost, `UnsupportedTensorError` for objects that
    are not tensors, `TracingError` for a symbol in traced code. NaN keeps its bits, so a NaN that
    was R's `NA` becomes `NA` again.

    >>> import numpy as np
    >>> a = to_r(np.arange(30, dtype="int16").reshape(2, 3, 5))
    >>> tuple(a.do_slot("dim")), a.typeof.name
    ((2, 3, 5), 'INTSXP')
    >>> list(a)[:4]  # R counts down the first axis
    [0, 15, 5, 20]
    >>> to_r([True, False])[0], to_r({"loss": [0.5, 0.25]}).names[0]
    (True, 'loss')
    """
    return _to_r(x, ToR(na, int64, mapping), dimnames)


def _to_r(x: Any, policies: ToR, dimnames: Dimnames | None = None) -> Any:
    host = r_host()
    return host.make(new_object(x, policies, dimnames, host.described))


def from_r(
    v: Any,
    *,
    na: NaFromR = "error",
    copy: bool = False,
    like: Any = None,
    dimnames: Labelling = "drop",
) -> Any:
    """Return an R object as a NumPy array, a named list as a dict, a data frame as a DataFrame.

    An integer, double, complex or raw vector is not copied: the array is a read-only view of R's
    memory, column-major as in R, and keeps the R object alive; R copies before it modifies shared
    memory. `copy=True` returns a writable copy. Logical and character vectors, which R stores in
    another form, are always new arrays.

    `na` says what becomes of `NA` in a logical, integer or character vector: an `"error"`; a
    masked array with `"mask"`, for every vector and whether or not there is an `NA`; float64 with
    NaN for `"float"`, for logical and integer vectors. An `NA` among doubles arrives as NaN, which
    keeps its bits; with `"mask"` it is masked, and other NaNs are not.

    `like` says what else the result may be:

    - `"pandas"`, `"polars"`, `"pyarrow"`, or an object of one: a vector becomes a column, a data
      frame a table. In pandas a vector keeps its names, a matrix its dimnames. A missing element
      is null in the columns of polars and PyArrow, which have no row names.
    - a function, such as `ibis.memtable`: it gets the table, which has Arrow's PyCapsule protocol.
    - `"xarray"`: an array becomes a DataArray, whose axes have the names of the dimnames, and
      labels where those are. `dimnames="xarray"` is its older form.
    - a tensor: the result is of its library, dtype and device.

    Otherwise names and dimnames are dropped.

    A factor arrives as a Categorical of pandas, a Date as datetime64[D], a POSIXct as
    datetime64[ns], a difftime as timedelta64[ns]. A list with a class arrives as its elements.
    Vectors of other classes, whose numbers need their attributes, raise `ConversionError`;
    `unclass(x)` in R returns the bare numbers.

    A data frame arrives as a DataFrame of pandas, in memory of its own, with its row names as the
    index; automatic row names, 1 to n, are the index 0 to n - 1. A column with `NA` has a nullable
    dtype, with `na="mask"` every column of numbers has. Without pandas, and with a tensor or
    xarray, it is a dict of its columns, which has no place for row names.

    >>> import numpy as np
    >>> x = from_r(to_r(np.arange(6, dtype="float32").reshape(2, 3)))
    >>> x.dtype, x.shape, x.flags.writeable, x[1, 0]
    (dtype('float64'), (2, 3), False, np.float64(3.0))
    >>> from_r(to_r(np.ma.array([7, 8], mask=[False, True], dtype="int32")), na="float")
    array([ 7., nan])
    """
    if not hasattr(v, "__sexp__"):
        raise UnsupportedTensorError(f"from_r takes an R object of rpy2, not {type(v).__name__}")
    if dimnames != "drop":
        FromR(na, dimnames=dimnames)  # raises for a policy that does not exist
        if like is not None:
            raise ArgumentError("`like` says what keeps the dimnames: leave `dimnames` out")
        warnings.warn(
            'from_r(dimnames="xarray") is from_r(like="xarray") now', DeprecationWarning, 2
        )
        like = dimnames
    policies = FromR(na, copy=copy)
    if like is not None:
        policies = policies_like(policies, like, "C")
    return value_from(r_host().parts(v, needs_labels(policies)), policies)


def rpy2_converter(
    *, na: NaFromR = "error", int64: Int64Policy = "double", copy: bool = False
) -> Any:
    """Return a converter for rpy2's `localconverter`.

    Added to rpy2's own, it makes R functions take arrays and tensors, and return arrays:

    >>> import numpy as np, rpy2.robjects as ro
    >>> with (ro.default_converter + rpy2_converter()).context():
    ...     ro.r("rev")(np.arange(3, dtype="uint8"))
    array([2, 1, 0], dtype=int32)
    """
    rinterface: Any = import_module("rpy2.rinterface")
    Converter: Any = import_module("rpy2.robjects.conversion").Converter
    sending = ToR("error", int64)
    FromR(na, copy=copy)  # raise for an unknown policy at once
    r_host()
    converter = Converter("pybridge")

    def py2rpy(x: Any) -> Any:
        try:
            return _to_r(x, sending)
        except UnsupportedTensorError as error:
            # rpy2's converters raise this to let others try.
            raise NotImplementedError(str(error)) from error

    def rpy2py(v: Any) -> Any:
        return from_r(v, na=na, copy=copy)

    for python_type in (object, np.ndarray, np.generic):
        converter.py2rpy.register(python_type, py2rpy)
    for r_class in (
        rinterface.BoolSexpVector,
        rinterface.IntSexpVector,
        rinterface.FloatSexpVector,
        rinterface.ComplexSexpVector,
        rinterface.ByteSexpVector,
        rinterface.StrSexpVector,
    ):
        converter.rpy2py.register(r_class, rpy2py)
    return converter
