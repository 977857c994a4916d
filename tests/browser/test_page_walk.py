"""A first-time reader, without any documentation: Jiaozuo's outlook, its causes, and what one lever does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("live")]

MOST = 8


def test_outlook_causes_and_a_lever_in_a_few_clicks(visit: Visit) -> None:
    """Only what is in sight is used: labels and headings as they are read."""
    page = visit().go()
    clicks = 0

    page.get_by_role("combobox", name="Find a place").click()
    clicks += 1
    page.keyboard.type("Jiaozuo")
    page.get_by_role("option", name=re.compile("Jiaozuo")).click()
    clicks += 1
    page.get_by_role("heading", name="First, the record").wait_for()
    assert re.search(r"In 2050: [\d.]+ million \(median\)", page.inner_text("#answer"))
    page.wait_for_selector("#fan svg.chart")
    outlook = clicks

    page.get_by_role("link", name="Why", exact=True).click()
    page.get_by_role("button", name="Explain the change").click()
    clicks += 2
    page.wait_for_selector("#why svg.waterfall", timeout=400_000)
    causes = clicks

    page.get_by_role("link", name="What would change it").click()
    clicks += 1
    slider = page.get_by_role("slider", name=re.compile("Public posts"))
    slider.click()
    clicks += 1
    page.wait_for_selector("#levers .changed .line")
    assert "people against without" in page.inner_text(".answered strong")

    print(f"\nclicks: outlook after {outlook}, causes after {causes}, effect of a lever after {clicks}")
    assert clicks <= MOST
