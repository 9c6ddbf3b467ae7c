"""How the subscripts of each library answer the corpus: `python -m pybridge conformance`.

Each case is put to a library twice: with the numbers as R writes them, which is what happens when
code is copied, and counted from zero, as a careful programmer translates them by hand: one less,
and the end of a range one further. `x[2:4]` becomes `x[2:4]` first and `x[1:4]` then.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias
from uuid import uuid4

import numpy as np

from pybridge import r_assign, r_slice, r_subscripts
from pybridge import subscripts as sub
from pybridge.backends import backend_of, open_tensor
from pybridge.errors import ArgumentError
from pybridge.subscripts import NA
from pybridge.subsetting.in_place import assign_in_place
from pybridge.testing.corpus import corpus, is_expected, tensor_of, value_of

Array = np.ndarray[Any, Any]

Verdict = Literal["same", "differs", "refuses"]
VERDICTS: tuple[Verdict, ...] = ("same", "differs", "refuses")
COUNTINGS = {"from one": "the numbers as R writes them", "from zero": "counted from zero by hand"}


Task: TypeAlias = tuple[Callable[[Any], Any], Array]
"""A function of a tensor, and the array that the tensor is made of."""


def _one_by_one(module: Any, make: Callable[[Any, Any], Any], tasks: list[Task]) -> list[Any]:
    found: list[Any] = []
    for function, array in tasks:
        try:
            backend, held = open_tensor(function(make(module, array)))
            found.append(np.asarray(backend.to_numpy(held)))
        except Exception as error:  # each library has kinds of its own
            found.append(error)
    return found


def _in_one_trace(module: Any, make: Callable[[Any, Any], Any], tasks: list[Task]) -> list[Any]:
    """Run all tasks in one trace of JAX, which compiles once and not for each task."""
    tensors = {array.shape: make(module, array) for _, array in tasks}
    shapes = list(tensors)
    found: list[Any] = [None] * len(tasks)

    def traced(*held: Any) -> dict[int, Any]:
        made = {}
        for place, (function, array) in enumerate(tasks):
            try:
                made[place] = function(held[shapes.index(array.shape)])
            except Exception as error:
                found[place] = error
        return made

    for place, value in import_module("jax").jit(traced)(*tensors.values()).items():
        found[place] = np.asarray(value)
    return found


def _by_item(_: Any, x: Any, key: Any, value: Any) -> Any:
    x[key] = value
    return x


@dataclass(frozen=True)
class Library:
    """How one library makes a tensor, and how it writes through its own subscripts."""

    module: str
    make: Callable[[Any, Any], Any]
    """The tensor of an array, by the library's module."""
    write: Callable[[Any, Any, Any, Any], Any] = _by_item
    """The tensor after an assignment through a key, by the library's module."""
    run: Callable[[Any, Callable[[Any, Any], Any], list[Task]], list[Any]] = _one_by_one
    """What each task gives, an array of NumPy or an exception, by the module and `make`."""


def _torch_write(torch: Any, x: Any, key: Any, value: Any) -> Any:
    return _by_item(torch, x, key, torch.from_numpy(value))


def _tensorflow_write(tensorflow: Any, x: Any, key: Any, value: Any) -> Any:
    variable = tensorflow.Variable(x)
    variable[key].assign(value)
    return variable.value()


def _h5py_make(h5py: Any, x: Array) -> Any:
    file = h5py.File(f"{uuid4()}.h5", "w", driver="core", backing_store=False)
    return file.create_dataset("x", data=x)


LIBRARIES = {
    "numpy": Library("numpy", lambda np, x: np.array(x)),
    "tensorflow": Library("tensorflow", lambda tf, x: tf.constant(x), _tensorflow_write),
    "jax": Library(
        "jax.numpy",
        lambda jnp, x: jnp.asarray(x),
        lambda _, x, key, value: x.at[key].set(value),
        _in_one_trace,
    ),
    "torch": Library("torch", lambda torch, x: torch.from_numpy(x.copy()), _torch_write),
    "keras": Library("keras", lambda keras, x: keras.Variable(x, dtype="float64")),
    "dask": Library("dask.array", lambda da, x: da.from_array(x.copy())),
    "zarr": Library("zarr", lambda zarr, x: zarr.create_array({}, data=x)),
    "h5py": Library("h5py", _h5py_make),
    "xarray": Library("xarray", lambda xr, x: xr.DataArray(x.copy())),
}


