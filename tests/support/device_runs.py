"""Run tests on the device PYBRIDGE_TEST_DEVICE, and name the adapters on which no test ran.

The device is "cuda", "mps", "cpu:1" or "meta". Where none is named, the tests in tests/devices run
on what every machine has: the second of two devices that JAX makes of the processor, and PyTorch's
device "meta". All other tests keep to the CPU, so that a machine with a GPU gives the results of
one without.
"""

from __future__ import annotations

import os
import re

import pytest
from backends.adapter import AdapterName

EVERYWHERE = (
    (AdapterName.JAX_ON_A_DEVICE, "cpu:1"),
    (AdapterName.TORCH_ON_A_DEVICE, "meta"),
)
"""The devices that every machine has."""
DEVICE = os.environ.get("PYBRIDGE_TEST_DEVICE", "")
SEVERAL = "xla_force_host_platform_device_count"
ADAPTER = "adapter"
"""The property of a report that names an adapter."""


def prepare(device: str) -> None:
    """Say before any library starts which devices there are."""
    if device.partition(":")[0] in ("", "cpu", "meta"):
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    flags = os.environ.get("XLA_FLAGS", "")
    if SEVERAL not in flags:
        number = re.fullmatch(r"cpu:(\d+)", device)
        count = max(2, int(number[1]) + 1 if number else 2)
        os.environ["XLA_FLAGS"] = f"{flags} --{SEVERAL}={count}".strip()


prepare(DEVICE)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """End a run on a device that no library has, before any test runs."""
    if DEVICE and not hasattr(config, "workerinput"):
        from backends.devices import on_device

        found, lacking = on_device(DEVICE)
        if not found:
            pytest.exit(no_device(DEVICE, lacking), returncode=1)
        config.stash[LACKING] = lacking


LACKING = pytest.StashKey[list[str]]()


def places() -> list[tuple[AdapterName, str]]:
    """Return the adapters and the devices on which the tests in tests/devices run."""
    if not DEVICE:
        return list(EVERYWHERE)
    from backends.devices import on_device

    return [(name, DEVICE) for name in on_device(DEVICE)[0]]


def no_device(device: str, lacking: list[str]) -> str:
    """Return that no library has a device, and what each says."""
    lines = "".join(f"\n  {text}" for text in lacking)
    return (
        f"no test ran: no library has a device {device!r} on this machine; run the tests on one "
        f"that has it.{lines}"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note the adapters that a test is about; the notes travel with its report."""
    call = getattr(item, "callspec", None)
    for value in call.params.values() if call else ():
        if isinstance(value, AdapterName):
            item.user_properties.append((ADAPTER, str(value)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the adapters on which no test ran, where any test ran on one."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    ran = {
        value
        for report in reports
        for key, value in getattr(report, "user_properties", ())
        if key == ADAPTER
    }
    if ran:
        missing = [name for name in AdapterName if name not in ran]
        terminalreporter.write_line(
            f"adapters on which no test ran: {', '.join(missing) or 'none'}"
        )
    for text in terminalreporter.config.stash.get(LACKING, []):
        terminalreporter.write_line(f"without the device {DEVICE!r}: {text}")
