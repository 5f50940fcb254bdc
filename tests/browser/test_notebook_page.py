"""What a browser test must end without is noticed."""

from __future__ import annotations

import pytest
from notebook_page import HARMLESS, complaints
from patience import until
from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("console.error('spilt')", "console: spilt"),
        ("setTimeout(() => { throw new Error('broken') })", "exception: broken"),
        ("fetch('http://elsewhere.test/', {mode: 'no-cors'})", "request to the outside: http://elsewhere.test/"),
    ],
)
def test_hears_errors_exceptions_and_requests_to_the_outside(page: Page, script: str, said: str) -> None:
    page.route("http://elsewhere.test/", lambda route: route.fulfill(body=""))
    heard = complaints(page)
    page.evaluate(f"() => {{ {script} }}")
    until(page, lambda: bool(heard), "a complaint")
    assert [complaint.splitlines()[0].removesuffix(" ()") for complaint in heard] == [said]


def test_lets_warnings_and_known_harmless_errors_pass(page: Page) -> None:
    heard = complaints(page)
    page.evaluate("(texts) => { console.warn('careful'); texts.forEach(text => console.error(text)); }", list(HARMLESS))
    page.evaluate("() => fetch('data:,hello')")
    assert heard == []
