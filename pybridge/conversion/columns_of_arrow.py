"""Read objects with Arrow's PyCapsule protocol: polars, PyArrow, DuckDB, Ibis and other tables.

The package nanoarrow gives the buffers, without libarrow. The schema says the kind of each column,
never the values.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np

from pybridge.conversion.arrow_arrays import nanoarrow
from pybridge.conversion.arrow_texts import bytes_elements, texts_column
from pybridge.conversion.columns import (
    Days,
    Decimals,
    Durations,
    Factor,
    InR,
    Moments,
    Numbers,
    Sequences,
    Texts,
    Times,
)
from pybridge.conversion.frames import column_places, each
from pybridge.conversion.strings import refuse_nul
from pybridge.conversion.tables import Bytes, Frame, Lists, Nulls
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_PROTOCOL = ("__arrow_c_stream__", "__arrow_c_array__")

_NUMBERS = {
    "int8": "i1", "int16": "i2", "int32": "i4", "int64": "i8",
    "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8",
    "half_float": "f2", "float": "f4", "double": "f8",
}  # fmt: skip
_OFFSETS = {"list": "i4", "map": "i4", "large_list": "i8"}
_TEXTS = ("string", "large_string", "string_view")
_BYTES = ("binary", "large_binary", "binary_view", "fixed_size_binary")
_DECIMAL_BYTES = {"decimal128": 16, "decimal256": 32}


def speaks_arrow(x: Any) -> bool:
    """Return whether `x` is a table or a column by Arrow's PyCapsule protocol.

    An array that speaks it too, such as a picture, has its axes in NumPy's protocols alone.
    """
    kind = type(x)
    is_array = hasattr(kind, "__array_interface__")
    return not is_array and any(hasattr(kind, name) for name in _PROTOCOL)


def is_scalar_of_arrow(x: Any) -> bool:
    """Return whether `x` is one element of PyArrow, which has no protocol of its own."""
    pyarrow: Any = sys.modules.get("pyarrow")
    return pyarrow is not None and isinstance(x, pyarrow.Scalar)


def column_of_arrow(x: Any) -> InR:
    """Return the column that `x` holds; a `Frame` for a table or an array of structs."""
    na = nanoarrow()
    if is_scalar_of_arrow(x):
        x = _array_of_scalar(x)
    for name in _names_in(x):
        refuse_nul(name)  # polars ends the process at one, others cut the name there
    _refuse_objects(x)
    try:
        if hasattr(x, "__arrow_c_stream__"):
            stream = na.c_array_stream(x)
            schema, arrays = na.Schema(stream.get_schema()), [*stream]
        else:  # a stream that nanoarrow makes of one array of views ends the process
            arrays = [na.c_array(x)]
            schema = na.Schema(arrays[0].schema)
    except Exception as error:  # of whatever library gives the stream
        raise ConversionError(
            f"{type(x).__name__} does not give its elements by Arrow's protocol: {error}"
        ) from error
    try:
        return _column(schema, [_Chunk(array, 0, array.length) for array in arrays])
    except RuntimeError as error:  # polars gives a buffer to nulls inside a struct
        raise ConversionError(
            f"{type(x).__name__} gives buffers that are not those of its types: {error}"
        ) from error


def _array_of_scalar(x: Any) -> Any:
    """Return the array of one element that a scalar of PyArrow is."""
    pyarrow: Any = sys.modules["pyarrow"]
    if not hasattr(x, "dictionary"):
        return pyarrow.repeat(x, 1)
    index = pyarrow.repeat(x.index, 1)  # by repeat() a missing one loses its levels
    return pyarrow.DictionaryArray.from_arrays(index, x.dictionary, ordered=x.type.ordered)


def _names_in(part: Any) -> Iterator[str]:
    """Yield the names in a table, a column or a type: of columns, and of fields inside them."""
    if isinstance(part, str):
        yield part
        return
    library = type(part).__module__.partition(".")[0]
    inner: list[Any] = []
    if isinstance(part, Mapping):  # a schema of polars
        inner = [*part.keys(), *part.values()]
    elif library == "polars":
        inner = [getattr(part, at, None) for at in ("name", "schema", "dtype", "inner")]
        inner += getattr(part, "fields", ())
    elif library == "pyarrow":
        inner = [getattr(part, at, None) for at in ("name", "schema", "type", "value_type")]
        number = getattr(part, "num_fields", 0)
        inner += [part.field(k) for k in range(number)] if not hasattr(part, "schema") else []
        inner += part if type(part).__name__ == "Schema" else []
    elif isinstance(getattr(part, "columns", None), list | tuple):
        inner = [name for name in part.columns if isinstance(name, str)]
    for each_of in inner:
        if each_of is not None:
            yield from _names_in(each_of)


def _refuse_objects(x: Any) -> None:
    """Raise for Python objects in a polars column, which gives their addresses for bytes."""
    if type(x).__module__.partition(".")[0] != "polars":
        return
    dtypes = x.schema if hasattr(x, "columns") else {x.name: x.dtype}
    for name, dtype in dtypes.items():
        if dtype.is_object():
            raise ConversionError(
                f"column {name!r} has dtype Object, of objects that polars itself does not know: "
                "x.to_list() is a list of them"
            )


class _Chunk:
    """A part of an array: from `start`, counted from the offset of the array, `count` elements."""

    def __init__(self, array: Any, start: int, count: int) -> None:
        self.array = array
        self.count = count
        self.first = array.offset + start

    def buffer(self, number: int, dtype: str, per_element: int = 1, more: int = 0) -> Array:
        """Return the elements of a buffer that belong to this part."""
        count = (self.count + more) * per_element
        view = self.view.buffer(number)
        if count == 0 or view.size_bytes == 0:
            return np.zeros(count, dtype)
        start = self.first * per_element * np.dtype(dtype).itemsize
        return np.frombuffer(view, dtype, count, start)

    def bits(self, number: int) -> Array:
        """Return the logicals of a buffer of bits."""
        if self.count == 0:
            return np.zeros(0, bool)
        view = self.view.buffer(number)
        start = self.first // 8
        packed = np.frombuffer(view, "u1")[start : (self.first + self.count + 7) // 8]
        skipped = self.first - 8 * start
        bits = np.unpackbits(packed, count=skipped + self.count, bitorder="little")
        return np.asarray(bits[skipped:].view(bool))

    @cached_property
    def view(self) -> Any:
        """Return the view of the array, which has its buffers."""
        return self.array.view()

    @cached_property
    def missing(self) -> Array | None:
        """Return where no element is, or None for nowhere."""
        if self.array.null_count == 0 or self.view.buffer(0).size_bytes == 0:
            return None
        missing = ~self.bits(0)
        return missing if missing.any() else None

    def child(self, place: int, start: int, count: int) -> _Chunk:
        """Return a part of a child."""
        return _Chunk(self.array.child(place), start, count)


def _column(schema: Any, chunks: list[_Chunk]) -> InR:
    """Return the column of an array in chunks, by its schema."""
    try:
        kind = schema.type.name.lower()
    except ValueError as error:  # a type that nanoarrow does not know
        raise _refused("this type", f"a cast to a list or a decimal128 has one ({error})") from None
    if kind == "dictionary":
        return _dictionary(schema, chunks)
    if kind in _NUMBERS:
        return Numbers(_values(chunks, _NUMBERS[kind]), _missing(chunks))
    if kind == "bool":
        return Numbers(_concatenated([chunk.bits(1) for chunk in chunks], "?"), _missing(chunks))
    if kind in _TEXTS:
        return texts_column(kind, chunks, _missing(chunks))
    if kind in _BYTES:
        size = schema.byte_width if kind == "fixed_size_binary" else None
        return Bytes(bytes_elements(kind, size, chunks, _missing(chunks)))
    if kind in _DECIMAL_BYTES:
        return Decimals(_decimals(_DECIMAL_BYTES[kind], schema.scale, chunks))
    if kind == "struct":
        return _struct(schema, chunks)
    if kind in _OFFSETS or kind == "fixed_size_list":
        return _lists(kind, schema, chunks)
    if kind == "null":
        return Nulls(sum(chunk.count for chunk in chunks))
    return _times(kind, schema, chunks)


def _refused(what: str, advice: str) -> ConversionError:
    return ConversionError(f"{what} in Arrow has no R equivalent: {advice}")


def _concatenated(parts: Sequence[Array], dtype: str) -> Array:
    if len(parts) == 1:
        return parts[0]
    return np.concatenate([np.zeros(0, dtype), *parts])


def _values(chunks: Sequence[_Chunk], dtype: str) -> Array:
    return _concatenated([chunk.buffer(1, dtype) for chunk in chunks], dtype)


def _missing(chunks: Sequence[_Chunk]) -> Array | None:
    masks = [chunk.missing for chunk in chunks]
    if all(mask is None for mask in masks):
        return None
    parts = [
        np.zeros(chunk.count, bool) if mask is None else mask
        for chunk, mask in zip(chunks, masks, strict=True)
    ]
    return np.concatenate(parts)


# Times


def _times(kind: str, schema: Any, chunks: Sequence[_Chunk]) -> InR:
    if kind == "date32":
        return Days(_with_missing(_values(chunks, "i4").astype("i8").view("M8[D]"), chunks))
    if kind == "date64":
        return Days(_whole_days(_with_missing(_values(chunks, "i8").view("M8[ms]"), chunks)))
    if kind == "timestamp":
        values = _with_missing(_values(chunks, "i8").view(f"M8[{_unit(schema)}]"), chunks)
        return Moments(values, schema.timezone or None)
    if kind == "duration":
        counts = _values(chunks, "i8")
        return Durations(_with_missing(counts.view(f"m8[{_unit(schema)}]"), chunks))
    if kind in ("time32", "time64"):
        raise _refused("a time of day", "a cast to a duration, or to text, has one")
    if kind == "extension":
        raise _refused(
            f"the extension type {schema.extension.name!r}",
            "a cast to its storage type gives what it is made of",
        )
    raise _refused(f"the type {kind}", _ADVICE.get(kind, "a cast to text or a list has one"))


_ADVICE = {
    "interval_months": "a cast to an integer counts months",
    "interval_day_time": "a cast to a duration has one",
    "interval_month_day_nano": "months have no fixed length; a cast to a duration has one",
    "run_end_encoded": "run_end_decode() writes it out",
    "dense_union": "take the columns of its fields",
    "sparse_union": "take the columns of its fields",
}


def _unit(schema: Any) -> str:
    """Return NumPy's name of a unit of time."""
    unit: str = schema.unit.name
    return {"SECOND": "s", "MILLI": "ms", "MICRO": "us", "NANO": "ns"}[unit]


