"""R-style subscripts, row-major reshaping and recycling for NumPy and the tensor libraries."""

__version__ = "0.1.0"
