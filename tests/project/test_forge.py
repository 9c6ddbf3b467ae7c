"""What the forge reads: the workflows run commands that exist, and the forms are complete."""

import re
import tomllib

import pytest
import yaml
from processes import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def jobs():
    """Return the jobs of all workflows, by their names."""
    texts = [yaml.safe_load(path.read_text()) for path in WORKFLOWS]
    return {name: job for text in texts for name, job in text["jobs"].items()}


def commands():
    """Return the lines that the workflows run."""
    runs = [step["run"] for job in jobs().values() for step in job["steps"] if "run" in step]
    return [line for text in runs for line in text.splitlines()]


def test_the_workflows_call_what_is_there():
    makefile = (ROOT / "Makefile").read_text()
    targets = [target for line in commands() for target in re.findall(r"^make ([\w-]+)", line)]
    assert {"test", "matrix", "release"} <= set(targets)
    assert [name for name in targets if not re.search(rf"(?m)^{name}:", makefile)] == []
    paths = [path for line in commands() for path in re.findall(r"\btests/\S+", line)]
    assert len(paths) > 5
    assert [path for path in paths if not (ROOT / path).exists()] == []
    extras = [extra for line in commands() for extra in re.findall(r'"\.\[(.*?)\]"', line)]
    assert extras
    assert set(",".join(extras).split(",")) <= set(PROJECT["project"]["optional-dependencies"])


def test_every_system_has_the_oldest_and_the_newest_version():
    matrix = jobs()["systems"]["strategy"]["matrix"]
    assert len(matrix["os"]) == 3
    versions = {entry["versions"]: entry for entry in matrix["include"]}
    listed = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert f">={versions['oldest']['python']}" == PROJECT["project"]["requires-python"]
    assert [versions["oldest"]["python"], versions["newest"]["python"]] == [listed[0], listed[-1]]
    description = (ROOT / "r/DESCRIPTION").read_text()
    assert f"R (>= {versions['oldest']['r']})" in description
    assert versions["newest"]["r"] == "release"


def test_only_the_job_that_publishes_may_prove_who_it_is():
    """PyPI trusts the workflow by that proof, in an environment which its owner can guard."""
    proving = {
        name: job for name, job in jobs().items() if "id-token" in job.get("permissions", {})
    }
    assert list(proving) == ["pypi"]
    assert proving["pypi"]["environment"]["name"] == "pypi"
    assert proving["pypi"]["needs"] == "build"


@pytest.mark.parametrize("path", FORMS, ids=[path.stem for path in FORMS])
def test_a_form_asks_for_the_code_and_can_be_filled_in(path):
    form = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= set(form)
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert {field["type"] for field in fields} == {"textarea"}
    names = [field["id"] for field in fields]
    assert len(names) == len(set(names))
    assert "code" in names
    assert all(field["attributes"]["label"] for field in fields)


def test_there_is_a_form_for_a_wrong_answer_an_error_and_a_wish():
    assert [path.stem for path in FORMS] == ["error", "wish", "wrong-answer"]
