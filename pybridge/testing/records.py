"""Records: what R answered, in a file next to the test, and R's answers from this file.

A record is JSON, `__r__/test_port.json` next to `test_port.py`. For each test it has the questions
in their order: the R code, a digest of each input, and R's answer. It also holds the versions of R
and of the packages that the code names. Nothing here needs R, rpy2 or pytest.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NoReturn

from pybridge.errors import ArgumentError
from pybridge.testing.comparing import Rules, difference
from pybridge.testing.oracle import RNotFoundError
from pybridge.testing.python_values import as_r
from pybridge.testing.r_source import source_of
from pybridge.testing.r_values import Answer, RValue, digest
from pybridge.testing.record_files import AGAIN, FOLDER, RecordError, json_text, read_file

Mode = Literal["ask", "record", "replay", "check"]


@dataclass(frozen=True)
class Asker:
    """A test or a fixture that asks R, and the file of its record."""

    file: Path
    name: str

    @classmethod
    def beside(cls, module: Path, name: str) -> Asker:
        """Return the asker of a test or a fixture that a module has."""
        return cls(module.parent / FOLDER / f"{module.stem}.json", name)


@dataclass
class Questions:
    """What a test has asked so far, as its record holds it."""

    questions: list[dict[str, Any]] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    versions: dict[str, Any] = field(default_factory=dict)
    count: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return the record of one test."""
        found: dict[str, Any] = {**self.versions, "questions": self.questions}
        return {**found, "requires": sorted(self.requires)} if self.requires else found


def _fail(text: str) -> NoReturn:
    raise RecordError(text)


