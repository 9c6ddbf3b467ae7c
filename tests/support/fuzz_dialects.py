"""Compare a dialect with R on as many random cases as there is time for.

    python tests/support/fuzz_dialects.py base --cases 1000000 --seconds 1500 --seed 1

The base dialect meets R's own brackets, the tensor dialect its restatement in base R. Reads and
assignments on vectors and on arrays of up to 4 axes, in batches of one call to R each. Value,
shape, warnings and error must agree. Where they do not, the R source of the case is printed,
ready to paste, with what either side gave, and the exit status is 1. A batch is drawn again by
its own seed, which is printed too.
"""

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import base_cases  # noqa: E402
import base_draws  # noqa: E402
import tensor_cases  # noqa: E402

BATCH = 20_000


def main() -> int:
    """Run the batches and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dialect", choices=["base", "tensor"], help="which dialect to compare")
    parser.add_argument("--cases", type=int, default=1_000_000, help="how many cases to compare")
    parser.add_argument("--seconds", type=float, default=1500, help="when to stop at the latest")
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same cases")
    chosen = parser.parse_args()
    random_cases, disagreements = {
        "base": (base_draws.random_cases, base_cases.disagreements),
        "tensor": (tensor_cases.random_cases, tensor_cases.disagreements),
    }[chosen.dialect]
    began = time.monotonic()
    done = differing = batch = 0
    while done < chosen.cases and time.monotonic() - began < chosen.seconds:
        seed = chosen.seed * 1_000_003 + batch
        cases = list(random_cases(min(BATCH, chosen.cases - done), seed))
        found = disagreements(cases, most=len(cases))
        if found:
            print(f"random_cases({len(cases)}, seed={seed}): {len(found)} disagreements with R")
            print("\n".join(found[:20]), flush=True)
        differing += len(found)
        done += len(cases)
        batch += 1
        if batch % 5 == 0:
            print(f"{done} cases, {differing} disagreements so far", flush=True)
    seconds = time.monotonic() - began
    print(f"{done} cases compared with R in {seconds:.0f} s, {differing} disagreements")
    if done < chosen.cases:
        print(f"stopped by --seconds {chosen.seconds:g} before {chosen.cases} cases")
    return 1 if differing or done == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
