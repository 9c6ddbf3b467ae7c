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
from pybridge.errors import ArgumentError, ConversionError, UnsupportedTensorError


def to_r(
    x: Any,
    *,
    na: NaPolicy = "error",
    int64: Int64Policy = "double",
    dimnames: Dimnames | None = None,
    mapping: MappingPolicy = "list",
) -> Any:
    """Return `x` as a new R object, an rpy2 vector that every R function takes.

    Element `x[i-1, j-1, k-1]` of the tensor is element `[i, j, k]` of the R array, for any memory
    order. An array with one axis becomes a plain R vector, an array without axes a vector of
    length 1. `x` may be:

    - an array, a scalar, a date, a time or a duration;
    - a torch, TensorFlow, JAX, Keras or Dask tensor;
    - a list; a dict, a dataclass or a namedtuple, which become a named list;
    - a Keras metric, or a Keras `History`, which becomes a data frame of the epoch, counted from
      one, and each metric;
    - a pandas table, or a table of any library with Arrow's PyCapsule protocol, which becomes a
      data frame; a column of such a table, which becomes a vector;
    - an array of records, which becomes a data frame.

    A masked element becomes `NA`, and so does None among texts, numbers or dates. An R object is
    returned unchanged.

    - `na`: which other values become `NA`. `"error"`: none, and -2147483648 in an int32 array is an
      error, because its bits are R's `NA`. `"float"`: NaN, and None among texts. `"integer"`:
      -2147483648 in an int32 array.
    - `int64`: what uint32, int64, uint64 and decimals become. `"double"`: an integer beyond 2^53,
      or a decimal with more than 15 digits, is an error. `"integer"`: a value beyond R's integer is
      an error. `"character"`: text with all digits. `"integer64"`: the class of the R package
      bit64.
    - `dimnames`: a sequence of labels for each axis, None for an axis without labels; or a dict of
      these whose keys name the axes. For an array with one axis the labels become its names.
    - `mapping`: whether a dict becomes a `"list"` or a `"data.frame"`.

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

    An integer, double, complex or raw vector is not copied. The array is a read-only view of R's
    memory, in column-major order as in R, and keeps the R object alive. R copies shared memory
    before it modifies it. `copy=True` returns a writable copy. Logical and character vectors, which
    R stores in another form, are always copied.

    `na` says what an `NA` in a logical, integer or character vector becomes. `"error"`: it is an
    error. `"mask"`: every vector becomes a masked array, with or without an `NA`. `"float"`:
    logical and integer vectors become float64 with NaN. An `NA` among doubles becomes NaN, which
    keeps its bits. With `"mask"` it is masked, but other NaNs are not.

    `like` says what else the result may be:

    - `"pandas"`, `"polars"`, `"pyarrow"`, or an object of one of them: a vector becomes a column, a
      data frame a table. In pandas a vector keeps its names, and a matrix its dimnames. In polars
      and PyArrow a missing element becomes a null, and there are no row names.
    - a function, such as `ibis.memtable`: it gets the table, which has Arrow's PyCapsule protocol.
    - `"xarray"`: an array becomes a DataArray. The dimnames become its labels, and their names
      become the names of its axes. `dimnames="xarray"` is the older form.
    - a tensor: the result has its library, dtype and device.

    Otherwise names and dimnames are dropped.

    A factor becomes a pandas Categorical, a Date datetime64[D], a POSIXct datetime64 and a difftime
    timedelta64, in the coarsest unit of s, ms, us and ns that makes the same doubles, or in the
    unit of that column of `like` if it holds them. A list with a class is converted as a list of
    its elements. A vector with another class, whose numbers need their attributes, raises
    `ConversionError`. In R `unclass(x)` returns the numbers.

    A data frame becomes a pandas DataFrame, which shares no memory with R. Its row names become the
    index, and automatic row names, 1 to n, become the index 0 to n - 1. A column with `NA` gets a
    nullable dtype; with `na="mask"` every column of numbers gets one. Without pandas, and with a
    tensor or xarray as `like`, the result is a dict of the columns, which cannot hold row names.

    >>> import numpy as np
    >>> x = from_r(to_r(np.arange(6, dtype="float32").reshape(2, 3)))
    >>> x.dtype, x.shape, x.flags.writeable, x[1, 0]
    (dtype('float64'), (2, 3), False, np.float64(3.0))
    >>> from_r(to_r(np.ma.array([7, 8], mask=[False, True], dtype="int32")), na="float")
    array([ 7., nan])
    """
    if not hasattr(v, "__sexp__"):
        raise UnsupportedTensorError(f"from_r takes an rpy2 object, not {type(v).__name__}")
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

    Add it to rpy2's own converter. Then R functions take what `to_r` takes, and return what
    `from_r` does: arrays, tables, lists, factors, dates, sparse matrices. An object of another
    class, such as a model, stays one of rpy2.

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

    def rpy2py_of_class(v: Any) -> Any:
        try:
            return rpy2py(v)
        except ConversionError:
            if {"list", "data.frame"} & {*v.rclass}:
                raise
            return import_module("rpy2.robjects").default_converter.rpy2py(v)

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
    for r_class in (rinterface.ListSexpVector, rinterface.SexpS4):
        converter.rpy2py.register(r_class, rpy2py_of_class)
    return converter
