"""The command line: `python -m pybridge`."""

import pytest
from processes import python

import pybridge
from pybridge import errors, explain
from pybridge.__main__ import main

PAGE = """\
x[NA:5, , 8:-8]  in the tensor dialect
  axis 1 of size 60000: `NA:5` is positions 1 to 5
  axis 2 of size 28: everything
  axis 3 of size 28: `8:-8` is positions 8 to 21
in Python      x[0:5, :, 7:21]
shape          (60000, 28, 28) -> (5, 28, 14)
R's own [      on axis 1 `NA:5` is an error, because `:` needs two numbers; there it is `1:5`
               on axis 3 `8:-8` counts down through 0, and signs may not be mixed
Python's [     on axis 3 `8:-8` would be positions 9 to 20, because Python counts from 0 and \
leaves out the end
"""


def test_the_command_line_prints_the_page(capsys):
    assert main(["explain", "x[NA:5, , 8:-8]", "--shape", "60000,28,28"]) == 0
    assert capsys.readouterr().out == PAGE


def test_the_command_line_takes_the_dialect_and_keeps_axes(capsys):
    assert main(["explain", "x[-1, 2]", "--shape", "6, 7", "--dialect", "base", "--keep-axes"]) == 0
    assert "(6, 7) -> (5, 1)" in capsys.readouterr().out
    assert main(["explain", "", "--shape", ""]) == 0
    assert "() -> ()" in capsys.readouterr().out


def test_the_command_line_alone_says_what_there_is(capsys):
    assert main([]) == 2
    assert "doctor" in capsys.readouterr().err


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"pybridge {pybridge.__version__}\n"
    assert python("-m", "pybridge", "--help").stdout.startswith("usage: python -m pybridge ")


WRONG = [
    (["x[1, n]", "--shape", "6,7"], "`n` is a variable"),
    (["x[1, 8]", "--shape", "6,7"], "position 8 is out of bounds: axis 2 has size 7"),
    (["x[1]", "--shape", "6,seven"], "--shape takes sizes with commas"),
    (["x[1]", "--shape", "6,,7"], "--shape takes sizes with commas"),
    (["x[1]", "--shape", "6,-7"], "--shape takes sizes with commas"),
    (["x[[1]]", "--shape", "6"], "a vector is written c(...)"),
    (["x@py[1]", "--shape", "6"], "`@` is not part of subscript text"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_input_is_one_message_and_status_2(arguments, message, capsys):
    assert main(["explain", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_the_module_runs():
    explaining = ["-m", "pybridge", "explain", "--shape", "60000,28,28"]
    done = python(*explaining, "NA:5, , 8:-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, PAGE, "")
    done = python(*explaining, "1:")
    assert (done.returncode, done.stdout) == (2, "")
    assert "an open end is written NA" in done.stderr


@pytest.mark.parametrize("shape", [(2.0,), (-1,), (None,), ("2",), (True,)])
def test_a_shape_is_whole_sizes(shape):
    with pytest.raises(errors.ArgumentError, match="`shape` is a tuple of sizes"):
        explain(shape, "")
