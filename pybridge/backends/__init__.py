"""The libraries that pybridge serves: one module for each, under one contract.

`protocol` is the contract, `traits` what each declares about its arrays, `registry` which library
a tensor belongs to.
"""

from pybridge.backends.registry import LIBRARIES, NUMPY, backend_of, find_backend, open_tensor

__all__ = ["LIBRARIES", "NUMPY", "backend_of", "find_backend", "open_tensor"]
