"""A toy world's page driven without a browser: press Run and wait for what comes."""

from collections.abc import Callable
from typing import Any

from streamlit.testing.v1 import AppTest

from losses.errors import LabError
from tests.waiting import until


def button(page: AppTest, label: str) -> Any:
    return next(each for each in page.button if each.label == label)


def check_opens(page: AppTest) -> None:
    """Without a word of anything wrong, under its question."""
    assert not page.exception
    assert not page.error
    assert not page.warning
    assert page.title[0].value.endswith("?")


def check_opens_live(page: AppTest) -> None:
    """With a chart that will grow, and no figure."""
    check_opens(page)
    assert len(page.get("echarts_chart")) == 1
    assert not page.get("plotly_chart")


def check_opens_on_a_shipped_run(page: AppTest) -> None:
    """With the one figure that answers, and where it comes from."""
    check_opens(page)
    assert len(page.get("plotly_chart")) == 1
    assert not page.get("echarts_chart")
    assert any(each.value.startswith("A finished run, shipped with the lab: ") for each in page.caption)


def check_one_notice(page: AppTest, name: str) -> None:
    """Of a link's bad value for the control `name`; the page goes on."""
    assert not page.exception
    assert not page.error
    assert len(page.warning) == 1
    assert page.warning[0].value.startswith(name.replace("_", "\\_"))


def check_keeps_frames_of_a_diverged_run(page: AppTest, loss: str, figures: int) -> None:
    """Of `diverging`: a sentence, and the figures of the frames before."""
    run_to_an_error(page)
    assert page.error[0].value.replace("\\", "").startswith(f"{loss}, seed 0: the loss must stay finite")
    assert not page.exception
    assert len(page.get("plotly_chart")) == figures


def at_rest(page: AppTest) -> bool:
    """No run goes: the first button offers one."""
    return any(each.label == "Run" for each in page.button)


def run_to_its_end(page: AppTest) -> AppTest:
    return _run_until(page, lambda: any(caption.value.startswith("Finished") for caption in page.caption))


def run_to_an_error(page: AppTest) -> AppTest:
    return _run_until(page, lambda: bool(page.error))


def diverging(simulate: Callable[..., Any], loss: str) -> Callable[..., Any]:
    """A simulation that leaves the finite numbers after its first frame."""

    def frames(spec: object, device: str, on_step: Callable[[int], None]) -> Any:
        yield next(simulate(spec, device, on_step))
        raise LabError(f"{loss}, seed 0: the loss", "must stay finite", "nan at step 1", "Lower the learning rate.")

    return frames


def _run_until(page: AppTest, holds: Callable[[], bool]) -> AppTest:
    button(page, "Run").click().run()
    return run_until(page, holds)


def run_until(page: AppTest, holds: Callable[[], bool]) -> AppTest:
    """Run the page again and again, as its fragments would in a browser."""

    def look() -> bool:
        assert not page.exception
        return holds() or (page.run() is page and holds())

    until(look)
    return page
