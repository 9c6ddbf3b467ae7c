"""Tables of pandas: `iloc` is the oracle of reading, R's data frames that of the base dialect."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from corpus import cases, tensor_of, value_of

from pybridge import NA, R, errors, order, r_assign, r_slice, which, which_max
from pybridge.testing import run_r

ROWS = ["Mazda", "Datsun", "Hornet", "Valiant"]


def cars(**more):
    table = {
        "mpg": [21.0, 22.8, 21.4, 18.1],
        "cyl": [6, 4, 6, 8],
        "name": ["d", "a", "c", "b"],
        "fast": [True, False, False, True],
    }
    return pd.DataFrame({**table, **more}, index=ROWS)


def every_dtype():
    x = cars()
    x["kind"] = pd.Categorical(["u", "v", "u", None], ["v", "u", "w"], ordered=True)
    x["day"] = pd.to_datetime(["2026-01-01", "2026-02-01", None, "2026-03-01"])
    x["zone"] = x["day"].dt.tz_localize("Europe/Berlin")
    x["wait"] = pd.to_timedelta([1, 2, 3, None], unit="h")
    x["count"] = pd.array([1, None, 3, 4], "Int64")
    x["maybe"] = pd.array([True, None, False, True], "boolean")
    x["text"] = pd.array(["p", None, "q", "r"], "string")
    x["small"] = np.array([1, 2, 3, 4], "int8")
    return x


SCALARS = [(1, 0), (-1, -1), (3, 2)]
PIECES = [
    (slice(None), slice(None)),
    (slice(1, 3), slice(0, 3)),
    (slice(2, NA), slice(1, None)),
    (slice(NA, -2), slice(None, -1)),
    (slice(3, 2), slice(2, 0, -1)),
    (np.array([4, 1, 1]), [3, 0, 0]),
    ([True, False, True, False], [True, False, True, False]),
    (range(2, 4), slice(1, 3)),
]


@pytest.mark.parametrize("make", [cars, every_dtype])
@pytest.mark.parametrize(
    ("row", "column"),
    [*itertools.product(PIECES + SCALARS, repeat=2)],
    ids=lambda pair: str(pair[0]),
)
def test_reading_gives_what_iloc_gives(make, row, column):
    x = make()
    if column[0] is PIECES[6][0]:
        column = [[True, False] * (x.shape[1] // 2)] * 2
    ours = R(x)[row[0], column[0]]
    theirs = x.iloc[row[1], column[1]]
    if isinstance(theirs, pd.DataFrame):
        pd.testing.assert_frame_equal(ours, theirs)
    elif isinstance(theirs, pd.Series):
        pd.testing.assert_series_equal(ours, theirs)
    else:
        assert type(ours) is type(theirs)
        assert ours == theirs or pd.isna(ours)


def test_one_subscript_names_rows_and_the_rest_stands_for_all():
    x = cars()
    pd.testing.assert_frame_equal(R(x)[2:3], x.iloc[1:3])
    pd.testing.assert_frame_equal(R(x)[..., 2:3], x.iloc[:, 1:3])
    pd.testing.assert_series_equal(R(x)[2], x.iloc[1])
    pd.testing.assert_frame_equal(r_slice(x, "2", drop=False), x.iloc[[1]])
    pd.testing.assert_frame_equal(r_slice(x, "NA:2, -1:-2"), x.iloc[:2, [3, 2]])


def test_labels_name_rows_and_columns():
    x = cars()
    pd.testing.assert_frame_equal(R(x)[1:3, ["cyl", "mpg"]], x.iloc[:3][["cyl", "mpg"]])
    pd.testing.assert_series_equal(R(x)["Hornet"], x.loc["Hornet"])
    assert R(x)["Valiant", "cyl"] == 8
    pd.testing.assert_frame_equal(R(x)[x["cyl"] == 6], x[x["cyl"] == 6])
    pd.testing.assert_frame_equal(r_slice(x, "c('Hornet', 'Mazda'), 2:3"), x.iloc[[2, 0], 1:3])


def test_a_name_that_is_none_says_what_there_is():
    with pytest.raises(
        errors.SubscriptLabelError, match=r'not a label of axis 1 but of axis 2.*`\[, "mpg"\]`'
    ):
        R(cars())["mpg"]
    with pytest.raises(errors.SubscriptLabelError, match=r"`\[:, \"mpg\"\]`"):
        R(cars().reset_index(drop=True))[["mpg"]]
    with pytest.raises(errors.SubscriptLabelError, match='nearest are "Valiant"'):
        R(cars())["valiant"]
    twice = cars().iloc[[0, 0, 1]]
    with pytest.raises(errors.SubscriptLabelError, match="label of 2 positions"):
        R(twice)["Mazda"]
    pd.testing.assert_frame_equal(R(twice)[["Datsun"]], twice.iloc[[2]])


def test_an_index_that_counts_has_no_labels():
    x = pd.DataFrame({"a": [1, 2, 3]}).iloc[1:]
    with pytest.raises(errors.SubscriptTypeError, match="axis 1 has no labels"):
        R(x)[["1"], :]
    assert R(pd.DataFrame({"a": [1, 2]}, index=[10, 20]))["20", "a"] == 2


def test_a_column_is_a_labelled_vector():
    x = cars()["mpg"]
    assert R(x)[-1] == R(x)["Valiant"] == 18.1
    pd.testing.assert_series_equal(R(x)[["Hornet", "Mazda"]], x.iloc[[2, 0]])
    pd.testing.assert_series_equal(R(x)[2:3], x.iloc[1:3])
    pd.testing.assert_series_equal(R(x)[x > 21], x[x > 21])
    pd.testing.assert_series_equal(R(x, dialect="base")[-1], x.iloc[1:])
    R(x)["Datsun"] = 30
    assert x.tolist() == [21.0, 30.0, 21.4, 18.1]


def test_what_has_no_meaning_on_a_table_is_refused():
    x = cars()
    for act, error in [
        (lambda: R(x)[None], errors.UnsupportedTensorError),
        (lambda: R(x)[1, 1, 1], errors.SubscriptCountError),
        (lambda: R(x)[5], errors.SubscriptOutOfBoundsError),
        (lambda: R(x, dialect="base")[[1, NA], :], errors.MissingValueError),
        (lambda: R(x, dialect="base")[5, :], errors.SubscriptOutOfBoundsError),
        (lambda: R(x)[np.ones((4, 4), bool)], errors.UnsupportedTensorError),
        (lambda: R(x)[x["cyl"].sort_values() == 6], errors.SubscriptLabelError),
        (lambda: which(x), errors.UnsupportedTensorError),
        (lambda: R(x, dialect="r")[1], errors.ArgumentError),
        (lambda: r_slice(x, 1, drop=1), errors.ArgumentError),
        (lambda: r_slice(x, 1, drop=1, dialect="base"), errors.ArgumentError),
    ]:
        with pytest.raises(error):
            act()


def test_elements_by_a_mask_or_by_points_where_one_dtype_holds_them():
    x = cars()[["mpg", "mpg"]].copy()
    x.columns = ["a", "b"]
    x["b"] += 1
    mask = x.to_numpy() > 22
    assert R(x)[mask].tolist() == x.to_numpy()[mask].tolist()
    assert r_slice(x, mask, order="F").tolist() == x.to_numpy().T[mask.T].tolist()
    assert R(x)[np.array([[4, 1], [1, 2], [4, 1]])].tolist() == [18.1, 22.0, 18.1]
    assert R(x)[np.zeros((4, 2), bool)].tolist() == []


FRAME = """data.frame(
    mpg = c(21, 22.8, 21.4, 18.1), cyl = c(6L, 4L, 6L, 8L), name = c("d", "a", "c", "b"),
    fast = c(TRUE, FALSE, FALSE, TRUE), row.names = c("Mazda", "Datsun", "Hornet", "Valiant"))"""
BASE_READS = [
    *("", "2", "-1", "2:3", "c('cyl', 'mpg')", "'cyl'", "-(1:2)", "c(TRUE, FALSE)", "integer(0)"),
    *("1, ", ", 1", ", 'mpg'", "2, 3", "2:3, 2", "c(3, 1), c('name', 'mpg')", "-1, -2", "0, "),
    *("c(TRUE, FALSE), ", "c(TRUE, FALSE, TRUE, FALSE), 2:3", "'Hornet', ", "'Hornet', 'cyl'"),
    *(
        "integer(0), 2:3",
        ", 0",
        "2.9, ",
        "4:1, ",
        ", c(2, 2)",
        "4, 4",
        "-(1:3), 1",
        "c(-1, -4), 'name'",
    ),
]


def in_r(expression):
    """Return what an expression of `x` is in R: whether a data frame, names, row names, columns."""
    return run_r(
        f"""x <- {FRAME}
        y <- suppressWarnings({expression})
        is_frame <- is.data.frame(y)
        c(is_frame, if (is_frame) list(names(y), row.names(y), unname(as.list(y))) else list(y))
        """
    )


def plain(values):
    return [each.item() if isinstance(each, np.generic) else each for each in list(values)]


def assert_is_the_frame_of_r(ours, parts):
    names, rows, columns = map(list, parts)
    if len(set(ours.columns)) < len(names):  # R makes equal names unique, pandas does not
        names = [name.partition(".")[0] for name in names]
    assert plain(ours.columns) == plain(names)
    assert plain(ours.index) == plain(rows)
    assert [plain(ours.iloc[:, k]) for k in range(ours.shape[1])] == [*map(plain, columns)]


@pytest.mark.parametrize("drop", [True, False])
@pytest.mark.parametrize("text", BASE_READS)
def test_the_base_dialect_reads_as_data_frames_of_r_do(text, drop):
    is_frame, *parts = in_r(f"x[{text}{'' if drop or ',' not in text else ', drop = FALSE'}]")
    ours = r_slice(cars(), f"x[{text}]", dialect="base", drop=drop)
    if is_frame[0]:
        assert_is_the_frame_of_r(ours, parts)
    else:
        assert isinstance(ours, pd.Series)
        assert plain(ours) == plain(parts[0])


BASE_WRITES = [
    *(("2", "c(5L, 7L, 8L, 9L)"), (", 'mpg'", "1"), ("1, 2", "3L"), ("c(1, 3), 1:2", "7L")),
    *(("-1, 'name'", "c('x', 'y', 'z')"), ("'Hornet', 'cyl'", "2L"), ("2:3, 1", "c(1.5, 2.5)")),
    *((", c(1, 2)", "c(1, 2, 3, 4, 5, 6, 7, 8)"), ("1:4, 1:2", "c(3, 9)"), ("0, 1", "1")),
    *(("c(1, 1), 1", "c(8, 9)"), ("c(TRUE, FALSE), 'fast'", "c(FALSE, FALSE)")),
    *(("c(3, 1), c(2, 1)", "matrix(c(1, 2, 3, 4), 2)"), ("matrix(c(1, 2, 2, 1), 2)", "c(5, 6)")),
]


@pytest.mark.parametrize(("text", "value"), BASE_WRITES)
def test_the_base_dialect_writes_as_data_frames_of_r_do(text, value):
    _, *parts = in_r(f"{{x[{text}] <- {value}; x}}")
    before = cars()
    ours = r_assign(before, f"x[{text}]", value=run_r(value), dialect="base")
    assert_is_the_frame_of_r(ours, parts)
    assert ours.dtypes.equals(before.dtypes)
    pd.testing.assert_frame_equal(before, cars())


@pytest.mark.parametrize(
    ("text", "value"), [("1:3, 1", [1, 2]), ("1, 1", [1, 2]), (", 1", []), ("1:2, 1:2", [1, 2, 3])]
)
def test_the_base_dialect_refuses_a_value_that_does_not_fill_the_columns(text, value):
    with pytest.raises(errors.AssignmentError, match="need"):
        r_assign(cars(), f"x[{text}]", value=value, dialect="base")


def test_writing_casts_to_the_dtype_of_each_column():
    x = every_dtype()
    dtypes = x.dtypes
    R(x)[1:2, "mpg"] = [1, 2]
    R(x)[:, "cyl"] = 5.0
    R(x)[-1, "name"] = "z"
    R(x)[2, "fast"] = True
    R(x)[[4, 1], "kind"] = ["u", "v"]
    R(x)["Datsun", "day"] = pd.Timestamp("2027-01-01")
    R(x)[1, "zone"] = pd.Timestamp("2027-01-01", tz="Europe/Berlin")
    R(x)[1, "wait"] = np.timedelta64(5, "h")
    R(x)[2:3, "count"] = [7, NA]
    R(x)[1:2, "maybe"] = [NA, False]
    R(x)[1, "text"] = "new"
    R(x)[1:2, "small"] = np.array([-128, 127])
    assert x.dtypes.equals(dtypes)
    assert x["mpg"].tolist() == [1, 2, 21.4, 18.1]
    assert x["cyl"].tolist() == [5] * 4
    assert x["name"].tolist() == ["d", "a", "c", "z"]
    assert x["fast"].tolist() == [True, True, False, True]
    assert x["kind"].tolist() == ["v", "v", "u", "u"]
    assert x["day"].tolist()[:2] == [pd.Timestamp("2026-01-01"), pd.Timestamp("2027-01-01")]
    assert x["zone"].iloc[0] == pd.Timestamp("2027-01-01", tz="Europe/Berlin")
    assert x["wait"].iloc[0] == pd.Timedelta(5, unit="h")
    assert x["count"].tolist() == [1, 7, pd.NA, 4]
    assert x["maybe"].tolist() == [pd.NA, False, False, True]
    assert x["text"].tolist() == ["new", pd.NA, "q", "r"]
    assert x["small"].tolist() == [-128, 127, 3, 4]


def test_a_row_takes_values_of_several_types_and_a_table_its_columns():
    x = cars()
    R(x)[2] = [1.5, 3, "row", True]
    assert x.iloc[1].tolist() == [1.5, 3, "row", True]
    R(x)[3:4, ["name", "mpg"]] = pd.DataFrame({"name": ["p", "q"], "mpg": [1, 2]})
    assert x["name"].tolist() == ["d", "row", "p", "q"]
    assert x["mpg"].tolist() == [21.0, 1.5, 1.0, 2.0]
    R(x)[:, ["mpg", "cyl"]] = [[8, 9]]
    assert x[["mpg", "cyl"]].to_numpy().tolist() == [[8, 9]] * 4
    R(x)[[1, 1], "cyl"] = [3, 4]
    assert x["cyl"].tolist() == [4, 9, 9, 9]
    R(x)[np.array([[2, 1], [1, 2]])] = [0.5, 6]
    assert (x["mpg"].tolist()[1], x["cyl"].tolist()[0]) == (0.5, 6)


def test_a_write_that_fails_changes_nothing():
    x = every_dtype()
    before = x.copy()
    for row, column, value in [
        (slice(None), "cyl", 1.5),
        (slice(None), "small", 128),
        (1, "fast", 2),
        (1, "kind", "new"),
        (1, "count", 1.5),
        (1, "maybe", 2),
        (1, "day", "not a day"),
        (1, "text", 3),
        (1, "cyl", NA),
        (1, "cyl", None),
        (1, "mpg", "text"),
        (1, ["mpg", "cyl"], [1, "text"]),
        (slice(1, 2), ["mpg", "cyl"], np.zeros((3, 2))),
        (slice(1, 2), "mpg", pd.Series([1.0, 2.0], index=["Hornet", "Mazda"])),
        (slice(1, 2), ["cyl"], pd.DataFrame({"mpg": [1, 2]})),
    ]:
        with pytest.raises((errors.AssignmentError, errors.MissingValueError)):
            R(x)[row, column] = value
        pd.testing.assert_frame_equal(x, before)
    with pytest.raises(errors.LossyValueError, match=r"column 'cyl': 1\.5 would lose"):
        R(x)[1, ["mpg", "cyl"]] = 1.5


def test_messages_speak_of_columns_and_not_of_tensors():
    x = cars()
    refused = [((1, "cyl"), 1.5), ((1, "cyl"), NA), ((1, "cyl"), "text")]
    for target, (subscripts, value) in [(x, pair) for pair in refused] + [(x["cyl"], (1, 1.5))]:
        with pytest.raises((errors.AssignmentError, errors.MissingValueError)) as raised:
            R(target)[subscripts] = value
        assert "column of dtype int64" in str(raised.value)
        assert "tensor" not in str(raised.value)


def test_a_category_that_is_missing_is_named_with_what_adds_it():
    x = cars(kind=pd.Categorical(["u", "v", "u", None]))
    with pytest.raises(errors.AssignmentError, match='"w" is not a category') as raised:
        R(x)[1, "kind"] = "w"
    assert 'whose categories are "u", "v"' in str(raised.value)
    advice = re.search(r"add it first, (.*), in R (.*)", str(raised.value))
    exec(advice[1], {"x": x})
    R(x)[1, "kind"] = "w"
    assert x["kind"].tolist()[:3] == ["w", "v", "u"]
    assert advice[2] == advice[1].replace(" = ", " <- ").replace(".", "$")
    R(x)[2:3, "kind"] = None  # a missing one needs no category
    R(x)[1, "kind"] = np.nan
    assert x["kind"].isna().tolist() == [True, True, True, True]


@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_an_unknown_column_is_refused_with_what_adds_it(dialect):
    x = cars()
    with pytest.raises(errors.SubscriptLabelError, match='"gear" is not a label') as raised:
        R(x, dialect=dialect)[:, "gear"] = [4, 3, 5, 4]
    assert raised.value.label == "gear"
    advice = re.search(r'(x\["gear"\] = value) adds a column, in R', str(raised.value))
    exec(advice[1], {"x": x, "value": [4, 3, 5, 4]})
    assert R(x)[:, "gear"].tolist() == [4, 3, 5, 4]
    for act in (
        lambda: R(x)[:, "gears"],
        lambda: R(x).__setitem__(("Fiat", "gear"), 1),
    ):
        with pytest.raises(errors.SubscriptLabelError) as other:
            act()
        assert "adds a column" not in str(other.value)


def test_assigning_to_a_copy_leaves_the_table():
    x = cars()
    y = r_assign(x, "Hornet", "mpg", value=0)
    assert (x.loc["Hornet", "mpg"], y.loc["Hornet", "mpg"]) == (21.4, 0)
    series = r_assign(x["mpg"], 1, value=0)
    assert (x["mpg"].iloc[0], series.iloc[0], series.name) == (21.0, 0, "mpg")


def test_columns_with_equal_names_are_written_by_position():
    x = pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"])
    R(x)[:, 2] = [8, 9]
    assert x.to_numpy().tolist() == [[1, 8], [3, 9]]


TABLE_CASES = [
    case for case in cases() if len(case["shape"]) in (1, 2) and case["dialect"] == "tensor"
]


def test_the_corpus_on_tables():
    outcomes = dict.fromkeys(("as R", "refused"), 0)
    for case in TABLE_CASES:
        array = tensor_of(case)
        x = pd.DataFrame(array) if array.ndim == 2 else pd.Series(array)
        subscripts = (case["subscripts"],)
        try:
            if "value" in case:
                ours = r_assign(x, *subscripts, value=value_of(case))
            else:
                ours = r_slice(x, *subscripts, drop=case.get("drop", True))
        except errors.UnsupportedTensorError:
            outcomes["refused"] += 1  # a new axis
            continue
        except errors.PybridgeError as error:
            outcome = "as R" if case["expected"].get("error") == error.r_class else str(case)
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
            continue
        assert list(np.shape(ours)) == case["expected"]["shape"], case
        assert np.ravel(ours).tolist() == case["expected"]["values"], case
        outcomes["as R"] += 1
    assert set(outcomes) == {"as R", "refused"}
    assert outcomes["refused"] < outcomes["as R"] / 4


def test_iteration_length_and_membership():
    x = cars()
    assert len(R(x)) == 4
    pd.testing.assert_series_equal(next(iter(R(x))), x.iloc[0])
    assert 8 in R(x["cyl"])


def test_positions_of_a_column():
    x = cars()
    assert which(x["cyl"] == 6).tolist() == [1, 3]
    assert which(pd.Series([True, None, True], dtype="boolean")).tolist() == [1, 3]
    assert order(x["mpg"]).tolist() == [4, 1, 3, 2]
    assert which_max(x["mpg"]) == 2
    with pytest.raises(errors.UnsupportedTensorError, match="a pandas table"):
        which(x)


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [1, 2, 3]])
def test_a_column_of_memory_that_never_changes_is_refused_and_stays(values):
    array = np.array(values)
    array.flags.writeable = False
    column = pd.Series(array, copy=False)
    for subscripts in (1, slice(None), [3, 1]):
        with pytest.raises(errors.ImmutableTensorError, match=r"write to its `copy\(\)`"):
            R(column)[subscripts] = 9
    assert column.tolist() == values
    assert r_assign(column, 2, value=9).tolist() == [values[0], 9, values[2]]