@dataclass(frozen=True)
class Answer:
    """What a library makes of one case."""

    library: str
    case: dict[str, Any]
    verdicts: dict[str, Verdict]
    """By counting: whether the library's own subscripts do what R has confirmed."""
    ours: bool
    """Whether pybridge's subscripts on a tensor of the library do."""


@dataclass(frozen=True)
class Report:
    """The answers of all libraries; prints itself as a table by rule for each counting."""

    version: str
    answers: tuple[Answer, ...]

    @property
    def libraries(self) -> list[str]:
        """The libraries, in the order of the answers."""
        return list(dict.fromkeys(answer.library for answer in self.answers))

    @property
    def rules(self) -> list[tuple[str, str]]:
        """The dialect and the name of each rule, in the order of the corpus."""
        return list(dict.fromkeys(map(_rule, self.answers)))

    def count(
        self, counting: str, library: str, rule: tuple[str, str] | None = None
    ) -> dict[Verdict, int]:
        """Count the verdicts on one rule, or on all."""
        found = Counter(
            answer.verdicts[counting]
            for answer in self.answers
            if answer.library == library and rule in (None, _rule(answer))
        )
        return {verdict: found[verdict] for verdict in VERDICTS}

    def ours(self, library: str) -> int:
        """Count the cases in which pybridge's subscripts on the library are right."""
        return sum(answer.ours for answer in self.answers if answer.library == library)

    def __str__(self) -> str:
        """Write both tables, and what pybridge makes of the same cases."""
        total = len(self.answers) // max(1, len(self.libraries))
        lines = [
            f"The corpus of subscripts, version {self.version}: {total} cases.",
            "Three numbers: the same as R, differs without a word, refuses.",
        ]
        for counting, words in COUNTINGS.items():
            lines += ["", f"Its own subscripts, {words}", self._line("", self.libraries)]
            for rule in self.rules:
                name = rule[1] if rule[0] == "tensor" else f"R's own [: {rule[1]}"
                lines.append(self._line(name, self._cells(counting, rule)))
            lines.append(self._line("all", self._cells(counting, None)))
        ours = [
            f"{self.ours(library)}  0  {total - self.ours(library)}" for library in self.libraries
        ]
        return "\n".join([*lines, "", self._line("pybridge's subscripts on it", ours)])

    def _cells(self, counting: str, rule: tuple[str, str] | None) -> list[str]:
        counts = [self.count(counting, library, rule) for library in self.libraries]
        return ["".join(f"{each[verdict]:4}" for verdict in VERDICTS) for each in counts]

    def _line(self, name: str, cells: Iterable[str]) -> str:
        return f"{name:48}" + "".join(f"{cell:>14}" for cell in cells)


def _rule(answer: Answer) -> tuple[str, str]:
    return answer.case["dialect"], answer.case["rule"]


def report(libraries: Iterable[str] | None = None) -> Report:
    """Put every case to each library, by default to all that are installed."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    names = installed() if libraries is None else list(libraries)
    if unknown := [name for name in names if name not in LIBRARIES]:
        raise ArgumentError(f"no such library: {unknown[0]}; choose from {', '.join(LIBRARIES)}")
    whole = corpus()
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        answers = [answer for name in names for answer in _answers(name, whole["cases"])]
    return Report(whole["version"], tuple(answers))


@contextmanager
def _quiet() -> Iterator[None]:
    """Say nothing on the standard error, where TensorFlow tells of every case that it refuses."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def installed() -> list[str]:
    """Return the libraries that can be imported."""
    return [
        name
        for name, library in LIBRARIES.items()
        if find_spec(library.module.partition(".")[0]) is not None
    ]