class Records:
    """The answers to the questions of a run: from R, or from the records.

    `mode` is "ask" (R, and the records where R is missing), "record", "replay" or "check".
    `ask_r` is how R is asked. `not_asked` ends a test to which nobody has an answer.
    """

    def __init__(
        self,
        mode: Mode,
        ask_r: Callable[[str, Mapping[str, RValue]], Answer],
        not_asked: Callable[[str], NoReturn] = _fail,
    ) -> None:
        self.mode = mode
        self.written: dict[Asker, Questions] = {}
        """What is to be recorded."""
        self.replayed: set[Asker] = set()
        """Whom a record has answered."""
        self._ask_r = ask_r
        self._not_asked = not_asked
        self._asked: dict[Asker, Questions] = {}
        self._files: dict[Path, dict[str, Any]] = {}
        self._askers: list[Asker] = []
        self._enough: dict[str, str | None] = {}
        self._missing: str | None = None

    # ---- Who asks --------------------------------------------------------------------------------

    def enter(self, asker: Asker) -> None:
        """Begin the questions of a test or a fixture."""
        self._askers.append(asker)
        self._asked[asker] = Questions()

    def leave(self) -> None:
        """End what `enter` began last."""
        self._askers.pop()

    # ---- Questions -------------------------------------------------------------------------------

    def ask(self, source: str, inputs: Mapping[str, RValue]) -> Answer:
        """Return R's answer to source with inputs by name, by the mode."""
        __tracebackhide__ = True
        if is_drawn():
            # other cases are drawn in each run, so that a record would never answer
            return self._from_r(source, inputs) or self._without(
                "what Hypothesis draws is never recorded"
            )
        asker = self._askers[-1] if self._askers else None
        asked = self._asked.get(asker) if asker else None
        if asker is None or asked is None:
            return self._from_r(source, inputs) or self._without(
                "what is asked outside of a test and of a fixture is never recorded"
            )
        asked.count += 1
        answer = self._from_r(source, inputs)
        if answer is not None and self.mode == "ask":
            return answer
        question = {
            "code": _lines(source),
            "inputs": {name: digest(value) for name, value in sorted(inputs.items())},
        }
        if answer is None:
            recorded = self._from_record(asker, asked.count, question)
            self.replayed.add(asker)
            return recorded
        if self.mode == "record":
            asked.questions.append({**question, **answer.to_json()})
            self._note_versions(asker, asked, source)
        elif self.mode == "check":
            recorded = self._from_record(asker, asked.count, question)
            self._check(asker, asked.count, recorded, answer)
        return answer

    def _from_r(self, source: str, inputs: Mapping[str, RValue]) -> Answer | None:
        """Return R's own answer, or None where R is missing or not to be asked."""
        if self.mode == "replay" or self._missing is not None:
            return None
        try:
            return self._ask_r(source, inputs)
        except RNotFoundError as error:
            if self.mode != "ask":
                raise
            self._missing = str(error)
            return None

    def _without(self, why: str) -> NoReturn:
        __tracebackhide__ = True
        reason = "--r-replay was given" if self._missing is None else self._missing
        self._not_asked(f"R was not asked: {reason}; {why}")

    def _record_of(self, asker: Asker) -> dict[str, Any]:
        if asker.file not in self._files:
            self._files[asker.file] = read_file(asker.file)
        found: dict[str, Any] = self._files[asker.file].get(asker.name, {})
        return found

    def _from_record(self, asker: Asker, number: int, question: dict[str, Any]) -> Answer:
        __tracebackhide__ = True
        record = self._record_of(asker)
        questions = record.get("questions", [])
        if len(questions) < number:
            words = f"{_shown_file(asker.file)} has no answer to question {number} of {asker.name}"
            if self.mode == "check":
                raise RecordError(f"{words}. {AGAIN}")
            self._without(f"{words}. {AGAIN}")
        recorded = questions[number - 1]
        changes = _changes(recorded, question)
        if changes:
            raise RecordError(
                f"question {number} of {asker.name} is no longer the one in "
                f"{_shown_file(asker.file)}:\n" + "\n".join(changes) + f"\n{AGAIN}"
            )
        return Answer.from_json(recorded)

    def _check(self, asker: Asker, number: int, recorded: Answer, answer: Answer) -> None:
        __tracebackhide__ = True
        # as texts, which also tell -0.0 from 0.0
        if json_text(recorded.to_json()) == json_text(answer.to_json()):
            return
        versions = [self._record_of(asker).get("R", "?"), self._versions("", ())["R"]]
        raise RecordError(
            f"R does not answer question {number} of {asker.name} as {_shown_file(asker.file)} "
            f"says: {_answers_differ(recorded, answer)}\n"
            f"  recorded with R {versions[0]}: {_answer_text(recorded)}\n"
            f"  now with R {versions[1]}: {_answer_text(answer)}\n{AGAIN}"
        )

    # ---- Versions, and the packages that a test requires -----------------------------------------

    def require(self, requirement: str) -> None:
        """End the test unless R has a package, `"fixest"` or `"fixest>=0.12"`; R compares."""
        __tracebackhide__ = True
        found = re.fullmatch(
            r"\s*([A-Za-z][A-Za-z0-9.]*)\s*(?:(>=|<=|==|>|<)\s*([0-9][0-9.-]*))?\s*", requirement
        )
        if found is None:
            raise ArgumentError(
                f'r.requires() takes "fixest" or "fixest>=0.12", not {requirement!r}'
            )
        asker = self._askers[-1] if self._askers else None
        if requirement not in self._enough:
            compared = f' && version {found[2]} "{found[3]}"' if found[2] else ""
            answer = self._from_r(REQUIRE.format(package=found[1], compared=compared), {})
            if answer is None:
                record = self._record_of(asker) if asker else {}
                if requirement not in record.get("requires", []):
                    file = _shown_file(asker.file) if asker else "no record"
                    self._without(f"{requirement} is not among what {file} requires. {AGAIN}")
                return
            assert answer.value is not None, answer.error
            has, version = answer.value.data[0].data[0], answer.value.data[1].data[0]
            lacks = f"R has {found[1]} {version}" if version else f"R has no package {found[1]}"
            self._enough[requirement] = None if has else f"{lacks}, and {requirement} is required"
        why = self._enough[requirement]
        if why is not None:
            self._not_asked(f"R was not asked: {why}")
        if asker is not None and self.mode == "record":
            asked = self._asked[asker]
            asked.requires.append(requirement)
            self._note_versions(asker, asked, "", (found[1],))

    def _note_versions(
        self, asker: Asker, asked: Questions, source: str, required: tuple[str, ...] = ()
    ) -> None:
        found = self._versions(source, required)
        packages = {**asked.versions.get("packages", {}), **found["packages"]}
        asked.versions = {"R": found["R"], **({"packages": packages} if packages else {})}
        self.written[asker] = asked

    def _versions(self, source: str, required: tuple[str, ...]) -> dict[str, Any]:
        """Return the versions of R and of the packages that source names or a test requires."""
        words = sorted(set(re.findall(r"[A-Za-z][A-Za-z0-9.]+", source)))
        answer = self._ask_r(VERSIONS, {"words": as_r(words), "required": as_r(list(required))})
        assert answer.value is not None, answer.error
        r, names, versions = (entry.data.tolist() for entry in answer.value.data)
        return {"R": r[0], "packages": dict(zip(names, versions, strict=True))}