def _with_missing(values: Array, chunks: Sequence[_Chunk]) -> Array:
    """Return times with NaT where no element is; in NumPy the least count is NaT, not a time."""
    missing = _missing(chunks)
    lost = np.isnat(values) if missing is None else np.isnat(values) & ~missing
    if lost.any():
        raise ConversionError(
            f"element [{int(lost.argmax()) + 1}] is -2^63, the count that is NumPy's NaT, and is "
            "not a time"
        )
    if missing is None:
        return values
    values = values.copy()
    values[missing] = np.array("NaT", values.dtype)
    return values


def _whole_days(values: Array) -> Array:
    days = values.astype("M8[D]")
    lost = (days.astype(values.dtype) != values) & ~np.isnat(values)
    if lost.any():
        where = int(lost.argmax())
        raise ConversionError(
            f"element [{where + 1}] is {values[where]}, which is not a whole day: a cast to a "
            "timestamp keeps the time"
        )
    return days


# Decimals


def _decimals(size: int, scale: int, chunks: Sequence[_Chunk]) -> list[Decimal | None]:
    numbers: list[Decimal | None] = []
    for chunk in chunks:
        memory = chunk.buffer(1, "u1", size).tobytes()
        missing = chunk.missing
        for place in range(chunk.count):
            if missing is not None and missing[place]:
                numbers.append(None)
                continue
            count = int.from_bytes(memory[size * place : size * (place + 1)], "little", signed=True)
            digits = tuple(map(int, str(abs(count))))
            numbers.append(Decimal((int(count < 0), digits, -scale)))
    return numbers


