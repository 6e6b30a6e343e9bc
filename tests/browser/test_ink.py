"""The ink of figures follows the theme in the app: what replaces it there is Streamlit's own frontend."""

import re

import pytest

from tests.waiting import until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("scheme", "light_ink"), [("light", False), ("dark", True)])
def test_a_figures_texts_are_dark_on_light_and_light_on_dark(server, tab, scheme, light_ink):
    opened = tab(scheme).open(f"{server.url}/Force_curves")
    tick = opened.page.locator(".js-plotly-plot .xtick text").first
    tick.wait_for()

    def is_inked() -> bool:
        levels = [int(part) for part in re.findall(r"\d+", tick.evaluate("text => getComputedStyle(text).fill"))[:3]]
        return (min(levels) > 200) if light_ink else (max(levels) < 80)

    until(is_inked)
