"""The kinds of columns that R, pandas and Arrow share.

Each kind is one class, which makes the R vector, the pandas column and the Arrow array.
The source of a column says its kind: columns_of_r.py, columns_of_pandas.py, columns_of_arrow.py and
columns_of_values.py read what their library declares.

| kind        | R                | pandas                       | Arrow                         |
|-------------|------------------|------------------------------|-------------------------------|
| `Numbers`   | logical, integer, double, complex | NumPy's or nullable | bool, integers, floats   |
| `Texts`     | character        | str                          | string                        |
| `Factor`    | factor, ordered  | category                     | dictionary                    |
| `Days`      | Date             | period[D]                    | date32                        |
| `Moments`   | POSIXct          | datetime64[ns, zone]         | timestamp                     |
| `Durations` | difftime         | timedelta64[ns]              | duration                      |
| `Decimals`  | by `int64`       |                              | decimal                       |
| `Lists`     | list             | object                       | list, binary                  |
| `Frame`     | data frame       | DataFrame                    | struct                        |

`Lists` and `Frame` are in tables.py.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pybridge.conversion import arrow_arrays as arrow
from pybridge.conversion.decimals import decimals_in_r
from pybridge.conversion.numpy_to_r import vector_from
from pybridge.conversion.places import position, unraveled
from pybridge.conversion.policies import FromR, ToR
from pybridge.conversion.rvalues import New, NewText
from pybridge.conversion.rvalues import Texts as TextsOfR
from pybridge.conversion.strings import new_text, vector_of_texts
from pybridge.errors import ConversionError
from pybridge.lossless import INT64_MAX

if TYPE_CHECKING:
    from pybridge.conversion.arrow_arrays import Maker

Array = np.ndarray[Any, Any]


class InR(ABC):
    """A column that becomes an R vector."""

    __slots__ = ()

    name: ClassVar[str]
    """What the kind is called in an error message."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of elements."""

    @abstractmethod
    def part(self, start: int, stop: int) -> InR:
        """Return the elements from `start` to `stop`, which is not included."""

    @abstractmethod
    def in_r(self, policies: ToR) -> New:
        """Return the R vector to make."""


class InPython(ABC):
    """An R column that becomes one of pandas, or of a library with Arrow's protocol."""

    __slots__ = ()

    name: ClassVar[str]
    """What the kind is called in an error message."""

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of elements."""

    @abstractmethod
    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        """Return the array for a pandas column."""

    @abstractmethod
    def c_array(self) -> Any:
        """Return the array of nanoarrow."""

    def in_arrow(self, make: Maker) -> Any:
        """Return the array of a library that speaks Arrow's protocol."""
        return make.array(self.c_array())


@dataclass(slots=True)
class Numbers(InR, InPython):
    """Logicals, integers, reals or complex numbers."""

    name = "numbers"

    values: Array
    missing: Array | None = None
    """Where no element is; None for nowhere."""

    def __len__(self) -> int:
        return len(self.values)

    def part(self, start: int, stop: int) -> Numbers:
        return Numbers(self.values[start:stop], part_of(self.missing, start, stop))

    def in_r(self, policies: ToR) -> New:
        return vector_from(_masked(self.values, self.missing), policies)

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        """Return an array; with missing elements, or if masked ones are wanted, a nullable one."""
        values, missing = self.values, self.missing
        if missing is None or (policies.na != "mask" and not missing.any()):
            return values
        kinds = {
            "b": pandas.arrays.BooleanArray,
            "i": pandas.arrays.IntegerArray,
            "u": pandas.arrays.IntegerArray,
            "f": pandas.arrays.FloatingArray,
        }
        if values.dtype.kind in kinds and values.dtype != "float16":
            return kinds[values.dtype.kind](values.copy(), missing.copy())
        if missing.any() and values.dtype.kind not in "M":
            raise ConversionError(
                f"element [{int(missing.argmax()) + 1}] is NA, which a column of dtype "
                f"{values.dtype} does not hold"
            )
        return values

    def c_array(self) -> Any:
        return arrow.numbers(self.values, self.missing)