def _answers(name: str, cases: list[dict[str, Any]]) -> Iterator[Answer]:
    library, module = LIBRARIES[name], import_module(LIBRARIES[name].module)

    def run(make_task: Callable[[dict[str, Any]], Callable[[Any], Any]]) -> list[Any]:
        tasks = [(make_task(case), tensor_of(case)) for case in cases]
        return library.run(module, library.make, tasks)

    own = {
        counting: run(partial(_own_task, library, module, counting == "from zero"))
        for counting in COUNTINGS
    }
    for place, (case, ours) in enumerate(zip(cases, run(_pybridge_task), strict=True)):
        verdicts = {counting: _verdict(case, own[counting][place]) for counting in COUNTINGS}
        yield Answer(name, case, verdicts, is_expected(case, ours))


def _verdict(case: dict[str, Any], found: Any) -> Verdict:
    if is_expected(case, found):
        return "same"
    return "refuses" if isinstance(found, Exception) else "differs"


def _own_task(
    library: Library, module: Any, from_zero: bool, case: dict[str, Any]
) -> Callable[[Any], Any]:
    key = python_key(case["subscripts"], from_zero=from_zero)
    if "value" in case:
        return lambda x: library.write(module, x, key, value_of(case))
    return lambda x: x[key]


def _pybridge_task(case: dict[str, Any]) -> Callable[[Any], Any]:
    text, dialect = case["subscripts"], case["dialect"]

    def write(x: Any) -> Any:
        if not backend_of(x).is_store:
            return r_assign(x, text, value=value_of(case), dialect=dialect)
        assign_in_place(x, (text,), value_of(case), dialect=dialect)
        return x

    if "value" in case:
        return write
    return lambda x: r_slice(x, text, dialect=dialect, drop=case.get("drop", True))


def python_key(text: str, *, from_zero: bool) -> tuple[Any, ...]:
    """Write R's subscripts as Python does, as they are or counted from zero by hand.

    >>> python_key("2, NA:5, c(3, 1)", from_zero=False)
    (2, slice(None, 5, None), array([3, 1]))
    >>> python_key("2, NA:5, c(3, 1), 4:2", from_zero=True)
    (1, slice(None, 5, None), array([2, 0]), slice(3, 0, -1))
    >>> python_key("-1, 2:-2", from_zero=True)
    (-1, slice(1, -1, None))
    """
    items = [item for part in _parts(text) for item in r_subscripts(part).items]
    return tuple(_python_item(item, from_zero) for item in items)


def _parts(text: str) -> list[str]:
    """Split at the commas between subscripts; each is read alone, so that any number may follow."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _python_item(item: Any, from_zero: bool) -> Any:
    match item:
        case sub.Missing():
            return slice(None)
        case sub.Rest():
            return ...
        case sub.NewAxis():
            return None
        case sub.Scalar(value=value):
            return _number(value, from_zero)
        case sub.Range(start=start, stop=stop, step=step):
            return _slice(start, stop, step, from_zero)
        case sub.Characters(values=values):
            return list(values)
        case sub.Vector(values=values, missing=missing):
            moved = np.where(values > 0, values - 1, values) if from_zero else values
            if missing is not None:
                return np.where(missing, np.nan, moved)
            whole = moved.astype(np.int64)
            return whole if bool((whole == moved).all()) else moved
        case sub.Mask(values=values, missing=missing):
            return np.array(values) if missing is None else np.where(missing, np.nan, values)
    raise AssertionError(item)


def _number(value: Any, from_zero: bool) -> Any:
    if value is NA:
        return float("nan")
    moved = value - 1 if from_zero and value > 0 else value
    return int(moved) if moved == moved and abs(moved) < sys.maxsize and moved % 1 == 0 else moved


def _slice(start: Any, stop: Any, step: Any, from_zero: bool) -> slice:
    written = (start, stop, step)
    bounds: list[Any] = [None if bound is NA else _number(bound, False) for bound in written]
    if not from_zero:
        return slice(*bounds)
    first, last, by = bounds
    if by is None and first is not None and last is not None and first * last > 0 and first > last:
        by = -1
    is_downward = by is not None and by < 0
    if last is not None:
        # a slice leaves out its end; what would pass an end of the axis is left open
        last = last - 2 if is_downward and last > 0 else last - 1 if is_downward else last
        if not is_downward and last < 0:
            last += 1
        is_open = last == -1 if is_downward and bounds[1] > 0 else last == 0 and bounds[1] < 0
        last = None if is_open else last
    return slice(None if first is None else _number(first, True), last, by)
