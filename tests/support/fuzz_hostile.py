"""Call pybridge from Python with odd arguments, and accept no error but its own.

    python tests/support/fuzz_hostile.py --calls 50000 --seconds 900 --seed 1

Tensors, subscripts, values and options are drawn from lists of odd ones, in any combination. A call
may give a result, or raise an error of pybridge with a short message, or Python's own TypeError
for a call that has the wrong arguments. Anything else is printed with the call, and so is a tensor
that a failed write has changed. A crash ends the process, and the call stands in the log before.
"""

import argparse
import collections
import copy
import datetime
import decimal
import fractions
import itertools
import operator
import random
import sys
import time
import warnings
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from backends import adapters  # noqa: E402, F401 -- sets the environment before any library starts

from pybridge import (  # noqa: E402
    NA,
    R,
    all_but,
    array_reshape,
    broadcast,
    errors,
    explain,
    explain_shapes,
    r_assign,
    r_slice,
    r_subscripts,
    recycle,
    result_shape,
)

LOOP: list = []
LOOP.append(LOOP)
DEEP: list = [1]
for _ in range(2000):
    DEEP = [DEEP]
Pair = collections.namedtuple("Pair", "a b")


class Shown:
    """An object that shows an array to NumPy."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        if isinstance(self.values, Exception):
            raise self.values
        return np.array(self.values)


class Unprintable:
    """An object that cannot print itself."""

    def __repr__(self):
        raise RuntimeError("no text")


class Index:
    """An object that is an integer to Python."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Truthless:
    """An object that has no truth value and no equality."""

    def __bool__(self):
        raise RuntimeError("no truth")

    def __eq__(self, other):
        raise RuntimeError("no equality")

    __hash__ = None


def scalars():
    """Return odd things that are one value."""
    return [
        *(0, 1, 2, 3, -1, -2, 7, 2**53, -(2**31), 2**63, -(2**63), 2**64, 10**30, -(10**400)),
        *(True, False, None, NA, ..., 1.0, 2.5, -0.0, 1e308, float("nan"), float("inf")),
        *(1j, 1 + 0j, "", "1", "a", "1:2", ", , ,", "c(1, 2)", "\0", "\ud800", "x" * 3000, b"1"),
        *(np.int8(1), np.uint64(2**64 - 1), np.float16(1), np.float64("nan"), np.bool_(True)),
        *(np.str_("1"), np.datetime64("2020-01-01"), np.timedelta64(1, "D"), np.void(b"ab")),
        *(fractions.Fraction(1, 2), decimal.Decimal("1"), datetime.date(2020, 1, 1)),
        *(Shown(1), Shown([1, 2]), Shown(ValueError("no")), Shown({"a": 1}), Unprintable()),
        *(Index(1), Index(10**30), Index(ValueError("no")), Truthless(), object(), int, len),
        *(range(0), range(1, 3), range(3, 0, -1), range(10**30), range(-(10**30), 5, 3)),
        *({}, {1: 2}, set(), {1}, frozenset({1}), iter([1]), (k for k in [1]), NotImplemented),
        *(np.ma.masked, np.newaxis, LOOP, DEEP, [], (), [[]], [[], [1]], bytearray(b"ab")),
        *(memoryview(b"ab"), Pair(1, 2), errors.PybridgeError("x"), slice(None), R(np.arange(3))),
    ]


def arrays():
    """Return odd arrays."""
    three = np.arange(1, 4)
    return [
        *(three, three.astype(float), three > 1, three[::-1], np.zeros(0), np.zeros(0, int)),
        *(np.zeros(0, bool), np.array(2), np.array(True), np.array(np.nan), np.array([np.nan, 1])),
        *(
            np.array([[1, 1], [2, 3]]),
            np.array([[1]]),
            np.ones((2, 3), bool),
            np.zeros((0, 2), int),
        ),
        *(np.zeros((3, 0), int), np.zeros((1, 1, 1), int), np.array(["a", "b"]), np.array([b"a"])),
        *(np.array([1, "a", None], object), np.array([1, NA], object), np.array(None, object)),
        *(np.ma.array([1, 2], mask=[True, False]), np.array([1, 2], ">i4"), np.array([1], "u8")),
        *(
            np.array([2**63], "u8"),
            np.array([1 + 1j]),
            np.array([(1, 2.0)], [("a", int), ("b", float)]),
        ),
        *(np.array(["2020"], "M8[Y]"), np.array([1], "m8[s]"), np.array([1], np.longdouble)),
        *(np.array(["x"], np.dtypes.StringDType()), np.arange(1, 4).view(np.recarray)),
        *(np.broadcast_to(np.array([1]), (3,)), np.array([1, -1], np.int8), np.array([0, 1])),
        *(np.array([1e300, -1e300]), np.zeros((1,) * 32, int), np.zeros((1,) * 64, int)),
    ]


