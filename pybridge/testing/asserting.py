"""The assertion of the kit: what Python gives, or how it stops, is what R does for R code."""

from __future__ import annotations

import re
import warnings as python_warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from pybridge.errors import ArgumentError
from pybridge.testing.asking import current_oracle
from pybridge.testing.comparing import Rules, Tolerance, difference
from pybridge.testing.oracle import NO_ANSWER, Oracle, RError, RWarning
from pybridge.testing.python_values import as_r, names_text
from pybridge.testing.r_source import source_of
from pybridge.testing.r_values import Answer, Condition, RValue

Classes = type[BaseException] | tuple[type[BaseException], ...]


def assert_same_as_r(
    actual: Any,
    source: str,
    /,
    *,
    like: Any = None,
    rtol: Tolerance = 0.0,
    atol: Tolerance = 0.0,
    check_kind: bool = True,
    check_names: bool = False,
    check_na: bool = False,
    raises: Classes | None = None,
    warns: type[Warning] | None = None,
    match: str | None = None,
    r_match: str | None = None,
    r_class: str | None = None,
    run: Oracle | None = None,
    **variables: Any,
) -> None:
    """Assert that `actual` equals R's result for `source`, or that both raise, or both warn.

    `variables` are the arrays, tensors, lists and data frames that the source names. `source` may
    have several statements, and the last one is the result. The kind (logical, integer, real,
    complex, character, factor, Date, POSIXct, difftime), the shape and every element must agree.
    The table in the guide "Test kit" says what agrees with each kind of R object.

    - A single element agrees with R's vector of length 1, because R has no array without axes.
    - R's NA and NaN agree with NaN, and with an element that is masked, None or pandas' NA. With
      `check_na` NA and NaN are different.
    - `check_names` also compares names, dimnames, row names and the order of a list.
    - `check_kind=False` compares only the values: the median of integers is a real in NumPy, and
      may be an integer in R.
    - `rtol` and `atol` allow a difference of reals of at most `atol + rtol * abs(r)`, where `r` is
      R's value. By default no difference is allowed. Mappings such as `rtol={"p.value": 1e-6}` are
      for entries of a list and columns of a data frame; all other entries must be equal. What is
      counted is exact: integers, logicals, text. Times have a tolerance by name alone, in seconds,
      `atol={"when": 0.5}`.
    - The keys of a mapping are the names of R's vector, in any order.
    - With `like`, `actual` must have its type and its dtype.

    With `raises`, `actual` is a function without arguments. It must raise that exception, and R
    must raise an error; code that R cannot parse, and a function, an object or a package that is
    missing, are no such error unless `r_match` or `r_class` names them. With `warns` both must
    warn, and then the results are compared. `match` is a regular expression for Python's message,
    and `r_match` one for R's. `r_class` is a class of R's condition.

    `run` answers the questions: the fixture `r`, or an `OwnProcess`. By default it is the R of the
    pytest plugin, with its records, or without the plugin R in this process.

    Raises `AssertionError`, whose text holds R code to paste, `RError` if R raises an error and
    `raises` is not given, and `ArgumentError` for an option that does not exist.

    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> assert_same_as_r(x[1, [2, 0]], "x[2, c(3, 1), ]", x=x)
    >>> assert_same_as_r(lambda: x[2], "x[3, , ]", x=x, raises=IndexError, r_match="out of bounds")
    >>> m = np.array([[1, 2], [3, 4]])
    >>> assert_same_as_r(m[0], "m[, 1]", m=m)
    Traceback (most recent call last):
      ...
    AssertionError: 1 of 2 elements are not as in R, the first at [2]: 2L, and in R 3L
    paste into R:
    m <- array(c(1L, 3L, 2L, 4L), dim = c(2, 2))
    m[, 1]
    # actual: c(1L, 2L)
    """
    __tracebackhide__ = True
    _check_options(source, variables, raises, warns, match or r_match or r_class)
    inputs = {name: as_r(value) for name, value in variables.items()}
    if run is not None and not hasattr(run, "ask"):
        raise ArgumentError("run is the fixture `r` or an OwnProcess, and R itself by default")
    answer = (current_oracle() if run is None else run).ask(source, inputs)
    rules = Rules(rtol, atol, check_kind, check_names, check_na)
    if raises is not None:
        complaint = _both_stop(actual, answer, raises, match, r_match, r_class)
        actual = None
    else:
        if answer.error is not None:
            raise RError(answer.error.text("Error"), answer.error.classes)
        assert answer.value is not None
        complaint = None
        if warns is not None:
            actual, complaint = _both_warn(actual, answer, warns, match, r_match, r_class)
        else:
            _warn_again(answer)
        complaint = complaint or difference(actual, answer.value, rules) or _unlike(actual, like)
    if complaint is not None:
        lines = [f"{name} <- {source_of(value)}" for name, value in inputs.items()]
        raise AssertionError(
            "\n".join([complaint, "paste into R:", *lines, source, *_actual_text(actual, raises)])
        )


