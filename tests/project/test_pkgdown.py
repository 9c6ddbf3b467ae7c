"""The site of the R package alone, `r/_pkgdown.yml`, has a place for every function."""

import re

import yaml
from processes import ROOT


def topics() -> dict[str, set[str]]:
    """Return the names of each page of the manual, by the page."""
    pages = {path.stem: path.read_text() for path in (ROOT / "r/man").glob("*.Rd")}
    return {
        name: {name, *re.findall(r"^\\alias\{(.+)\}$", text.replace("\\%", "%"), re.MULTILINE)}
        for name, text in pages.items()
    }


def listed() -> set[str]:
    """Return the names that the site lists."""
    sections = yaml.safe_load((ROOT / "r/_pkgdown.yml").read_text())["reference"]
    contents = [section["contents"] for section in sections]
    return {name for each in contents for name in ([each] if isinstance(each, str) else each)}


def test_each_exported_name_is_on_a_page_that_is_listed():
    namespace = (ROOT / "r/NAMESPACE").read_text()
    exported = re.findall(r'^export\("?(.*?)"?\)$', namespace, re.MULTILINE)
    assert len(exported) > 20
    shown = [names for names in topics().values() if names & listed()]
    assert [name for name in exported if not any(name in names for names in shown)] == []


def test_each_listed_name_and_each_page_has_the_other():
    pages = topics()
    assert listed() <= set().union(*pages.values())
    assert [name for name, names in pages.items() if not names & listed()] == []
