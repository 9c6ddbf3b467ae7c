"""JAX holds 64 bits here, so that the corpus keeps its dtype; tests of its default say so."""

import os

os.environ.setdefault("JAX_ENABLE_X64", "1")
