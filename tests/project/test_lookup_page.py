"""The page "Look up" evaluates what is typed as pybridge does, in a real browser."""

import numpy as np
import pytest

from pybridge import errors, r_slice
from pybridge.testing.corpus import cases, is_expected, tensor_of
from tools import lookup
from tools.browser import open_file
from tools.unchanged import SITE

pytestmark = pytest.mark.made_of(*SITE)


def results(browser):
    """Return what the page "Look up" shows: for each reader the selected cells, and the words."""
    return browser.evaluate(
        """() => [...document.querySelectorAll(".look-up-results section")].map((section) => [
          [...section.querySelectorAll(".taken")].map((cell) => Number(cell.textContent)),
          section.querySelector("p, pre").textContent,
        ])"""
    )


def test_a_subscript_is_looked_up_by_its_text_from_a_file(browser, site):
    open_file(browser, site / "lookup.html", width=390, scheme="light")
    field = browser.get_by_label("Subscript, as you write it in R or Python")
    for text in ("-1", "x@r[-1]", "R(x)[-1]", " x[ -1 ] "):
        field.fill(text)
        own, numpy, tensor, base, explained = results(browser)
        assert own[0] == base[0] == list(range(20, 101, 10)), text
        assert numpy[0] == tensor[0] == [100], text
        assert "drops position 1" in explained[1], text
    field.fill("0")
    own, numpy, tensor, base = results(browser)
    assert (own[0], numpy[0], tensor[0], base[0]) == ([], [10], [], [])
    assert "positions start at 1" in tensor[1]
    field.fill("3:7")
    ((cells, words),) = results(browser)
    assert (cells, words) == ([30, 40, 50, 60, 70], "30 40 50 60 70; shape 5.")
    assert browser.locator(".equivalent").inner_text() == "x[2:7]"
    field.fill("-c(1, 2)")
    ((cells, words),) = results(browser)
    assert cells == []
    assert "to leave them out write `all_but(c(1, 2))`" in words
    for text, words in [
        ("which(x > 2)", "`>`"),
        ("n", "`n` is a variable"),
        ("1 + 1", "no arithm"),
    ]:
        field.fill(text)
        assert results(browser) == [], text
        assert words in browser.locator("#look-up-status").inner_text()


def in_the_page(browser, text, shape):
    """Return what the page's program gives: a shape and indices, or an error."""
    return browser.evaluate(
        """([text, shape]) => {
          try {
            return window.pybridgeSelect(text, shape);
          } catch (fault) {
            if (!(fault instanceof window.pybridgeSubscripts.Fault)) throw fault;
            return {error: fault.message, beyond: fault.beyond};
          }
        }""",
        [text, list(shape)],
    )


def check_selected(answer, case, x):
    """Check values, shape and the NumPy code of an answer against a case of the corpus."""
    assert "beyond" not in answer or not answer["beyond"], (case["id"], answer)
    if "error" in answer:
        assert "error" in case["expected"], (case["id"], answer)
        return
    value = x.ravel()[np.array(answer["indices"], int)].reshape(answer["shape"])
    assert is_expected(case, value), (case["id"], answer)
    assert is_expected(case, np.asarray(eval(answer["python"], {"x": x, "np": np}))), answer


def test_the_look_up_page_evaluates_the_corpus_as_the_tensor_dialect(browser, site):
    open_file(browser, site / "lookup.html", width=1300, scheme="light")
    compared = errors_compared = 0
    for case in cases():
        is_read = not case.keys() & {"value", "drop"} and case["dialect"] == "tensor"
        if is_read and len(case["shape"]) in (1, 3):
            answer = in_the_page(browser, case["subscripts"], case["shape"])
            check_selected(answer, case, tensor_of(case))
            compared += 1
            errors_compared += "error" in answer
    print(f"\nlook-up page: {compared} cases of the corpus, {errors_compared} of them errors")
    assert compared > 170
    assert errors_compared > 50


def test_the_look_up_page_draws_what_the_corpus_expects(browser, site):
    open_file(browser, site / "lookup.html", width=1300, scheme="light")
    field = browser.get_by_label("Subscript, as you write it in R or Python")
    drawn = 0
    for shape in ((10,), (2, 3, 5)):
        browser.get_by_label(" x ".join(map(str, shape)), exact=True).check()
        elements = lookup.elements(shape).ravel()
        for case in cases():
            if case.keys() & {"value", "drop"} or (case["dialect"], case["shape"]) != (
                "tensor",
                list(shape),
            ):
                continue
            field.fill(case["subscripts"])
            line = browser.evaluate(
                """() => [...document.querySelectorAll(".look-up-results section")]
                  .find((one) => one.textContent.startsWith("pybridge, tensor"))
                  .querySelector("p").textContent"""
            )
            drawn += 1
            if "error" in case["expected"]:
                assert line.startswith("An error: "), (case["id"], line)
                continue
            values, expected = line.split("; ")[0], case["expected"]["values"]
            wanted = " ".join(f"{elements[int(k) - 1]:.0f}" for k in expected) or "Nothing"
            assert values == wanted, case["id"]
            sizes = " x ".join(map(str, case["expected"]["shape"]))
            assert line.endswith(f"; shape {sizes}." if sizes else "without axes."), case["id"]
    print(f"\nlook-up page: {drawn} cases of the corpus drawn")
    assert drawn > 110


def outcome(x, text):
    """Return what the package gives: an array or an error."""
    try:
        return r_slice(x, text)
    except errors.PybridgeError as error:
        return error


def test_the_look_up_page_agrees_with_the_package_on_what_it_lists(browser, site):
    """Also the words of an error are the package's."""
    open_file(browser, site / "lookup.html", width=1300, scheme="light")
    for shape, spellings in lookup.SUBSCRIPTS.items():
        x = lookup.elements(shape)
        for text in dict.fromkeys(text for text, _ in spellings()):
            answer = in_the_page(browser, text, shape)
            value = outcome(x, text)
            if isinstance(value, Exception):
                assert answer.get("error") == str(value), text
                continue
            assert "error" not in answer, (text, answer)
            assert answer["shape"] == list(value.shape), text
            assert np.array_equal(x.ravel()[np.array(answer["indices"], int)], value.ravel()), text
            assert np.array_equal(eval(answer["python"], {"x": x, "np": np}), value), text


def test_a_subscript_is_chosen_with_the_keyboard_alone(browser, site):
    open_file(browser, site / "lookup.html", width=1300, scheme="light")
    browser.get_by_label("10", exact=True).focus()
    browser.keyboard.press("ArrowRight")
    browser.keyboard.press("ArrowRight")
    assert browser.get_by_label("2 x 3 x 5").is_checked()
    browser.get_by_role("button", name=", , 2:6").focus()
    browser.keyboard.press("Enter")
    own, numpy, tensor, base = results(browser)
    assert own[1].startswith("An error")
    assert tensor[1].startswith("An error")
    assert len(numpy[0]) == 18
    assert browser.url.endswith("#2%20x%203%20x%205%7C%2C%20%2C%202%3A6")
    browser.reload()
    assert results(browser) == [own, numpy, tensor, base]
