"""R's constructors and sequences in subscript text, against R's own evaluator."""

from text_in_r import compared

SEQUENCES = [
    f"{call}"
    for a in ("-3", "0", "1", "2.5", "10", "5L")
    for b in ("-3", "0", "1", "4.2", "10", "7L")
    for call in (
        f"seq({a}, {b})",
        f"c({a}:{b})",
        f"seq({a}, {b}, by = 2)",
        f"seq({a}, {b}, by = -1.5)",
        f"seq({a}, {b}, 0)",
        f"seq(by = {b}, to = {a})",
        f"seq_len({b})",
        f"seq({a})",
        f"seq(c({a}, {b}))",
        f"-{a}:-{b}",
        f"matrix(c({a}, {b}, 1, 2), 2)",
        f"array(c({a}, {b}), c(1, 2))",
    )
]


def test_sequences_give_what_r_gives():
    agreed, refused = compared(SEQUENCES)
    assert agreed > 250
    assert refused < 30