REQUIRE = """
version <- tryCatch(utils::packageVersion("{package}"), error = function(e) NULL)
list(!is.null(version){compared}, if (is.null(version)) "" else as.character(version))
"""
VERSIONS = """
found <- union(as.character(required), intersect(loadedNamespaces(), as.character(words)))
priority <- function(name) utils::packageDescription(name, fields = "Priority")
found <- found[!vapply(found, priority, "") %in% "base"]
version <- function(name) as.character(utils::packageVersion(name))
list(as.character(getRversion()), found, vapply(found, version, "", USE.NAMES = FALSE))
"""


def is_drawn() -> bool:
    """Return whether Hypothesis is drawing the case that asks."""
    hypothesis = sys.modules.get("hypothesis")
    return hypothesis is not None and bool(hypothesis.currently_in_test_context())


# ---- In words ------------------------------------------------------------------------------------


def _changes(recorded: dict[str, Any], question: dict[str, Any]) -> list[str]:
    """Return what is not as in the record, a line each."""
    lines = []
    if recorded["code"] != question["code"]:
        lines += ["  the R code was:", *_indented(recorded["code"])]
        lines += ["  and it is:", *_indented(question["code"])]
    before, now = recorded["inputs"], question["inputs"]
    for name in sorted({*before, *now}):
        if name not in now:
            lines.append(f"  the input {name} is gone; it was {before[name]}")
        elif name not in before:
            lines.append(f"  the input {name} is new: {now[name]}")
        elif before[name] != now[name]:
            lines.append(f"  the input {name} was {before[name]}, and it is {now[name]}")
    return lines


def _lines(source: str) -> str | list[str]:
    """Return source as a reviewer reads it: a list of lines if there are several."""
    lines = source.split("\n")
    return source if len(lines) == 1 else lines


def _indented(code: str | list[str]) -> list[str]:
    return [f"    {line}" for line in ([code] if isinstance(code, str) else code)]


def _answers_differ(recorded: Answer, answer: Answer) -> str:
    if recorded.value is not None and answer.value is not None:
        found = difference(recorded.value, answer.value, Rules(check_names=True, check_na=True))
        if found is not None:
            return found.replace("Python", "the record")
    return "the answers differ"


def _answer_text(answer: Answer) -> str:
    told = [each.text("Warning") for each in answer.warnings]
    if answer.error is not None:
        told.append(answer.error.text("Error"))
    elif answer.value is not None:
        told.append(source_of(answer.value))
    text = "; ".join(told)
    return text if len(text) <= 300 else f"{text[:200]} ... {text[-80:]}"


def _shown_file(file: Path) -> str:
    return f"{FOLDER}/{file.name}"