# What holds others


def _dictionary(schema: Any, chunks: Sequence[_Chunk]) -> InR:
    """Return a factor of texts, or the values that the codes mean."""
    dtype = _NUMBERS[schema.index_type.type.name.lower()]
    parts, codes, missing = [], [], []
    offset = 0
    for chunk in chunks:
        inside = chunk.array.dictionary
        parts.append(_Chunk(inside, 0, inside.length))
        is_na = chunk.missing
        is_na = np.zeros(chunk.count, bool) if is_na is None else is_na
        codes.append(np.where(is_na, 0, chunk.buffer(1, dtype)).astype("i8") + offset)
        missing.append(is_na)
        offset += inside.length
    values = _column(schema.value_type, parts)
    places = np.concatenate([np.zeros(0, "i8"), *codes])
    is_na = np.concatenate([np.zeros(0, bool), *missing])
    if not isinstance(values, Texts):
        return _taken(values, places, is_na)
    is_enum = any(key.startswith(b"_PL_ENUM") for key in dict(schema.metadata or {}))
    return _factor(values, places, is_na, bool(schema.dictionary_ordered) and not is_enum, parts)


def _factor(
    values: Texts, places: Array, is_na: Array, is_ordered: bool, parts: Sequence[_Chunk]
) -> Factor:
    """Return a factor of the levels of all chunks, each once, in order of appearance."""
    texts = values.part(0, len(values)).texts
    levels: dict[str, int] = {}
    code_of = np.array(
        [-1 if text is None else levels.setdefault(text, len(levels)) for text in texts], "i8"
    )
    if is_ordered:
        _refuse_other_orders(code_of, parts)
    codes = np.full(len(places), -1, "i8")
    known = ~is_na
    codes[known] = code_of[places[known]]
    return Factor(codes, [*levels], is_ordered)


