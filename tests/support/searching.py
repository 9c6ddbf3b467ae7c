"""Run a search of `make fuzz`: cases by their own seeds, until they are done or time is over."""

import argparse
import time
from collections.abc import Callable


def search(about: str, against: str, disagreement: Callable[[int], str], cases: int) -> int:
    """Compare cases, print what differs, and return the exit status of the program.

    The status is 1 if any case differs, and if none was compared.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--cases", type=int, default=cases, help="how many cases to compare")
    parser.add_argument("--seconds", type=float, default=1500, help="when to stop at the latest")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same cases")
    chosen = parser.parse_args()
    began = time.monotonic()
    done = differing = 0
    while done < chosen.cases and time.monotonic() - began < chosen.seconds:
        text = disagreement(chosen.seed * 10_000_019 + done)
        done += 1
        if text:
            differing += 1
            if differing <= 20:
                print(text, flush=True)
        if done % (cases // 10) == 0:
            print(f"{done} cases, {differing} disagreements so far", flush=True)
    seconds = time.monotonic() - began
    print(f"{done} cases compared with {against} in {seconds:.0f} s, {differing} disagreements")
    return 1 if differing or done == 0 else 0
