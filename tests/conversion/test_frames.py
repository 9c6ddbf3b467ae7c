"""Lists, dicts and data frames, and what Keras reports of a training."""

import sys

import keras
import numpy as np
import pandas as pd
import pytest
from conversion_oracle import assert_identical, r_value

from pybridge import errors
from pybridge.conversion import from_r, to_r
from pybridge.errors import ConversionError


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([], "list()"),
        ((), "list()"),
        ([1.5, 2.5], "c(1.5, 2.5)"),
        ((True, False), "c(TRUE, FALSE)"),
        ([1, 2], "c(1, 2)"),
        (["a", "é"], 'c("a", "\\u00e9")'),
        ([np.uint8(1), np.uint8(2)], "1:2"),
        ([1, 2.5], "list(1, 2.5)"),
        ([1, "a", None], 'list(1, "a", NULL)'),
        ([[1.0, 2.0], [3.0]], "list(c(1, 2), 3)"),
        ([np.arange(3, dtype="i4"), np.eye(2)], "list(0:2, diag(2))"),
        ([np.zeros((2, 3, 5)), "x", [b"\1"]], 'list(array(0, c(2, 3, 5)), "x", list(as.raw(1)))'),
        ([{"a": [1.0]}, None], "list(list(a = 1), NULL)"),
    ],
)
def test_lists(value, code):
    assert_identical(to_r(value), code)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({}, "data.frame()"),
        ({"x": np.arange(3, dtype="i4")}, "data.frame(x = 0:2)"),
        (
            {"n": np.array([1.5, 2.5]), "s": np.array(["a", "é"]), "b": [True, False]},
            'data.frame(n = c(1.5, 2.5), s = c("a", "\\u00e9"), b = c(TRUE, FALSE))',
        ),
        ({"not a name": [1.0, 2.0]}, 'data.frame("not a name" = c(1, 2), check.names = FALSE)'),
        ({"loss": 0.25, "accuracy": np.float32(0.5)}, "data.frame(loss = 0.25, accuracy = 0.5)"),
        ({"x": np.zeros(0), "s": np.zeros(0, "U1")}, "data.frame(x = 0, s = 'a')[0, ]"),
        ({"x": np.ma.array([1, 2], mask=[True, False])}, "data.frame(x = c(NA, 2))"),
        (
            {"p": np.array([[1, 2, 3], [4, 5, 6]], "i2"), "y": [1.0, 2.0]},
            "x <- data.frame(y = c(1, 2)); x$p <- matrix(c(1L,4L,2L,5L,3L,6L), 2); x[2:1]",
        ),
        (
            {"x": pd.Series([1.5, 2.5], ["u", "v"]), "d": np.array([0, 1], "M8[D]")},
            "data.frame(x = c(1.5, 2.5), d = as.Date(c(0, 1)))",
        ),
    ],
)
def test_a_dict_is_a_data_frame_where_that_is_asked_for(value, code):
    assert_identical(to_r(value, mapping="data.frame"), code)


def test_a_dict_is_a_named_list():
    value = {"a": np.zeros(2), "b": {"c": "x"}, "d": None, "e": [1, "u"]}
    code = 'list(a = c(0, 0), b = list(c = "x"), d = NULL, e = list(1, "u"))'
    assert_identical(to_r(value), code)
    back = from_r(r_value(code))
    assert list(back) == ["a", "b", "d", "e"]
    assert back["a"].tolist() == [0, 0]
    assert back["b"]["c"].tolist() == ["x"]
    assert back["d"] is None
    assert [entry.tolist() for entry in back["e"]] == [[1.0], ["u"]]


def test_policies_reach_every_element():
    columns = {"k": np.array([2**60, 1]), "x": np.array([np.nan, 1.0])}
    value = to_r(columns, int64="character", na="float", mapping="data.frame")
    code = 'data.frame(k = c("1152921504606846976", "1"), x = c(NA, 1))'
    assert_identical(value, code)
    back = from_r(r_value("list(a = list(c(1L, NA)), b = c(NA, TRUE))"), na="float")
    np.testing.assert_array_equal(back["a"][0], [1.0, np.nan])
    np.testing.assert_array_equal(back["b"], [np.nan, 1.0])
    copied = from_r(r_value("list(x = c(1, 2))"), copy=True)
    copied["x"][0] = 9
    assert copied["x"].tolist() == [9, 2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [1.0, 2.0], "b": [1.0]}, "column 'b' has 1 rows, and column 'a' has 2"),
        ({"a": [1.0], "b": [1, "x"]}, "column 'b' is not an array"),
        ({"a": None}, "column 'a' is not an array"),
        ({1: [1.0]}, "names in R are text, and 1 is not"),
        ({"a": np.array([2**60])}, r"column 'a': element \[1\] is 1152921504606846976"),
        ([1.0, [np.array([2**60])]], r"element 2: element 1: element \[1\] is 1152921504606846976"),
    ],
)
def test_what_makes_no_data_frame_is_refused(value, message):
    with pytest.raises(ConversionError, match=message):
        to_r(value, mapping="data.frame")


def test_records_with_fields_of_objects_are_columns_of_one_kind():
    fields = [("n", "i4"), ("o", "O")]
    found = to_r(np.array([(1, "a"), (2, None)], fields))
    assert_identical(found, "data.frame(n = 1:2, o = c('a', NA))")
    with pytest.raises(ConversionError, match="its entries are objects, which no R vector holds"):
        to_r(np.array([(1, "a"), (2, object())], fields))