def _refuse_other_orders(code_of: Array, parts: Sequence[_Chunk]) -> None:
    start = 0
    for part in parts:
        own = code_of[start : start + part.count]
        if (np.diff(own[own >= 0]) < 0).any():
            raise ConversionError(
                "the chunks of an ordered dictionary have their levels in different orders: "
                "unify_dictionaries() gives them one"
            )
        start += part.count


def _taken(values: InR, places: Array, is_na: Array) -> InR:
    """Return the elements at some places, missing where `absent`."""
    if isinstance(values, Numbers):
        missing = is_na.copy()
        if not len(values):
            return Numbers(np.zeros(len(places), values.values.dtype), missing)
        if values.missing is not None:
            missing |= values.missing[places]
        return Numbers(values.values[places], missing)
    if isinstance(values, Times):
        taken = np.full(len(places), "NaT", values.values.dtype)
        known = ~is_na
        taken[known] = values.values[places[known]]
        return replace(values, values=taken)
    if isinstance(values, Sequences):
        pairs = zip(places.tolist(), is_na.tolist(), strict=True)
        elements = [None if na else values.elements[place] for place, na in pairs]
        return replace(values, elements=elements)
    raise _refused(f"a dictionary of {values.name}", "a cast to the type of its values has one")


def _struct(schema: Any, chunks: Sequence[_Chunk]) -> Frame:
    missing = _missing(chunks)
    if missing is not None:
        raise ConversionError(
            f"element [{int(missing.argmax()) + 1}] is null, and a row of a data frame is not: "
            "the fields of the struct as columns of their own can be NA"
        )
    names = [schema.field(place).name for place in range(schema.n_fields)]
    count = sum(chunk.count for chunk in chunks)

    def field(place: int) -> InR:
        # the offset of a struct is one into its children as well
        parts = [chunk.child(place, chunk.first, chunk.count) for chunk in chunks]
        return _column(schema.field(place), parts)

    return Frame(names, each(field, range(len(names)), column_places(names)), count)


def _lists(kind: str, schema: Any, chunks: Sequence[_Chunk]) -> Lists:
    parts: list[_Chunk] = []
    starts: list[Array] = []
    stops: list[Array] = []
    offset = 0
    for chunk in chunks:
        if kind == "fixed_size_list":
            bounds = (chunk.first + np.arange(chunk.count + 1)) * schema.list_size
        else:
            bounds = chunk.buffer(1, _OFFSETS[kind], more=1).astype("i8")
        first, last = (int(bounds[0]), int(bounds[-1])) if len(bounds) else (0, 0)
        parts.append(chunk.child(0, first, last - first))
        starts.append(bounds[:-1] - first + offset)
        stops.append(bounds[1:] - first + offset)
        offset += last - first
    empty = np.zeros(0, "i8")
    child = _column(schema.field(0), parts)
    return Lists(
        child, np.concatenate([empty, *starts]), np.concatenate([empty, *stops]), _missing(chunks)
    )
