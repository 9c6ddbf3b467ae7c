"""What holds elements: arrays, variables, stores, tables and labelled arrays, under one contract.

`protocol` is the contract, `arrays` serves every library of dense and sparse arrays by the
primitives of its backend, `registry` finds the holder of an object.
"""

from pybridge.holders.registry import (
    ARRAYS_OF_NUMPY,
    LIBRARIES,
    find_holder,
    holder_of,
    open_array,
    open_tensor,
)

__all__ = ["ARRAYS_OF_NUMPY", "LIBRARIES", "find_holder", "holder_of", "open_array", "open_tensor"]
