"""Run in a process of its own: build, save or load functional models. Arguments: verbs, files.

`build` makes a model with every kind of subscript, saves it beside an input and what it gives.
`load` runs the saved model where pybridge cannot be imported, and prints "same".
"""

import sys

import numpy as np


def build(file):
    import keras

    from pybridge import NA, R, array_reshape, r_assign, r_slice

    x = keras.Input((4, 5, 3))
    position = keras.Input((), dtype="int32")
    outputs = [
        R(x)[:, 2],
        R(x)[:, -1, 2:4],
        R(x)[:, 4:1:-2, 5:1],
        R(x)[2:NA],
        R(x)[NA:NA:-1, 1],
        R(x)[-1],
        R(x)[[-1, 1]],
        R(x)[..., None, 2:3],
        R(x)[:, [3, 1, 3], :, [3, 1]],
        R(x)[:, :, [True, False, True, False, True]],
        R(x)[[[1, 1, 1, 1], [2, 4, 5, 3], [-1, -1, -1, -1]]],
        R(x)[:, position],
        r_slice(x, ", 2, c(5, 1), newaxis"),
        r_assign(x, slice(None), [3, 1], 5, value=-1),
        r_assign(x, slice(None), 2, slice(5, 1), value=R(x)[:, 1]),
        r_assign(x, 1, value=0),
        array_reshape(x, (-1, 20, 3)),
    ]
    model = keras.Model([x, position], outputs)
    assert not [layer for layer in model.layers if type(layer).__module__.startswith("pybridge")]
    shapes = [tuple(output.shape) for output in outputs]
    batch = np.arange(2.0 * 4 * 5 * 3, dtype="float32").reshape(2, 4, 5, 3)
    found = [keras.ops.convert_to_numpy(each) for each in model([batch, np.array([4, 2])])]
    for shape, each in zip(shapes, found, strict=True):
        assert all(size in (None, n) for size, n in zip(shape, each.shape, strict=True)), shape
    # by hand, in NumPy's own subscripts
    np.testing.assert_array_equal(found[0], batch[:, 1])
    np.testing.assert_array_equal(found[2], batch[:, 3::-2, ::-1])
    np.testing.assert_array_equal(found[6], batch[[1, 0]])
    np.testing.assert_array_equal(found[8], batch[:, [2, 0, 2]][..., [2, 0]])
    np.testing.assert_array_equal(
        found[10], [batch[0, 0, 0, 0], batch[1, 3, 4, 2], batch[1, 3, 4, 2]]
    )
    np.testing.assert_array_equal(found[11], batch[:, [3, 1]])
    assert (found[13][:, [0, 2], 4] == -1).all()
    assert (found[13] != batch).sum() == 12
    np.testing.assert_array_equal(found[14][:, 1, ::-1], batch[:, 0])
    assert not found[15][0].any()
    np.testing.assert_array_equal(found[15][1], batch[1])
    model.save(file)
    np.savez(file + ".npz", batch, *found)
    read_and_write_variables()


def load(file):
    sys.modules["pybridge"] = None  # any import of it now fails
    import keras

    model = keras.models.load_model(file)
    saved = np.load(file + ".npz")
    batch, *wanted = (saved[name] for name in saved.files)
    found = model([batch, np.array([4, 2])])
    assert len(found) == len(wanted) == 17
    for each, expected in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(each), expected)
    try:
        import pybridge  # noqa: F401
    except ImportError:
        print("same on", keras.backend.backend())
    del sys.modules["pybridge"]


def read_and_write_variables():
    import keras

    from pybridge import NA, R, r_assign, r_slice

    x = np.arange(1.0, 31, dtype="float32").reshape(2, 3, 5)
    variable = keras.Variable(x)
    read = keras.ops.convert_to_numpy
    np.testing.assert_array_equal(read(R(variable)[:, 3:1, [5, 1]]), x[:, ::-1][..., [4, 0]])
    np.testing.assert_array_equal(read(r_slice(variable, -1, dialect="base")), x.ravel("F")[1:])
    R(variable)[:, [3, 1, 3], slice(5, NA)] = np.arange(6.0).reshape(2, 3, 1)
    x[:, 2, 4], x[:, 0, 4] = [2, 5], [1, 4]
    np.testing.assert_array_equal(read(variable), x)
    updated = r_assign(variable, 1, R(variable)[1, 1, 1], value=-1)
    assert read(updated)[0, 0].tolist() == [-1] * 5
    np.testing.assert_array_equal(read(variable), x)
    print("same on", keras.backend.backend())


if __name__ == "__main__":
    for verb, file in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        {"build": build, "load": load}[verb](file)
