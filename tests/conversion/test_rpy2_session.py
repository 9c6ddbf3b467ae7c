"""R started by others, in a thread or not at all; interrupts and forks: no crash and no hang."""

import pytest
from conversion_process import run
from conversion_signals import interrupt
from processes import ROOT, python

ROUND_TRIP = """
    import numpy as np
    from pybridge.conversion import from_r, to_r

    def round_trip():
        x = np.arange(30, dtype="int16").reshape(2, 3, 5)
        back = from_r(to_r(x))
        assert back.tolist() == x.tolist() and back.dtype == "int32"
        assert from_r(to_r(np.zeros((2000, 2000)))).shape == (2000, 2000)
        try:
            to_r(np.broadcast_to(np.float32(0), (2**20, 2**20)))
        except ValueError as error:
            print(type(error).__name__)

    def in_a_thread():
        import threading
        failures = []
        def work():
            try:
                round_trip()
            except BaseException as error:
                failures.append(error)
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        if failures:
            raise failures[0]
"""


def test_importing_starts_no_r_and_no_rpy2():
    out = run(
        """
        import sys
        import pybridge, pybridge.conversion
        print([name for name in ("rpy2", "torch", "tensorflow", "jax") if name in sys.modules])
        """
    )
    assert out == "[]\n"


def test_without_rpy2_the_error_says_what_is_missing():
    out = run(
        """
        import sys
        sys.modules["rpy2"] = None
        from pybridge.conversion import to_r
        try:
            to_r(1)
        except ImportError as error:
            print(error)
        """
    )
    assert out == "conversion needs rpy2 and R: install the extra `rpy2` of this package\n"


def test_the_first_conversion_may_be_in_a_worker_thread():
    assert run(ROUND_TRIP + "\n    in_a_thread()\n    round_trip()\n") == "ConversionError\n" * 2


def test_many_threads_may_be_first_at_once():
    pytest.importorskip("rpy2", reason="needs rpy2, which is not installed")
    out = run(
        ROUND_TRIP
        + """
    import threading
    from pybridge.conversion.rpy2_host import r_host
    found = []
    together = threading.Barrier(6)
    def work():
        together.wait()
        round_trip()
        found.append(id(r_host()))
    workers = [threading.Thread(target=work) for _ in range(6)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    print(len(found), len(set(found)))
"""
    )
    assert out.endswith("6 1\n")


@pytest.mark.parametrize("where", ["round_trip", "in_a_thread"])
def test_r_may_have_been_started_by_someone_else(where):
    start = """
    import ctypes, os, subprocess, warnings
    warnings.simplefilter("error")
    home = subprocess.run(["R", "RHOME"], capture_output=True, text=True).stdout.strip()
    os.environ["R_HOME"] = home
    lib = ctypes.CDLL(home + "/lib/libR.so")
    arguments = (ctypes.c_char_p * 3)(b"R", b"--vanilla", b"--quiet")
    lib.Rf_initEmbeddedR(3, arguments)
    limit = ctypes.c_size_t.in_dll(lib, "R_CStackLimit")
    before = limit.value
    """
    out = run(start + ROUND_TRIP + f"\n    {where}()\n    print(limit.value == before < 2**40)\n")
    assert out == "ConversionError\nTrue\n"


def test_no_converter_needs_to_be_active_and_none_is_left_active():
    out = run(
        ROUND_TRIP
        + """
    import sys
    round_trip()
    print("rpy2.robjects" in sys.modules)
    import rpy2.robjects as ro
    before = ro.conversion.get_conversion()
    with (ro.default_converter).context():
        round_trip()
    round_trip()
    print(ro.conversion.get_conversion() is before, type(ro.r("1:2")).__name__)
"""
    )
    assert out.split() == [
        "ConversionError",
        "False",
        "ConversionError",
        "ConversionError",
        "True",
        "IntVector",
    ]


@pytest.mark.parametrize(("dtype", "result"), [("u1", 4), ("?", 4), ("i8", 8), ("f4", 8)])
def test_peak_memory_is_at_most_the_result(dtype, result):
    out = run(
        f"""
        import numpy as np
        from pybridge.conversion import to_r

        def status(field):
            with open("/proc/self/status") as lines:
                return next(int(line.split()[1]) for line in lines if line.startswith(field))

        x = np.ones((20000, 28, 28), {dtype!r})
        to_r(x[:2])
        with open("/proc/self/clear_refs", "w") as clear:
            clear.write("5")
        before = status("VmRSS")
        value = to_r(x)
        print((status("VmHWM") - before) * 1024 / (x.size * {result}))
        """
    )
    assert 0.9 < float(out) < 1.05


def test_no_interrupt_keeps_the_lock_or_raises_the_stack():
    assert interrupt(40) > 0


def test_a_child_forked_while_another_thread_is_inside_r_is_told_so():
    out = run(
        """
        import os, sys, threading, time, warnings
        import numpy as np
        from pybridge import from_r, to_r
        from pybridge.conversion.rpy2_host import r_host
        from pybridge.errors import ConversionError
        warnings.simplefilter("ignore")
        value = to_r(np.arange(3.0))

        def in_child():
            pid = os.fork()
            if pid:
                return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            try:
                print(from_r(to_r(np.arange(3))).tolist(), flush=True)
                to_r(np.zeros(2))
            except ConversionError as error:
                print(str(error)[:66], flush=True)
            os._exit(0)

        print(in_child(), flush=True)
        inside, leave = threading.Event(), threading.Event()
        def stay():
            inside.set()
            leave.wait(60)
        worker = threading.Thread(target=lambda: r_host().session.inside(stay))
        worker.start()
        inside.wait(60)
        print(in_child(), flush=True)
        leave.set()
        worker.join()
        print(r_host().session.inside(in_child), flush=True)
        print(in_child(), flush=True)
        """
    )
    fine = "[0.0, 1.0, 2.0]\n0\n"
    refused = "this process was forked while another thread was running R, so R's\n0\n"
    assert out == fine + refused + fine + fine


def test_a_wrong_home_of_r_is_named():
    source = "import numpy as np, pybridge; pybridge.to_r(np.zeros(2))"
    done = python("-c", source, R_HOME=str(ROOT / "nowhere"))
    assert done.returncode == 1
    assert "ImportError: conversion needs R, which is not at R_HOME" in done.stderr
    assert "R RHOME" in done.stderr