def tensors(rng):
    """Return a new tensor, often of NumPy."""
    shape = rng.choice(
        [(), (1,), (3,), (2, 3), (2, 3, 4), (0,), (0, 3), (2, 0), (1,) * 33, (1,) * 64]
    )
    dtype = rng.choice(
        [
            *(int, float, bool, complex, object, np.dtypes.StringDType(), "V3"),
            *("u1", "i1", "u8", "f2", "f4", "U2", "S2", "M8[D]", "m8[s]", "g", ">f8", ">i4"),
            [("a", int), ("b", "f4")],
        ]
    )
    x = np.zeros(shape, dtype)
    kind = rng.random()
    if kind < 0.05:
        return rng.choice(scalars())
    if kind < 0.1:
        return rng.choice(arrays())
    if kind < 0.15:
        x.flags.writeable = False
    elif kind < 0.2 and x.ndim:
        x = x[::-1].T
    elif kind < 0.23:
        x = np.ma.masked_array(x)
    elif kind < 0.25 and x.ndim == 2:
        x = x.view(np.matrix)
    elif kind < 0.45:
        return other_tensor(rng, shape[:3] if len(shape) > 3 else shape)
    return x


def other_tensor(rng, shape):
    """Return a tensor of another library."""
    import dask.array as da
    import jax.numpy as jnp
    import keras
    import tensorflow as tf
    import torch

    dtype = rng.choice(["int32", "float32", "bool", "int64", "float64", "uint8"])
    x = np.zeros(shape, dtype)
    return rng.choice(
        [
            lambda: torch.tensor(x),
            lambda: torch.zeros(shape, dtype=torch.bfloat16),
            lambda: torch.zeros(shape, requires_grad=True),
            lambda: torch.zeros(shape).to_sparse(),
            lambda: torch.zeros(shape, device="meta"),
            lambda: torch.zeros(shape, dtype=torch.uint16),
            lambda: tf.constant(x),
            lambda: tf.Variable(x),
            lambda: tf.constant(x.astype(str)),
            lambda: jnp.asarray(x),
            lambda: keras.Variable(x.astype("float32")),
            lambda: keras.Input((3, 4)),
            lambda: da.from_array(x),
        ]
    )()


def subscript(rng):
    """Return one odd subscript."""
    kind = rng.random()
    plain = [
        1,
        2,
        -1,
        slice(None),
        slice(1, 2),
        [1, 2],
        [True, False],
        None,
        ...,
        slice(NA, NA, -1),
    ]
    if kind < 0.4:
        return rng.choice(plain)
    if kind < 0.45:
        return all_but(*[subscript(rng) for _ in range(rng.randint(0, 3))])
    if kind < 0.65:
        return rng.choice(scalars())
    if kind < 0.8:
        return rng.choice(arrays())
    if kind < 0.9:
        return slice(*(rng.choice([NA, None, 1, 2, -1, *scalars()[:60]]) for _ in range(3)))
    entries = [rng.choice([1, 2, -1, *scalars()]) for _ in range(rng.randint(0, 4))]
    return entries if kind < 0.97 else tuple(entries)


def value(rng):
    """Return one odd value."""
    kind = rng.random()
    if kind < 0.3:
        return rng.choice([0, 1, 1.5, [1, 2, 3], [[1, 2, 3], [4, 5, 6]], np.zeros(3), "a"])
    if kind < 0.5:
        return rng.choice(arrays())
    if kind < 0.65:
        return tensors(rng)
    if kind < 0.75:
        return [rng.choice(scalars()) for _ in range(rng.randint(0, 3))]
    return rng.choice(scalars())


def options(rng, *names):
    """Return odd options, most often none."""
    usual = {"dialect": ["tensor", "base", "base"], "order": ["C", "F"], "drop": [True, False]}
    usual["align"] = ["trailing", "leading"]
    found = {}
    for name in names:
        if rng.random() < 0.3:
            found[name] = rng.choice(usual[name] if rng.random() < 0.8 else scalars() + arrays())
    return found