def test_without_pandas_a_data_frame_arrives_as_a_dict_of_columns(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    code = """
        x <- data.frame(i = 1:3, d = c(0.5, NA, 2), l = c(TRUE, FALSE, TRUE), s = c("a", "b", "é"),
                        f = as.Date(1:3))
        x$m <- matrix(1:6, 3); x
    """
    found = from_r(r_value(code))
    assert list(found) == ["i", "d", "l", "s", "f", "m"]
    expected = {
        "i": np.array([1, 2, 3], "i4"),
        "d": np.array([0.5, np.nan, 2]),
        "l": np.array([True, False, True]),
        "s": np.array(["a", "b", "é"]),
        "f": np.array([1, 2, 3], "M8[D]"),
        "m": np.array([[1, 4], [2, 5], [3, 6]], "i4"),
    }
    for name, column in expected.items():
        assert found[name].dtype == column.dtype
        np.testing.assert_array_equal(found[name], column)
    assert not found["d"].flags.writeable
    assert from_r(r_value("data.frame()")) == {}
    assert from_r(r_value("cars"))["speed"].shape == (50,)
    with pytest.raises(ConversionError, match=r"column 'supp': a factor becomes .*as.character"):
        from_r(r_value("ToothGrowth"))
    for code in ("mtcars", "cars[3:2, ]"):
        with pytest.raises(
            ConversionError, match=r"has row names, such as .*pandas is not installed"
        ):
            from_r(r_value(code))
    assert from_r(r_value("as.list(mtcars)"))["cyl"].tolist()[:3] == [6, 6, 4]


def trained() -> keras.callbacks.History:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = np.arange(20.0).reshape(10, 2) / 20, np.arange(10) % 3
    return model.fit(x, y, epochs=4, validation_split=0.2, verbose=0)


def test_a_keras_history_is_a_data_frame_with_a_row_for_each_epoch():
    history = trained()
    frame = to_r(history)
    columns = ["epoch", "accuracy", "loss", "val_accuracy", "val_loss"]
    assert list(frame.names) == columns
    assert_identical(r_value("frame$epoch", frame=frame), "1:4")
    for name in columns[1:]:
        digits = ", ".join(f"{value!r}" for value in history.history[name])
        assert_identical(r_value(f"frame${name}", frame=frame), f"c({digits})")
    back = from_r(frame)
    assert back.pop("epoch").tolist() == [1, 2, 3, 4]
    assert back.to_dict("list") == history.history
    # It is what R's modelling and plotting functions take.
    slope = r_value("unname(coef(lm(loss ~ epoch, frame))[2])", frame=frame)
    assert slope[0] == pytest.approx(np.polyfit(range(1, 5), history.history["loss"], 1)[0])


def test_a_history_with_fewer_validations_than_epochs_is_refused_and_told_how():
    history = keras.callbacks.History()
    history.epoch = [0, 1, 2]
    history.history = {"loss": [3.0, 2.0, 1.0], "val_loss": [2.5]}
    with pytest.raises(
        ConversionError, match=r"1 values of 'val_loss' for 3 epochs, .*to_r\(history.history\)"
    ):
        to_r(history)
    assert_identical(to_r(history.history), "list(loss = c(3, 2, 1), val_loss = 2.5)")


def test_keras_metrics_and_predictions():
    history = trained()
    model = history.model
    x, y = np.arange(10.0).reshape(5, 2) / 10, np.arange(5) % 3
    metrics = model.evaluate(x, y, verbose=0, return_dict=True)
    assert_identical(
        to_r(metrics),
        f"list(accuracy = {metrics['accuracy']!r}, loss = {metrics['loss']!r})",
    )
    assert {name: column.item() for name, column in from_r(to_r(metrics)).items()} == metrics
    pair = model.evaluate(x, y, verbose=0)
    assert_identical(to_r(pair), f"c({pair[0]!r}, {pair[1]!r})")
    predicted = model.predict(x, verbose=0)
    assert predicted.dtype == "float32"
    value = to_r(predicted, dimnames=[None, ["a", "b", "c"]])
    assert_identical(r_value("dim(value)", value=value), "c(5L, 3L)")
    assert_identical(r_value("colnames(value)", value=value), 'c("a", "b", "c")')
    back = from_r(value)
    np.testing.assert_array_equal(back, predicted.astype("f8"))
    best = r_value("max.col(value)", value=value)
    assert list(best) == (predicted.argmax(1) + 1).tolist()
    frame = r_value("as.data.frame(value)", value=value)
    np.testing.assert_array_equal(from_r(frame)["b"], predicted[:, 1].astype("f8"))
    metric = keras.metrics.Mean()
    metric.update_state([1.0, 2.0])
    assert_identical(to_r(metric), "1.5")

    class Extremes(keras.metrics.Metric):
        def update_state(self, values):
            self.values = values

        def result(self):
            return {"least": min(self.values), "greatest": max(self.values)}

    extremes = Extremes()
    extremes.update_state([2.5, 0.5, 1.5])
    assert_identical(to_r(extremes), "list(least = 0.5, greatest = 2.5)")


def test_the_history_of_keras_in_r_arrives_as_a_dict():
    code = """structure(list(params = list(epochs = 2L), metrics = list(loss = c(0.5, 0.25))),
                        class = "keras_training_history")"""
    found = from_r(r_value(code))
    assert found["params"]["epochs"].tolist() == [2]
    assert found["metrics"]["loss"].tolist() == [0.5, 0.25]


def test_what_holds_itself_is_refused():
    loop = []
    loop.append(loop)
    for x in (loop, {"a": loop}):
        with pytest.raises(errors.ConversionError, match="contains itself"):
            to_r(x)
