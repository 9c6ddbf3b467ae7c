"""What R answered, recorded beside the tests: written, replayed, checked, and stale in words."""

import json
import math
import re

import numpy as np
import pytest

from pybridge.testing import RecordError, RNotFoundError
from pybridge.testing.oracle import ask_r
from pybridge.testing.python_values import as_r
from pybridge.testing.r_values import Answer, digest
from pybridge.testing.record_files import json_text, read_file, write_file
from pybridge.testing.records import Asker, Records

VALUES = {
    "reals": "c(0.1 + 0.2, 1/3, -0.0, 5e-324, 1.7976931348623157e308, pi)",
    "NA, NaN and infinities": "c(NA, NaN, Inf, -Inf)",
    "integers": "c(1L, NA, -2147483647L)",
    "logicals": "c(TRUE, NA, FALSE)",
    "texts": "c('NA', NA, 'NaN', '\\u00fc\\n', '')",
    "complex numbers": "c(complex(real = NaN, imaginary = 0.1), NA, 1i)",
    "an array": "array(1:24, 2:4)",
    "no elements": "matrix(0, 0, 3)",
    "names": "c(a = 1, b = 2)",
    "dimnames": "matrix(1:4, 2, dimnames = list(c('a', 'b'), NULL))",
    "a data frame": "data.frame(x = 1:2, f = factor(c('v', NA)), row.names = c('p', 'q'))",
    "a classed list": "t.test(c(1, 2, 4))",
    "times": "list(as.Date('2024-02-29'), as.difftime(2, units = 'mins'), Sys.time())",
    "a formula": "y ~ x",
    "NULL": "list(NULL, a = NULL)",
    "an error": "stop('no')",
    "a warning": "as.integer('one')",
    "what cannot be read": "list(sum, quote(f(x)), globalenv())",
}


@pytest.mark.parametrize("source", VALUES.values(), ids=VALUES)
def test_an_answer_comes_back_from_json_to_its_last_bit(source):
    answer = ask_r(source, {})
    back = Answer.from_json(json.loads(json_text(answer.to_json())))
    assert back.to_json() == answer.to_json()
    if answer.value is not None and answer.value.is_vector:
        one, other = answer.value, back.value
        assert (one.type, one.shape, one.names) == (other.type, other.shape, other.names)
        assert one.is_na.tolist() == other.is_na.tolist()
        if one.type == "double":
            assert one.data.view("u8")[~np.isnan(one.data)].tolist() == (
                other.data.view("u8")[~np.isnan(one.data)].tolist()
            )
            assert np.isnan(one.data).tolist() == np.isnan(other.data).tolist()


def test_the_digest_knows_the_last_bit_the_shape_and_what_is_missing():
    x = np.array([1.0, np.nan])
    others = [x[::-1], x.reshape(1, 2), x.astype(complex), np.ma.array(x, mask=[0, 1])]
    others += [np.array([math.nextafter(1, 2), np.nan]), np.array([1, 2]), [1.0, "NaN"][1:]]
    digests = [digest(as_r(each)) for each in [x, *others]]
    assert len(set(digests)) == len(digests)
    # what R would hold is what counts, not the dtype or the order in memory
    assert digest(as_r(np.float32([0.5]))) == digest(as_r([0.5]))
    assert digest(as_r(np.asfortranarray(np.ones((2, 3))))) == digest(as_r(np.ones((2, 3))))


# ---- In one process ------------------------------------------------------------------------------

QUESTION = ("x[2] / 3", {"x": as_r([1.0, 2.0])})


def absent(source, inputs):
    raise RNotFoundError("R cannot be asked: it is not here")


def recorded(asker, *questions):
    """Record what R answers to questions, in the file of a asker."""
    records = Records("record", ask_r)
    records.enter(asker)
    for question in questions:
        records.ask(*question)
    records.leave()
    write_file(asker.file, {asker.name: records.written[asker].to_json()})


def asked(mode, ask, asker, *question):
    records = Records(mode, ask)
    records.enter(asker)
    return records.ask(*question)


@pytest.fixture
def asker(tmp_path):
    asker = Asker.beside(tmp_path / "test_port.py", "test_it")
    recorded(asker, QUESTION, ("stop('no')", {}))
    return asker


def test_a_record_is_what_a_reviewer_reads(asker):
    assert asker.file.parts[-2:] == ("__r__", "test_port.json")
    r = ask_r("as.character(getRversion())", {}).value.data[0]
    assert read_file(asker.file) == {
        "test_it": {
            "R": r,
            "questions": [
                {
                    "code": "x[2] / 3",
                    "inputs": {"x": digest(as_r([1.0, 2.0]))},
                    "value": {"type": "double", "values": [2 / 3]},
                },
                {
                    "code": "stop('no')",
                    "inputs": {},
                    "error": {"message": "no", "class": ["simpleError", "error", "condition"]},
                },
            ],
        }
    }
    assert '"values": [0.6666666666666666]' in asker.file.read_text()


def test_where_r_is_missing_the_record_answers(asker):
    for mode, ask in (("ask", absent), ("replay", ask_r)):
        records = Records(mode, ask)
        records.enter(asker)
        assert records.ask(*QUESTION).value.data.tolist() == [2 / 3]
        assert records.ask("stop('no')", {}).error.message == "no"
        with pytest.raises(
            RecordError, match=r"R was not asked: .*no answer to question 3 of test"
        ):
            records.ask("1", {})
    with pytest.raises(RNotFoundError):
        asked("record", absent, asker, *QUESTION)


