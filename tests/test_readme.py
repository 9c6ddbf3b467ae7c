"""What the README shows is what happens."""

import doctest
import re

import pytest
from processes import ROOT, rscript

README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """Return the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_python_blocks():
    (code,) = blocks("python")
    test = doctest.DocTestParser().get_doctest(code, {}, "README.md", "README.md", 0)
    assert len(test.examples) >= 5
    complaints: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=complaints.append)
    assert result.failed == 0, "".join(complaints)


def test_the_r_blocks(tmp_path):
    """Runs the code as R shows it at its prompt; what R prints stands in the block after `#>`."""
    (code,) = blocks("r")
    shown = [line[3:] for line in code.splitlines() if line.startswith("#> ")]
    assert len(shown) >= 4
    script = tmp_path / "readme.R"
    script.write_text(re.sub(r"^#>.*\n", "", code, flags=re.MULTILINE))
    done = rscript("-e", f"source({str(script)!r}, print.eval = TRUE)")
    assert done.returncode == 0, done.stderr
    assert [line.rstrip() for line in done.stdout.splitlines()] == shown


@pytest.mark.parametrize("command", re.findall(r"^make (\S+) ", README, re.MULTILINE))
def test_the_commands_are_in_the_makefile(command):
    assert re.search(rf"^{command}: .*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