def _check_options(
    source: str,
    variables: Mapping[str, Any],
    raises: Classes | None,
    warns: type[Warning] | None,
    pattern: str | None,
) -> None:
    """Raise for what would be an R variable that nobody reads, such as a misspelt option."""
    unused = [
        name
        for name in variables
        if re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", source) is None
    ]
    if unused:
        raise ArgumentError(
            f"the R code does not name {names_text(unused)}, and the assertion has no such option: "
            f"its options are {', '.join(assert_same_as_r.__kwdefaults__ or ())}"
        )
    if raises is not None and warns is not None:
        raise ArgumentError("give raises or warns: an error has no result to compare")
    if pattern and raises is None and warns is None:
        raise ArgumentError("match, r_match and r_class go with raises or with warns")


# ---- Errors and warnings -------------------------------------------------------------------------


def _both_stop(
    actual: Any,
    answer: Answer,
    raises: Classes,
    match: str | None,
    r_match: str | None,
    r_class: str | None,
) -> str | None:
    """Return how R and Python do not both stop as the test says, or None."""
    _check_function(actual, "raises")
    wanted = _class_names(raises)
    error: Exception | None = None
    value: Any = None
    try:
        value = actual()
    except Exception as caught:
        error = caught
    in_r = "R gives a value" if answer.error is None else f"R stops: {answer.error.message}"
    if error is None:
        return f"{in_r}, and Python gives {_text(value)}, where it should raise {wanted}"
    python = f"Python raises {type(error).__name__}: {error}"
    if answer.error is None:
        assert answer.value is not None
        return f"R does not stop: it gives {source_of(answer.value)}, and {python}"
    if NO_ANSWER in answer.error.classes and r_match is None and r_class is None:
        return f"{in_r}; this is no answer, unless r_match or r_class names it. {python}"
    if not isinstance(error, raises):
        raise AssertionError(f"{python}, which is not {wanted}; {in_r}") from error
    return _unmatched(str(error), [answer.error], match, r_match, r_class)


def _both_warn(
    actual: Any,
    answer: Answer,
    warns: type[Warning],
    match: str | None,
    r_match: str | None,
    r_class: str | None,
) -> tuple[Any, str | None]:
    """Return the value that comes with a warning, and how R and Python do not both warn."""
    _check_function(actual, "warns")
    with python_warnings.catch_warnings(record=True) as caught:
        python_warnings.simplefilter("always")
        value = actual()
    ours = [str(each.message) for each in caught if issubclass(each.category, warns)]
    theirs = [each.message for each in answer.warnings]
    if not ours or not theirs:
        texts = [
            f"warns: {'; '.join(told)}" if told else "does not warn" for told in (theirs, ours)
        ]
        return value, f"R {texts[0]}, and Python {texts[1]} by a {warns.__name__}"
    found = [_unmatched(text, list(answer.warnings), match, r_match, r_class) for text in ours]
    return value, None if None in found else found[0]


def _unmatched(
    text: str,
    conditions: list[Condition],
    match: str | None,
    r_match: str | None,
    r_class: str | None,
) -> str | None:
    """Return which pattern or class is not there, or None."""
    if match is not None and re.search(match, text) is None:
        return f"Python's message is {text!r}, in which {match!r} is not found"
    if any(
        (r_match is None or re.search(r_match, each.message))
        and (r_class is None or r_class in each.classes)
        for each in conditions
    ):
        return None
    told = conditions[0]
    if r_match is not None and re.search(r_match, told.message) is None:
        return f"R's message is {told.message!r}, in which {r_match!r} is not found"
    return f"R's condition has the classes {names_text(told.classes)}, and not {r_class!r}"


def _check_function(actual: Any, option: str) -> None:
    if not callable(actual):
        raise ArgumentError(
            f"with {option}= the first argument is a function without arguments, such as "
            f"`lambda: f(x)`, and not a {type(actual).__name__}"
        )


def _class_names(classes: Classes) -> str:
    many = classes if isinstance(classes, tuple) else (classes,)
    return " or ".join(each.__name__ for each in many)


def _warn_again(answer: Answer) -> None:
    for each in answer.warnings:
        python_warnings.warn(RWarning(each.text("Warning")), stacklevel=3)


# ---- Texts ---------------------------------------------------------------------------------------


def _actual_text(actual: Any, raises: Classes | None) -> list[str]:
    return [] if raises is not None else [f"# actual: {_text(actual)}"]


def _text(value: Any) -> str:
    """Return a value as R source, or as Python shows it if R would hold none such."""
    try:
        found: RValue = as_r(value)
        return source_of(found)
    except Exception:
        return repr(value)


def _unlike(actual: Any, like: Any) -> str | None:
    if like is None:
        return None
    # one element of a NumPy array is a NumPy scalar
    actual, wanted = (
        ("ndarray" if isinstance(x, np.generic) else type(x).__name__, getattr(x, "dtype", "none"))
        for x in (actual, like)
    )
    if actual == wanted:
        return None
    return f"it is a {actual[0]} of dtype {actual[1]}, not a {wanted[0]} of dtype {wanted[1]}"
