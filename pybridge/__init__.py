"""R-style subscripts, row-major reshaping and recycling for NumPy and the tensor libraries."""

from pybridge.explaining import explain
from pybridge.explaining_shapes import explain_shapes
from pybridge.recycling import broadcast, recycle, recycled
from pybridge.reshaping import array_reshape
from pybridge.subscripts import NA, Subscripts, newaxis
from pybridge.subsetting import R, r_assign, r_slice, r_subscripts, result_shape

__version__ = "0.1.0"

__all__ = [
    "NA",
    "R",
    "Subscripts",
    "array_reshape",
    "broadcast",
    "explain",
    "explain_shapes",
    "newaxis",
    "r_assign",
    "r_slice",
    "r_subscripts",
    "recycle",
    "recycled",
    "result_shape",
]
