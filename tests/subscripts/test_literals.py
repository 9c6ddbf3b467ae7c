"""R's constructors, sequences and arithmetic in subscript text, against R's own evaluator."""

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
        f"seq({a}, by = {b}, length.out = 3)",
        f"seq(to = {a}, by = {b}, length.out = 4)",
        f"seq({a}, {b}, length.out = 1)",
        f"seq({a}, {b}, length.out = 4)",
        f"seq({a}, {b}, length = 6.5)",
        f"seq(by = {b}, to = {a})",
        f"seq(length.out = {b}, to = {a})",
        f"seq({a}, length.out = {b})",
        f"seq_len({b})",
        f"seq({a})",
        f"seq(c({a}, {b}))",
        f"{a} %/% {b}",
        f"{a} %% {b}",
        f"{a} + {b} * 2 - -{a}",
        f"-{a}:-{b}",
        f"-{a}^2:{b}",
        f"matrix(c({a}, {b}, 1, 2), 2)",
        f"array(c({a}, {b}), c(1, 2))",
    )
]


def test_sequences_and_arithmetic_give_what_r_gives():
    agreed, refused = compared(SEQUENCES)
    assert agreed > 500
    assert refused < 60
