"""Real R, hosted by rpy2: an oracle independent of the rest of pybridge.

`run_r` evaluates R source and returns the value as NumPy arrays, lists and dicts, by a reader that
shares no code with `pybridge.conversion`; `ask_r` returns all that R answered. One call should
evaluate many cases, because a call takes far longer than the evaluation.
"""

from __future__ import annotations

import functools
import os
import sys
import warnings
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np

from pybridge.errors import ArgumentError
from pybridge.holders.fitting import need_utf8
from pybridge.testing.python_values import as_r
from pybridge.testing.r_source import r_text
from pybridge.testing.r_values import (
    DTYPES,
    Answer,
    Array,
    Condition,
    Names,
    RValue,
    is_na_real,
    plain,
    vector,
)

__all__ = [
    "Oracle",
    "RError",
    "RNotFoundError",
    "RWarning",
    "ask_r",
    "plain_answer",
    "r_text",
    "run_r",
]


class RError(RuntimeError):
    """R raised an error; the text is R's call and message.

    `classes` are the classes of R's condition.
    """

    def __init__(self, text: str, classes: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.classes = classes


class RNotFoundError(RuntimeError):
    """R cannot be asked here, because R or rpy2 is missing; the text says which."""


class RWarning(UserWarning):
    """R warned; the text is R's."""


class Oracle(Protocol):
    """An object that answers the assertion: the fixture `r`, or an `OwnProcess`."""

    def ask(self, source: str, inputs: Mapping[str, RValue], /) -> Answer:
        """Return what R answers to source with inputs by name."""
        ...


EVALUATE = r"""
function(source, env) {
  is_like <- function(message, format) {
    startsWith(message, sub("%s.*", "", gettext(format, domain = "R"))) &&
      endsWith(message, sub(".*%s", "", gettext(format, domain = "R")))
  }
  # what a test of an error did not ask about: code that R cannot run at all
  is_no_answer <- function(condition) {
    message <- conditionMessage(condition)
    inherits(condition, c("pybridge_quit", "pybridge_syntax", "packageNotFoundError")) ||
      is_like(message, "could not find function \"%s\"") ||
      is_like(message, "object '%s' not found")
  }
  told <- function(condition) {
    called <- conditionCall(condition)
    call <- enc2utf8(deparse(called)[[1L]])
    is_ours <- is.null(called) || identical(called, quote(eval(code, env))) ||
      startsWith(call, "doTryCatch(")
    classes <- c(class(condition), if (is_no_answer(condition)) "pybridge_no_answer")
    list(enc2utf8(conditionMessage(condition)), classes, if (!is_ours) call)
  }
  warned <- list()
  heard <- function(condition) {
    warned[[length(warned) + 1L]] <<- told(condition)
    tryInvokeRestart("muffleWarning")
  }
  of_class <- function(class, message, call = NULL) {
    stop(structure(class = c(class, "error", "condition"), list(message = message, call = call)))
  }
  # base R's own quit() would end the process of the tests, with the status of a success
  base <- baseenv()
  own <- mget(c("quit", "q"), base)
  put <- function(functions) {
    for (name in names(functions)) {
      unlockBinding(name, base)
      assign(name, functions[[name]], base)
      lockBinding(name, base)
    }
  }
  deny <- function(...) {
    of_class("pybridge_quit", "the R code quits, which would end the process of the tests")
  }
  is_text <- function(x) {
    text <- enc2utf8(x) # bytes that the locale does not know are longer then
    is_escaped <- Encoding(text) == "unknown" & nchar(text, "bytes") != nchar(x, "bytes")
    validUTF8(text) & Encoding(text) != "bytes" & (is.na(x) | !is_escaped)
  }
  need_text <- function(x) {
    if (is.character(x) && !all(is_text(x))) {
      of_class("pybridge_text", "the answer has text that is not valid UTF-8")
    }
    if (is.list(x)) for (entry in unclass(x)) need_text(entry)
    for (each in attributes(x)) need_text(each)
  }
  value <- NULL
  error <- tryCatch(
    {
      code <- tryCatch(
        parse(text = source, keep.source = FALSE, encoding = "UTF-8"),
        error = function(error) of_class("pybridge_syntax", conditionMessage(error))
      )
      put(list(quit = deny, q = deny))
      on.exit(put(own))
      value <- withCallingHandlers(eval(code, env), warning = heard)
      need_text(value)
      NULL
    },
    error = told
  )
  list(value, error, warned)
}
"""
NO_ANSWER = "pybridge_no_answer"
"""The class of an R error that a test of errors does not mean, unless it names it."""


@functools.cache
def _interface() -> Any:
    os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
    try:
        from rpy2 import rinterface

        rinterface.initr()
        from rpy2.rinterface_lib import callbacks
    except ImportError as error:
        raise RNotFoundError(f"R cannot be asked: rpy2 is missing ({error})") from error
    except Exception as error:  # rpy2 has no class for an R that it does not find
        raise RNotFoundError(f"R cannot be asked: rpy2 finds no R ({error})") from error
    callbacks.cleanup = _fail_where_r_ends
    return rinterface


_asked: list[str] = []
"""The R code that is being evaluated."""


def _fail_where_r_ends(*_: Any) -> None:
    """End the process as a failure where R ends it in the middle of a question."""
    if _asked:
        print(f"R ended the process while it ran:\n{_asked[-1]}", file=sys.__stderr__, flush=True)
        os._exit(1)


@functools.cache
def _evaluate() -> Any:
    ri = _interface()
    return ri.baseenv["eval"](ri.baseenv["parse"](text=ri.StrSexpVector([EVALUATE])))


def ask_r(source: str, inputs: Mapping[str, RValue]) -> Answer:
    """Return R's whole answer to `source`, in a new environment with the named `inputs`.

    The value is None if R raises an error. Raises `RNotFoundError` if R or rpy2 is missing.

    >>> answer = ask_r("as.integer('one')", {})
    >>> answer.value.is_na, answer.warnings[0].message
    (array([ True]), 'NAs introduced by coercion')
    """
    ri = _interface()
    env = ri.baseenv["new.env"](parent=ri.globalenv)
    for name, value in inputs.items():
        env[name] = _to_r(value)
    need_utf8(source, ArgumentError)
    _asked.append(source)
    try:
        value, error, warned = _evaluate()(ri.StrSexpVector([source]), env)
    finally:
        _asked.pop()
    conditions = tuple(_condition(each) for each in warned)
    if error.typeof != ri.RTYPES.NILSXP:
        return Answer(None, _condition(error), conditions)
    return Answer(read(value), None, conditions)


def run_r(source: str, /, **variables: Any) -> Any:
    """Evaluate R source in a new environment, with `variables` as R arrays, and read the value.

    `source` may have several statements; the value is that of the last one. An R array becomes a
    NumPy array with every element at its position, an R vector an array with one axis, a list a
    list or a dict, and NULL becomes None. A missing value becomes NaN in numbers (logicals and
    integers with a missing value become reals), and None in character vectors. An R error is raised
    as `RError`, and an R warning becomes an `RWarning`. If R or rpy2 is missing, `RNotFoundError`
    says which.

    >>> run_r("x[2, ]", x=np.array([[1, 2], [3, 4]]))
    array([3, 4])
    """
    return plain_answer(ask_r(source, {name: as_r(value) for name, value in variables.items()}))


def plain_answer(answer: Answer) -> Any:
    """Return the value of an answer as `run_r` does, with R's error and warnings as Python's."""
    for each in answer.warnings:
        warnings.warn(RWarning(each.text("Warning")), stacklevel=3)
    if answer.error is not None:
        raise RError(answer.error.text("Error"), answer.error.classes)
    assert answer.value is not None
    return plain(answer.value)


def _condition(parts: Any) -> Condition:
    message, classes, call = parts
    has_call = call.typeof != _interface().RTYPES.NILSXP
    return Condition(str(message[0]).strip(), tuple(map(str, classes)),
                     str(call[0]) if has_call else None)  # fmt: skip


# ---- From Python to R ----------------------------------------------------------------------------


def _to_r(value: RValue) -> Any:
    """Build a value in R."""
    ri = _interface()
    if value.type == "NULL":
        return ri.NULL
    if value.type == "list":
        made = ri.ListSexpVector([_to_r(entry) for entry in value.data])
    elif value.is_vector:
        made = _vector_to_r(value)
    else:
        raise ArgumentError(f"the kit sends no {value.type} to R")
    attributes = _attributes_to_r(value)
    if not attributes:
        return made
    # by R itself, which marks an object with a class as one
    return ri.baseenv["attributes<-"](made, value=ri.baseenv["list"](**attributes))


def _attributes_to_r(value: RValue) -> dict[str, Any]:
    ri = _interface()
    found: dict[str, Any] = {}
    if len(value.shape) > 1:
        found["dim"] = ri.IntSexpVector(list(value.shape))
    for name in ("names", "levels"):
        if getattr(value, name) is not None:
            found[name] = _texts_to_r(getattr(value, name))
    if value.dimnames is not None:
        axes = [ri.NULL if names is None else _texts_to_r(names) for names in value.dimnames]
        found["dimnames"] = ri.ListSexpVector(axes)
    if value.units is not None:
        found["units"] = ri.StrSexpVector([value.units])
    if "POSIXct" in value.classes:
        found["tzone"] = ri.StrSexpVector(["UTC"])
    if "data.frame" in value.classes:
        length = int(np.prod(value.data[0].shape)) if value.data else 0
        numbers = ri.IntSexpVector(list(range(1, length + 1)))
        found["row.names"] = numbers if value.row_names is None else _texts_to_r(value.row_names)
    if value.classes:
        found["class"] = ri.StrSexpVector(value.classes)
    return found


def _texts_to_r(texts: Any) -> Any:
    ri = _interface()
    for text in texts:
        if text is not None and "\0" in text:
            raise ArgumentError(f"R has no text with a NUL, and {text!r} has one")
        if text is not None:
            need_utf8(text, ArgumentError)
    return ri.StrSexpVector([ri.NA_Character if text is None else text for text in texts])


def _vector_to_r(value: RValue) -> Any:
    ri = _interface()
    if value.type == "character":
        made = _texts_to_r(value.data.tolist())
    elif value.type == "logical":
        made = ri.BoolSexpVector(value.data.tolist())
    elif value.type == "integer":
        made = ri.IntSexpVector(value.data.tolist())
    elif value.type == "complex":
        made = ri.ComplexSexpVector(value.data.tolist())
    else:
        made = ri.FloatSexpVector.from_memoryview(np.ascontiguousarray(value.data).data)
    na_values = {"logical": ri.NA_Logical, "integer": ri.NA_Integer, "double": ri.NA_Real}
    if value.type in na_values and value.is_na.any():
        for k in np.flatnonzero(value.is_na).tolist():
            made[k] = na_values[value.type]
    return made


TYPES = {"CLOSXP": "closure", "BUILTINSXP": "builtin", "SPECIALSXP": "special"}
TYPES |= {"LANGSXP": "language", "SYMSXP": "symbol", "ENVSXP": "environment", "RAWSXP": "raw"}
TYPES |= {"EXTPTRSXP": "externalptr", "EXPRSXP": "expression"}
"""R's name for the types that the kit does not read."""


# ---- From R to Python ----------------------------------------------------------------------------


def read(value: Any) -> RValue:
    """Read an R value; a value that the kit cannot read keeps only its type."""
    ri = _interface()
    kind = value.typeof
    if kind == ri.RTYPES.NILSXP:
        return RValue("NULL")
    has = set(value.list_attrs())

    def texts(name: str) -> list[Any] | None:
        slot = value.do_slot(name) if name in has else None
        return None if slot is None else _texts(slot)

    classes = tuple(texts("class") or ())
    if kind == ri.RTYPES.VECSXP:
        entries = [read(entry) for entry in value]
        rows = texts("row.names") if "data.frame" in classes else None
        if rows == [str(k) for k in range(1, 1 + len(rows or ()))]:
            rows = None
        return RValue("list", entries, shape=(len(entries),), names=texts("names"),
                      classes=classes, row_names=rows)  # fmt: skip
    if kind == ri.RTYPES.S4SXP:
        slots = [name for name in value.list_attrs() if name != "class"]
        data = [read(value.do_slot(name)) for name in slots]
        return RValue("S4", data, shape=(len(data),), names=list(slots), classes=classes)
    if kind == ri.RTYPES.LANGSXP and "formula" in classes:
        lines = ri.baseenv["deparse"](value)
        return RValue("formula", " ".join(str(line).strip() for line in lines), classes=classes)
    found = _elements(value, kind)
    if found is None:
        return RValue(TYPES.get(kind.name, kind.name), classes=classes)
    type_of, flat, is_na = found
    shape = tuple(value.do_slot("dim")) if "dim" in has else (flat.size,)
    dimnames: list[Names] | None = None
    if "dimnames" in has:
        dimnames = [
            None if axis.typeof == ri.RTYPES.NILSXP else _texts(axis)
            for axis in value.do_slot("dimnames")
        ]
    names = texts("names")
    if len(shape) == 1 and dimnames is not None:  # as of table()
        names, dimnames = dimnames[0], None
    units = texts("units") if "difftime" in classes else None
    return vector(flat, type_of, is_na, shape, names=names, dimnames=dimnames, classes=classes,
                  levels=texts("levels") if "factor" in classes else None,
                  units=units[0] if units else None)  # fmt: skip


def _texts(value: Any) -> list[Any]:
    ri = _interface()
    return [None if entry is ri.NA_Character else str(entry) for entry in value]


def _elements(value: Any, kind: Any) -> tuple[str, Array, Array] | None:
    """Return the type, the elements and which are NA of a vector; None for anything else."""
    types = _interface().RTYPES
    if kind == types.STRSXP:
        flat = np.empty(len(value), object)
        flat[:] = _texts(value)
        return "character", flat, np.array([entry is None for entry in flat], bool)
    if kind == types.REALSXP:
        flat = np.array(value.memoryview(), float).ravel(order="F")
        return "double", flat, is_na_real(flat)
    if kind == types.CPLXSXP:
        flat = np.array(list(value), complex)
        return "complex", flat, is_na_real(flat.real.copy()) | is_na_real(flat.imag.copy())
    if kind in (types.INTSXP, types.LGLSXP):
        flat = np.array(value.memoryview(), np.int64).ravel(order="F")
        is_na = flat == -(2**31)
        flat[is_na] = 0
        type_of = "logical" if kind == types.LGLSXP else "integer"
        return type_of, flat.astype(DTYPES[type_of]), is_na
    return None
