"""Python code for R's test kit: its value, its exception and its warnings, and what is no code."""

import warnings

import pytest

from pybridge.errors import ArgumentError
from pybridge.testing.evaluating import evaluate


def test_the_last_expression_is_the_value():
    assert evaluate("x * 2", {"x": 21}).value == 42
    assert evaluate(
        "def f(y):\n    return x + y\nz = f(1)\n[z for _ in range(2)]", {"x": 2}
    ).value == [3, 3]
    assert evaluate("import math; math.pi", {}).value > 3


def test_the_variables_stay_as_they_are():
    variables = {"x": 1}
    evaluate("x = 5; y = x; y", variables)
    assert variables == {"x": 1}


def test_an_exception_has_its_classes_and_warnings_are_heard_before_it():
    found = evaluate("import warnings\nwarnings.warn('few', FutureWarning)\n{}['a']", {})
    assert found.value is None
    assert found.error[0][:3] == ["KeyError", "LookupError", "Exception"]
    assert found.error[1] == "'a'"
    ((classes, message),) = found.warnings
    assert (classes[0], message) == ("FutureWarning", "few")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(evaluate("import warnings\nwarnings.warn('few')\n1", {}).warnings) == 1


@pytest.mark.parametrize("code", ["", "x = 1", "1\nif True:\n    2"])
def test_code_without_a_value_is_refused(code):
    with pytest.raises(ArgumentError, match="the last statement of the Python code is an expr"):
        evaluate(code, {})


def test_what_is_no_python_is_refused():
    with pytest.raises(ArgumentError, match="the code is not Python: "):
        evaluate("x[1", {})