@dataclass(slots=True)
class Integers(InR):
    """Python's integers, of which one is beyond 64 bits."""

    name = "integers"

    numbers: Sequence[int]
    """In R's order."""
    missing: Array | None
    shape: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.numbers)

    def part(self, start: int, stop: int) -> Integers:
        missing = part_of(self.missing, start, stop)
        return Integers(self.numbers[start:stop], missing, (stop - start,))

    def in_r(self, policies: ToR) -> New:
        if policies.int64 != "character":
            place = next(
                k for k, x in enumerate(self.numbers) if not -INT64_MAX - 1 <= x <= INT64_MAX
            )
            raise ConversionError(
                f"element {position(unraveled(place, self.shape))} is {self.numbers[place]}, "
                'beyond 64 bits: int64="character" keeps all digits'
            )
        texts: TextsOfR = [str(x) for x in self.numbers]
        if self.missing is not None:
            for at in np.flatnonzero(self.missing.ravel(order="F")):
                texts[at] = None
        return Texts(texts, self.shape).in_r(policies)


@dataclass(slots=True)
class Texts(InR, InPython):
    """Texts; None is missing."""

    name = "texts"

    texts: Sequence[str | None]
    """In R's order."""
    shape: tuple[int, ...] | None = None
    """The sizes of the axes; None for one axis."""

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, start: int, stop: int) -> Texts:
        return Texts(self.texts[start:stop])

    def in_r(self, policies: ToR) -> New:
        shape = self.shape or (len(self.texts),)
        return new_text([*self.texts], shape, len(shape) > 1)

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        texts = np.empty(len(self.texts), object)
        texts[:] = self.texts
        # The array alone: pandas would align the index of a Series with that of the table.
        return pandas.Series(texts, dtype=pandas.Series(["text"]).dtype).array

    def c_array(self) -> Any:
        return arrow.texts(new_text([*self.texts], (len(self),)))


@dataclass(slots=True)
class EncodedTexts(Texts):
    """Texts of Arrow as bytes of UTF-8, each followed by NUL."""

    encoded: NewText = field(kw_only=True)

    def __len__(self) -> int:
        return self.encoded.count

    def part(self, start: int, stop: int) -> Texts:
        if not self.texts:
            self.texts = self.encoded.texts()
        return Texts(self.texts[start:stop])

    def in_r(self, policies: ToR) -> New:
        return self.encoded


@dataclass(slots=True)
class Factor(InR, InPython):
    """Categories of text: all levels, in their order."""

    name = "categories"

    codes: Array
    """The index of each element's level; -1 for a missing one."""
    levels: TextsOfR
    is_ordered: bool

    def __len__(self) -> int:
        return len(self.codes)

    def part(self, start: int, stop: int) -> Factor:
        return Factor(self.codes[start:stop], self.levels, self.is_ordered)

    def in_r(self, policies: ToR) -> New:
        new = vector_from(_masked(self.codes.astype("i4") + np.int32(1), self.codes < 0), ToR())
        classes = ["ordered", "factor"] if self.is_ordered else ["factor"]
        new.attributes = {
            "levels": vector_of_texts(self.levels),
            "class": vector_of_texts(classes),
        }
        return new

    def _checked_levels(self) -> list[str]:
        if None in self.levels:
            raise ConversionError(
                "NA is a level of the factor, and a category is a value: "
                "factor(x, exclude = NA) makes it a missing element"
            )
        levels = [str(level) for level in self.levels]
        if len(set(levels)) < len(levels):
            raise ConversionError("a level of the factor is there twice: the factor is broken")
        return levels

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        levels = text_index(pandas, self._checked_levels())
        return pandas.Categorical.from_codes(self.codes, levels, ordered=self.is_ordered)

    def c_array(self) -> Any:
        raise ConversionError(
            "it is a factor inside a list, and Arrow's lists hold no categories here: "
            "as.character(x) makes text of it"
        )

    def in_arrow(self, make: Maker) -> Any:
        return make.dictionary(self.codes, self._checked_levels(), self.is_ordered)