def call(rng):
    """Return a name, the tensors that must stay as they are if it fails, and what to call."""
    x = tensors(rng)
    written = tuple(subscript(rng) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3, 5, 64])))
    given = value(rng)
    match rng.randint(0, 13):
        case 0 | 1 | 2:
            some = options(rng, "dialect", "order", "drop")
            return "r_slice", x, lambda: r_slice(x, *written, **some)
        case 3 | 4:
            some = options(rng, "dialect")
            return "R[]", x, lambda: R(x, **some)[written[0] if len(written) == 1 else written]
        case 5 | 6 | 7:
            some = options(rng, "dialect", "order")
            return "r_assign", x, lambda: r_assign(x, *written, value=given, **some)
        case 8 | 9:
            some = options(rng, "dialect")
            return "R[]=", x, lambda: operator.setitem(R(x, **some), written, given)
        case 10:
            shape = rng.choice([(), (3,), (2, 3), subscript(rng), value(rng)])
            some = options(rng, "dialect", "drop")
            return "result_shape", x, lambda: result_shape(shape, *written, **some)
        case 11:
            dim = rng.choice([subscript(rng), value(rng), [-1], [3, 2], [2, NA, 1]])
            return "array_reshape", x, lambda: array_reshape(x, dim, **options(rng, "order"))
        case 12:
            y = tensors(rng)
            act = rng.choice([recycle, broadcast, explain_shapes])
            return act.__name__, x, lambda: act(x, y)
    act = rng.choice(
        [
            *(list, len, bool, reversed, iter, np.asarray, copy.copy, repr, hash),
            *(lambda r: 1 in r, lambda r: given in r, lambda r: r + given, lambda r: r == given),
        ]
    )
    if rng.random() < 0.3:
        texts = ["1:3, , -1", "x[" + "1," * 70, given if isinstance(given, str) else "1"]
        text = rng.choice(texts)
        return "explain", x, lambda: explain(rng.choice([(3,), (2, 3, 4), given]), text)
    if rng.random() < 0.3:
        return "r_subscripts", x, lambda: str(r_subscripts(*written))
    return "protocol", x, lambda: act(R(x))


PYTHONS_OWN = (TypeError,)
"""What Python raises for a call with wrong arguments, and for a protocol that is not there."""


def is_fair(name, error):
    """Return whether an error is one that a user may meet."""
    if isinstance(error, MemoryError):
        return True
    if isinstance(error, errors.PybridgeError):
        return 10 < len(str(error)) < 500
    if name == "protocol":
        return isinstance(error, PYTHONS_OWN)
    return False


def contents(x):
    """Return the contents of an array, to see whether they change."""
    return np.asarray(x).tobytes() if isinstance(x, np.ndarray) and not x.dtype.hasobject else None


def main() -> int:
    """Make the calls and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=50_000, help="how many calls to make")
    parser.add_argument("--seconds", type=float, default=900, help="when to stop at the latest")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same calls")
    parser.add_argument("--log", action="store_true", help="name each call before it is made")
    parser.add_argument("--first", type=int, default=0, help="the call to begin with")
    chosen = parser.parse_args()
    began = time.monotonic()
    found: dict[str, str] = {}
    counts: collections.Counter[str] = collections.Counter()
    for k in itertools.count(chosen.first):
        if k == chosen.first + chosen.calls or time.monotonic() - began > chosen.seconds:
            break
        rng = random.Random(f"{chosen.seed}/{k}")
        name, x, act = call(rng)
        if chosen.log:
            print(k, name, file=sys.stderr, flush=True)
        before = contents(x)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                act()
                counts["results"] += 1
            except Exception as error:
                counts["errors"] += 1
                if contents(x) != before:
                    found.setdefault(f"{name} changed its tensor and failed", f"call {k}")
                if not is_fair(name, error):
                    first = str(error).strip().splitlines()[:1] or [""]
                    text = f"{name}: {type(error).__name__}: {first[0][:70]}"
                    found.setdefault(text, f"call {k}")
    for text, where in found.items():
        print(f"{where}: {text}")
    print(f"{k} calls: {dict(counts)}, {len(found)} kinds of foreign errors")
    return 1 if found or k == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
