"""Every verb on every kind of array on a device: right, and still there, or an error of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from backends.devices import ON_A_DEVICE, OnADevice
from device_runs import DEVICE, places
from product.kind import Kind
from product.kinds import LIBRARIES
from product.running import FOREIGN, SERVED, WRONG, outcome
from product.verbs import VERBS

FEW = ("int64", "float64", "bool")
"""The kinds of JAX's arrays where no device is named: each takes half a minute to compile."""
WITHOUT_VALUES = ("meta", "fake", "fake, outside its mode", "deleted")
"""Kinds that are on no device."""
ASKS_FOR_VALUES = {"to_r", "protocols", "as a subscript", "as a value"}
"""Groups of verbs that give elements to Python, or whose result depends on each."""
ASKS_FOR_ONE = {"which", "order", "which_max", "which_min", "Summary", "mean", "sort", "Math"}
"""Groups that may ask for single elements: how many are true, whether one is missing, bounds."""

CONSTANT = [VERBS[group]["of nothing"] for group in ("order", "which_max")]
"""What depends on no element: compiled, it is a constant, which JAX puts on its default device."""


def kinds_on(adapter: OnADevice) -> Iterator[tuple[str, Kind]]:
    """Yield the kinds of arrays of a library on a device; those that it lacks are printed.

    TensorFlow's graphs are left out: there the library chooses the device.
    """
    for name, kind in LIBRARIES[adapter.library]():
        is_left_out = not DEVICE and adapter.library == "jax" and name not in FEW
        in_graph = kind.is_traced and adapter.library in ("tensorflow", "keras")
        if is_left_out or in_graph or name in WITHOUT_VALUES:
            continue
        try:
            adapter.made_there(kind.make)
        except Exception as error:  # such as 64-bit reals on "mps"
            print(f"not on the device: {name}: {(str(error).splitlines() or [''])[0]}")
            continue
        make = lambda kind=kind: adapter.made_there(kind.make)  # noqa: E731
        moved = replace(kind, make=make)
        if not adapter.has_values:
            moved = replace(moved, elements=[[None] * 3] * 2, element=None)
        yield name, moved


def judged(adapter: OnADevice, kind: Kind, verb: Any) -> tuple[str, str, list[str]]:
    """Return the outcome of a verb on a device, and what was copied to the host."""
    copied: list[str] = []
    elsewhere: list[str] = []

    def run(act: Any, x: Any) -> Any:
        with adapter.scope(), adapter.counting() as copies:
            try:
                result = kind.run(act, x)
            finally:
                copied.extend(copies)
        is_constant = kind.is_traced and verb in CONSTANT
        if adapter.serves(result) and not is_constant and not adapter.is_there(result):
            elsewhere.append(adapter.where(result))
        return result

    found, text = outcome(replace(kind, run=run), verb)
    if elsewhere:
        return WRONG, f"the result is on {elsewhere[0]}", copied
    return found, text, copied


@pytest.mark.parametrize(("name", "device"), places(), ids=[" ".join(pair) for pair in places()])
def test_each_verb_is_right_and_stays_on_the_device(name, device):
    adapter = ON_A_DEVICE[name](device)
    outcomes: Counter[str] = Counter()
    bad, copying = [], []
    for kind_name, kind in kinds_on(adapter):
        for group, forms in VERBS.items():
            for form, verb in forms.items():
                found, text, copied = judged(adapter, kind, verb)
                outcomes[found] += 1
                where = f"{kind_name}, {group}, {form}"
                if found in (WRONG, FOREIGN):
                    bad.append(f"{found}: {where}: {text}")
                if group in ASKS_FOR_ONE:
                    copied = [each for each in copied if each not in ("shape ()", "shape (1,)")]
                if copied and group not in ASKS_FOR_VALUES:
                    copying.append(f"{where}: {copied}")
    print(f"{name} {device}: {dict(outcomes)}")
    assert bad == [], "\n".join(bad)
    assert copying == [], "\n".join(copying)
    assert outcomes[SERVED] > 50