@dataclass(slots=True)
class Times(InR, InPython):
    """Dates, moments or durations, NaT where missing."""

    values: Array

    def __len__(self) -> int:
        return len(self.values)

    def part(self, start: int, stop: int) -> Times:
        return replace(self, values=self.values[start:stop])

    def in_r(self, policies: ToR) -> New:
        return vector_from(self.values, policies)

    def in_unit(self, unit: str) -> Times:
        """Return the same times in another unit, or in their own where one would change."""
        values = self.values.astype(f"{self.values.dtype.kind}8[{unit}]")
        is_same = (values == self.values) & (values.astype(self.values.dtype) == self.values)
        return replace(self, values=values) if (is_same | np.isnat(self.values)).all() else self


@dataclass(slots=True)
class Days(Times):
    """Dates: datetime64[D]."""

    name = "dates"

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        # A period of one day is a day; datetime64 of pandas is a moment.
        return pandas.arrays.PeriodArray(self.values.view("i8"), dtype=pandas.PeriodDtype("D"))

    def c_array(self) -> Any:
        return arrow.days(self.values)


@dataclass(slots=True)
class Moments(Times):
    """Moments: datetime64 in UTC, and the zone in which they are shown."""

    name = "moments"

    zone: str | None
    """The name of a time zone; None is UTC."""

    def in_r(self, policies: ToR) -> New:
        unit, _ = np.datetime_data(self.values.dtype)
        values = self.values.astype("M8[s]") if unit in ("D", "W") else self.values
        new = vector_from(values, policies)
        new.attributes = {**(new.attributes or {}), "tzone": vector_of_texts([self.zone or "UTC"])}
        return new

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        zone = self.zone or "UTC"
        in_utc = pandas.DatetimeIndex(self.values).tz_localize("UTC")
        try:
            return (in_utc if zone == "UTC" else in_utc.tz_convert(zone)).array
        except (KeyError, ValueError, OSError):
            raise ConversionError(_UNKNOWN_ZONE.format(zone)) from None

    def c_array(self) -> Any:
        return arrow.moments(self.values, self.zone or "UTC")

    def in_arrow(self, make: Maker) -> Any:
        if not arrow.is_zone(self.zone or "UTC"):
            raise ConversionError(_UNKNOWN_ZONE.format(self.zone))
        return make.array(self.c_array())


_UNKNOWN_ZONE = (
    'the time zone {!r} is not known to Python: attr(x, "tzone") <- "UTC" shows the same moments '
    "in UTC"
)


@dataclass(slots=True)
class Durations(Times):
    """Durations: timedelta64."""

    name = "durations"

    def in_pandas(self, pandas: Any, policies: FromR) -> Any:
        return self.values

    def c_array(self) -> Any:
        return arrow.durations(self.values)


@dataclass(slots=True)
class Sequences(InR):
    """Elements of which no NumPy array is made."""

    elements: Sequence[Any]

    def __len__(self) -> int:
        return len(self.elements)

    def part(self, start: int, stop: int) -> Sequences:
        return replace(self, elements=self.elements[start:stop])


@dataclass(slots=True)
class Decimals(Sequences):
    """Decimal numbers of any length; None is missing."""

    name = "decimal numbers"

    def in_r(self, policies: ToR) -> New:
        return decimals_in_r(self.elements, policies)


def _masked(values: Array, missing: Array | None) -> Array:
    return values if missing is None else np.ma.MaskedArray(values, missing)


def part_of(missing: Array | None, start: int, stop: int) -> Array | None:
    """Return where no element is, from `start` to `stop`."""
    return None if missing is None else missing[start:stop]


def text_index(pandas: Any, texts: Sequence[str | None]) -> Any:
    """Return an index of pandas of texts."""
    return pandas.Index(texts, dtype=None if len(texts) else object)
