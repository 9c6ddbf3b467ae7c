"""Parse random text: it must give subscripts or raise a `PybridgeError`.

What parses must print as text that parses to the same again. The text is random characters,
fragments of the grammar in any order, sentences of the grammar, and mutations of all three. Run a
million with `python tests/fuzz_text.py --inputs 1000000 --seconds 600`; a failure prints the seed
and the text, and the same seed gives the same texts again.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator

from pybridge.errors import PybridgeError, SubscriptSyntaxError
from pybridge.subscripts import Mask, Subscripts, Vector
from pybridge.subscripts.text import parse_subscripts

FRAGMENTS = [
    *"0123456789", *"()[]{},:;=+-*/^!%#&|<>@$~`'\"\\._ \t\n\0",
    "1:3", "NA", "NA:5", ":NA", "NULL", "newaxis", "..", "...", "TRUE", "FALSE", "T", "Inf", "NaN",
    "NA_integer_", "NA_real_", "c(", "seq(", "seq_len(", "matrix(", "array(", "integer(",
    "logical(",
    "ncol = ", "nrow=", "dim = ", "by = ", "to=", "length.out=", "byrow=TRUE", "%/%", "%%", "**",
    "1e3", "1e308", "1e-5", "2.5", "3L", "0x1F", "1e12", "99999999999999999999", ".5", "5.", "1i",
    '"a"', "'b'", '"\\n"', '"\\u{41}"', '"\\x00"', "é", "漢", "\N{MINUS SIGN}", "\ud800",
    "\U0001f600", "\u0661", "x", "n", "drop", "c", "-c(1, 2)", "c(1:3, 7)",
]  # fmt: skip
NUMBERS = [
    "1",
    "2",
    "3L",
    "10",
    "2.5",
    "-1",
    "-4",
    "0",
    "1e2",
    "NA",
    "28",
    "(5)",
]
ATOMS = [*NUMBERS, "TRUE", "FALSE", "NULL", '"a"', "NA_integer_", "Inf"]
SIZE_FOR_ROUND_TRIP = 200


def number(rng: random.Random) -> str:
    return rng.choice(NUMBERS)


def expression(rng: random.Random, depth: int = 0) -> str:
    """Return a sentence of the grammar, or nearly one."""
    kind = rng.randrange(12 if depth < 3 else 3)
    if kind < 3:
        return rng.choice(ATOMS)
    inner = expression(rng, depth + 1)
    if kind < 5:
        return f"{number(rng)}:{number(rng)}"
    if kind == 5:
        return f"-{inner}"
    if kind == 6:
        return f"({inner})"
    if kind == 7:
        operator = rng.choice([":", ":", ":", "*"])
        return f"{inner} {operator} {expression(rng, depth + 1)}"
    if kind == 8:
        return f"seq({number(rng)}, {number(rng)}, by = {number(rng)})"
    if kind == 9:
        return f"matrix(c({inner}, {inner}), ncol = {rng.choice('12')})"
    entries = ", ".join([inner, *(expression(rng, depth + 1) for _ in range(rng.randrange(4)))])
    return f"c({entries})"


def subscript(rng: random.Random) -> str:
    """Return one subscript as a user would write it, or nearly so."""
    kind = rng.randrange(10)
    if kind == 0:
        return ""
    if kind == 1:
        return rng.choice(["..", "newaxis", "NULL"])
    if kind < 5:
        step = f":{number(rng)}" if rng.random() < 0.3 else ""
        return f"{number(rng)}:{number(rng)}{step}"
    return expression(rng)


def sentence(rng: random.Random) -> str:
    return ", ".join(subscript(rng) for _ in range(rng.randrange(1, 5)))


def mutated(rng: random.Random, text: str) -> str:
    """Cut, double, swap or insert somewhere in a text, a few times."""
    for _ in range(rng.randrange(1, 4)):
        at, to = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        kind = rng.randrange(4)
        if kind == 0:
            text = text[:at] + text[to:]
        elif kind == 1:
            text = text[:to] + text[at:to] * rng.choice([1, 1, 1, 60]) + text[to:]
        elif kind == 2:
            text = text[:at] + rng.choice(FRAGMENTS) + text[to:]
        else:
            text = text[:at] + rng.choice(FRAGMENTS) + text[at:]
        text = text[:4000]
    return text


def texts(seed: int) -> Iterator[str]:
    """Return endless texts, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        kind = rng.randrange(8)
        if kind == 0:
            text = "".join(chr(rng.randrange(0x250)) for _ in range(rng.randrange(12)))
        elif kind == 1:
            text = "".join(rng.choice(FRAGMENTS) for _ in range(rng.randrange(12)))
        elif kind < 5:
            text = sentence(rng)
        else:
            text = mutated(rng, sentence(rng))
        yield text


def check(text: str) -> str:
    """Parse one text and return its outcome; raise for any outcome but the two allowed."""
    try:
        parsed = parse_subscripts(text)
    except PybridgeError as error:
        refusal = error
    else:
        return check_parsed(parsed)
    if not isinstance(refusal, SubscriptSyntaxError):
        return "refused by a constructor"
    assert 0 <= refusal.offset <= len(text), refusal.offset
    assert str(refusal).split("\n")[-1].strip() == "^", refusal
    return "refused by the grammar"


def check_parsed(parsed: Subscripts) -> str:
    assert type(parsed) is Subscripts, parsed
    sizes = [item.values.size for item in parsed.items if isinstance(item, Vector | Mask)]
    if sum(sizes) <= SIZE_FOR_ROUND_TRIP:
        assert parse_subscripts(str(parsed)) == parsed, str(parsed)
    return "parsed"


def main() -> None:
    parser = argparse.ArgumentParser(description="Fuzz the parser of subscript text.")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=None, help="default: the time")
    asked = parser.parse_args()
    seed = int(time.time()) if asked.seed is None else asked.seed
    start = time.monotonic()
    ends: Counter[str] = Counter()
    for count, text in enumerate(texts(seed), start=1):
        try:
            ends[check(text)] += 1
        except Exception as error:
            sys.exit(f"seed {seed}, input {count}: {text!r}\nended in {error!r}")
        if count == asked.inputs or time.monotonic() - start > asked.seconds:
            break
    taken = time.monotonic() - start
    shown = ", ".join(f"{number} {end}" for end, number in sorted(ends.items()))
    print(f"seed {seed}: {ends.total()} inputs in {taken:.0f} s: {shown}")


if __name__ == "__main__":
    main()
