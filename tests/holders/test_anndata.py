"""AnnData by position and by name, in memory and on disk: its own brackets are the oracle."""

import numpy as np
import pandas as pd
import pytest

from pybridge import NA, R, all_but, errors, explain, r_assign, r_slice, result_shape

ad = pytest.importorskip("anndata", reason="AnnData is not installed")
sparse = pytest.importorskip("scipy.sparse")

CELLS = [f"cell{k}" for k in range(1, 8)]
GENES = ["CD3D", "MS4A1", "NKG7", "LYZ"]
VALUES = np.arange(28.0).reshape(7, 4) * (np.arange(28).reshape(7, 4) % 3 > 0)


def make(matrix=np.asarray):
    x = ad.AnnData(
        matrix(VALUES),
        obs=pd.DataFrame({"group": list("aababbb")}, index=CELLS),
        var=pd.DataFrame({"length": [10, 20, 30, 40]}, index=GENES),
        layers={"doubled": matrix(VALUES * 2)},
        obsm={"umap": np.arange(14.0).reshape(7, 2)},
    )
    x.uns["source"] = "made here"
    return x


MATRICES = [np.asarray, sparse.csr_matrix, sparse.csc_matrix, sparse.csr_array]
PIECES = [
    (slice(1, 3), slice(0, 3)),
    (slice(3, NA), slice(2, None)),
    (slice(None), slice(None)),
    ([4, 1, 2], [3, 0, 1]),
    (2, slice(1, 2)),
    (-1, slice(-1, None)),
    (slice(3, 2), slice(2, 0, -1)),
]


def assert_equals(ours, theirs):
    assert isinstance(ours, ad.AnnData)
    assert ours.shape == theirs.shape
    pd.testing.assert_frame_equal(ours.obs, theirs.obs)
    pd.testing.assert_frame_equal(ours.var, theirs.var)
    for one, other in [
        (ours.X, theirs.X),
        (ours.layers["doubled"], theirs.layers["doubled"]),
        (ours.obsm["umap"], theirs.obsm["umap"]),
    ]:
        assert type(one) is type(other)
        np.testing.assert_array_equal(dense(one), dense(other))


def dense(x):
    return x.toarray() if hasattr(x, "toarray") else np.asarray(x)


@pytest.mark.parametrize("matrix", MATRICES, ids=lambda matrix: matrix.__name__)
@pytest.mark.parametrize("rows", PIECES, ids=str)
@pytest.mark.parametrize("columns", PIECES, ids=str)
def test_positions_select_as_its_own_brackets_do(matrix, rows, columns):
    x = make(matrix)
    indices = [
        np.atleast_1d(np.arange(n)[i]) for n, i in zip(x.shape, (rows[1], columns[1]), strict=True)
    ]
    assert_equals(R(x)[rows[0], columns[0]], x[indices[0], :][:, indices[1]])


def test_names_select_observations_and_variables():
    x = make(sparse.csr_matrix)
    names = ["LYZ", "CD3D"]
    assert_equals(R(x)[1:3, names], x[:3, names])
    assert_equals(R(x)[["cell5", "cell2"]], x[["cell5", "cell2"]])
    assert_equals(r_slice(x, "2:3, 'LYZ'"), x[1:3, ["LYZ"]])
    assert_equals(R(x)[x.obs["group"] == "a", ...], x[(x.obs["group"] == "a").to_numpy()])
    assert_equals(r_slice(x, "-1, -2", dialect="base"), x[1:, [0, 2, 3]])
    assert_equals(r_slice(x, "1, ", dialect="base"), x[:1])


@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_it_is_explained_as_it_is_selected(dialect):
    x = make()
    alone = (
        [("cell2", slice(None)), ([4, 1], all_but("LYZ"))] if dialect == "tensor" else [(-1, "LYZ")]
    )
    for subscripts in [(slice(1, 3), "CD3D"), (1, 2), *alone]:
        selected = R(x, dialect=dialect)[subscripts]
        explanation = explain(x, *subscripts, dialect=dialect)
        assert explanation.result_shape == selected.shape
        assert result_shape(x, *subscripts, dialect=dialect) == selected.shape
        assert "goes" not in str(explanation)
        assert "drops an axis" not in str(explanation)
        np.testing.assert_array_equal(eval(explanation.python, {"x": VALUES, "np": np}), selected.X)


def test_names_that_are_not_there_and_what_is_not_served():
    x = make()
    with pytest.raises(errors.SubscriptLabelError, match="nearest"):
        R(x)[:, "CD3"]
    with pytest.raises(errors.SubscriptLabelError, match=r"but of axis 2.*`\[, \"CD3D\"\]`"):
        R(x)["CD3D"]
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(x)[8]
    with pytest.raises(errors.UnsupportedTensorError, match=r"x\.X"):
        R(x)[1, 1] = 5
    with pytest.raises(errors.UnsupportedTensorError, match=r"^an AnnData is not .*; .*x\.X"):
        r_assign(x, 1, 1, value=5)
    for subscripts in (None, (np.ones((7, 4), bool),), (np.array([[1, 2]]),)):
        with pytest.raises(errors.UnsupportedTensorError):
            R(x)[subscripts]
    with pytest.raises(errors.MissingValueError):
        R(x, dialect="base")[[1, NA], :]
    for act in (lambda: 1 in R(x), lambda: bool(R(x[:1, :1])), lambda: np.asarray(R(x))):
        with pytest.raises(errors.UnsupportedTensorError, match="not one array"):
            act()
    assert len(R(x)) == 7
    assert_equals(next(iter(R(x))), x[:1])


@pytest.mark.parametrize("matrix", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_one_on_disk_is_read_in_parts(matrix, tmp_path):
    make(matrix).write_h5ad(tmp_path / "x.h5ad")
    x = ad.read_h5ad(tmp_path / "x.h5ad", backed="r")
    part = R(x)[2:4, ["MS4A1", "LYZ"]]
    assert part.isbacked
    assert list(part.obs_names) == CELLS[1:4]
    np.testing.assert_array_equal(dense(part.to_memory().X), VALUES[1:4][:, [1, 3]])
    x.file.close()


def test_its_parts_are_written_by_their_own_brackets():
    x = make(sparse.csr_matrix)
    R(x.obs)[1:2, "group"] = ["c", "d"]
    assert x.obs["group"].tolist()[:3] == ["c", "d", "b"]


def test_a_view_of_a_view_of_a_file_is_refused_in_our_words(tmp_path):
    make().write_h5ad(tmp_path / "a.h5ad")
    whole = ad.read_h5ad(tmp_path / "a.h5ad", backed="r")
    assert R(whole)[2:4].shape == whole[1:4].shape
    with pytest.raises(errors.UnsupportedTensorError, match=r"x\.to_memory\(\)"):
        R(whole[1:4])[1:1]
    whole.file.close()