def test_what_has_changed_is_told_in_words(asker):
    x = [1.0, 2.0]
    code = r"the R code was:\n    x\[2\] / 3\n  and it is:\n    x\[2\] / 4"
    changed = [
        ("x[2] / 4", {"x": x}, code),
        (
            "x[2] / 3",
            {"x": [1.0, 3.0]},
            r"input x was double\[2\] \w+, and it is double\[2\] \w+\n",
        ),
        ("x[2] / 3", {"x": [[1], [2]]}, r"input x was double\[2\] \w+, and it is integer\[2,1\]"),
        ("x[2] / 3", {"y": x}, r"the input x is gone; .*\n  the input y is new: double\[2\]"),
    ]
    for source, inputs, words in changed:
        with pytest.raises(RecordError, match=words) as caught:
            asked("replay", ask_r, asker, source, {k: as_r(v) for k, v in inputs.items()})
        assert "question 1 of test_it is no longer the one in __r__/test_port.json" in str(
            caught.value
        )
        assert "Run pytest with --r-record where R is" in str(caught.value)
    assert not isinstance(caught.value, AssertionError)  # which a test may expect


def test_a_check_compares_the_record_with_r(asker):
    assert asked("check", ask_r, asker, *QUESTION).value.data.tolist() == [2 / 3]
    with pytest.raises(RecordError, match="the R code was"):
        asked("check", ask_r, asker, "x[2] / 4", QUESTION[1])
    other = Asker(asker.file, "test_other")
    with pytest.raises(RecordError, match="has no answer to question 1 of test_other"):
        asked("check", ask_r, other, *QUESTION)
    asker.file.write_text(
        asker.file.read_text().replace("0.6666666666666666", "0.6666666666666667")
    )
    with pytest.raises(
        RecordError, match=r"first at \[1\]: 0.6666666666666667, and in R 0.66"
    ) as caught:
        asked("check", ask_r, asker, *QUESTION)
    assert re.search(r"recorded with R [\d.]+: 0.6666666666666667\n  now with R [\d.]+: 0.6{16}\n",
                     str(caught.value))  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ("list(a = 1, b = 'x')", "list(a = 1, b = 'y')", r'\$b: .* "x", and in R "y"'),
        ("list(1, 2)", "list(1, 3)", r"\[\[2\]\]: 1 of 1"),
        ("c(a = 1)", "c(b = 1)", 'names are "a", and in R "b"'),
        ("NA_real_", "NaN", "at \\[1\\]: NA, and in R NaN"),
        ("factor('u')", "factor('v')", 'levels are "u", and in R "v"'),
        ("NULL", "1", r"R gives double\[1\], and the record None"),
        ("y ~ x", "y ~ z", "the formula is 'y ~ x', and in R 'y ~ z'"),
        ("0", "-0.0", r"recorded with R .*: 0.0\n  now with R .*: -0.0\n"),
        ("1", "stop('no')", "the answers differ\n.*: 1.0\n  now .*: Error: no"),
        ("1", "{warning('hm'); 1}", "the answers differ\n.*: 1.0\n  now .*: Warning.*: hm; 1.0"),
    ],
)
def test_what_r_no_longer_answers_is_told_in_words(before, now, words, tmp_path):
    asker = Asker.beside(tmp_path / "test_port.py", "test_it")
    recorded(asker, (before, {}))
    codes = [f'"code": {json.dumps(code)}' for code in (before, now)]
    asker.file.write_text(asker.file.read_text().replace(*codes))
    with pytest.raises(RecordError, match=words):
        asked("check", ask_r, asker, now, {})


def test_a_file_that_is_no_record(tmp_path):
    file = tmp_path / "__r__" / "test_port.json"
    write_file(file, {"a": {"questions": []}, "b": {"questions": []}})
    write_file(file, {"c": {"questions": []}}, collected={"b", "c"})
    assert sorted(read_file(file)) == ["b", "c"]  # a test that is gone has no record
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    file.write_text("{")
    with pytest.raises(RecordError, match=r"is not JSON: .* --r-record"):
        read_file(file)
    file.write_text('{"format": 2}')
    with pytest.raises(RecordError, match="is not a record of format 1"):
        read_file(file)


def test_the_packages_that_the_code_names_are_in_the_record(tmp_path):
    asker = Asker.beside(tmp_path / "test_port.py", "test_it")
    recorded(asker, ("Matrix::rankMatrix(diag(2))[[1]]; stats::sd(1:2)", {}), ("1L", {}))
    packages = read_file(asker.file)["test_it"]["packages"]
    version = ask_r("as.character(packageVersion('Matrix'))", {}).value.data[0]
    assert packages == {"Matrix": version}


def test_a_package_is_asked_for_once(tmp_path):
    asked_r = []

    def counting(source, inputs):
        asked_r.append(source)
        return ask_r(source, inputs)

    records = Records("ask", counting)
    for name in ("test_a", "test_b"):
        records.enter(Asker.beside(tmp_path / "test_port.py", name))
        records.require("Matrix>=1.0")
        records.require("stats")
        records.leave()
    assert len(asked_r) == 2
    # R compares versions: by text 1.10 would be less than 1.9
    assert ask_r("package_version('1.10') > '1.9'", {}).value.data[0]
    with pytest.raises(RecordError, match=r"R has stats [\d.]+, and stats<=3.9 is required"):
        records.require("stats<=3.9")
