"""Text that is not UTF-8 neither ends R nor gets an error that is not ours, at any door."""

from processes import rscript


def test_every_argument_of_every_function_takes_text_that_is_not_utf8():
    done = rscript("tests/support/text_doors.R", "2")
    last = done.stdout.splitlines()[-1:]
    assert done.returncode == 0, (done.stdout[-3000:], done.stderr[-1000:])
    assert last == [line for line in last if line.endswith(": 0 wrong")] != []
