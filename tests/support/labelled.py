"""An xarray.DataArray with dims, coordinates of several kinds, attributes and a name."""

import numpy as np
import xarray as xr

IRIS = np.arange(1.0, 25).reshape(2, 3, 4)


def labelled(values=IRIS):
    return xr.DataArray(
        values.copy(),
        dims=("species", "year", "part"),
        coords={
            "species": ["setosa", "virginica"],
            "part": ["Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width"],
            "year": [1935, 1936, 1937],
            "garden": (("species", "part"), np.arange(8).reshape(2, 4)),
            "by": "Fisher",
        },
        attrs={"unit": "cm"},
        name="iris",
    )
