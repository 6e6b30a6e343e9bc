"""Controls against what a link may ask: good values are taken, bad ones give the default and one notice each."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from losses.errors import LabError
from tests.waiting import PATIENCE
from ui.errors import plain


def page() -> None:
    import streamlit as st

    from ui import controls

    titles = {"nll": "NLL", "supcon": "SupCon"}
    with controls.panel() as ask:
        seed = ask.integer("Seed", "seed", default=3, low=0, high=99)
        tau = ask.number("Temperature", "tau", default=0.1, low=0.01, high=2.0, step=0.01)
        loss = ask.choice("Loss", "loss", titles, default="nll")
        losses = ask.choices("Losses", "losses", titles, default=("nll",))
        unit = ask.switch("Unit length", "unit")
        rate = ask.real("Learning rate", "rate", default=5e-3, low=1e-5, high=1.0, step=1e-3)
    found = {"seed": seed, "tau": tau, "loss": loss, "losses": losses, "unit": unit, "rate": rate}
    st.json({**found, "link": ask.values})


DEFAULTS = {"seed": 3, "tau": 0.1, "loss": "nll", "losses": ["nll"], "unit": False, "rate": 5e-3}


def opened(**query: str | list[str]) -> AppTest:
    app = AppTest.from_function(page, default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def values(app: AppTest) -> dict[str, object]:
    found = json.loads(app.json[0].value)
    found.pop("link")
    return found


def link(app: AppTest) -> dict[str, list[str]]:
    return json.loads(app.json[0].value)["link"]


def test_no_parameters_give_the_defaults_and_no_notice():
    app = opened()
    assert values(app) == DEFAULTS
    assert not app.warning


def test_a_link_writes_every_value_and_restores_it():
    app = opened()
    app.number_input("seed").set_value(7)
    app.number_input("rate").set_value(0.0371)
    app.slider("tau").set_value(0.25)
    app.selectbox("loss").set_value("supcon")
    app.toggle("unit").set_value(True)
    changed = app.run()
    assert set(link(changed)) == set(DEFAULTS)
    assert values(changed) == {**DEFAULTS, "seed": 7, "tau": 0.25, "loss": "supcon", "unit": True, "rate": 0.0371}
    assert values(opened(**link(changed))) == values(changed)


@pytest.mark.parametrize(
    ("name", "asked", "rule"),
    [
        ("seed", "nan", "must be a whole number from 0 to 99"),
        ("seed", "inf", "must be a whole number from 0 to 99"),
        ("seed", "1e400", "must be a whole number from 0 to 99"),
        ("seed", "-1", "must be a whole number from 0 to 99"),
        ("seed", "1000000000", "must be a whole number from 0 to 99"),
        ("seed", "7.9", "must be a whole number from 0 to 99"),
        ("seed", "", "must be a whole number from 0 to 99"),
        ("tau", "-1", "must be a number from 0.01 to 2"),
        ("tau", "nan", "must be a number from 0.01 to 2"),
        ("rate", "1e-6", "must be a number from 1e-05 to 1"),
        ("loss", "bogus", "must be one of nll, supcon"),
        ("losses", "bogus", "must be one of nll, supcon"),
        ("unit", "maybe", "must be one of true, false"),
    ],
)
def test_a_bad_value_gives_the_default_and_one_notice(name, asked, rule):
    app = opened(**{name: asked})
    assert values(app) == DEFAULTS
    assert [notice.value for notice in app.warning] == [
        plain(str(LabError(name, rule, asked or "empty", "The default is used instead.")))
    ]
    assert name not in app.query_params


def test_a_notice_stays_until_it_is_put_away():
    app = opened(seed="nan", tau="-1")
    said = [notice.value for notice in app.warning]
    app.number_input("seed").set_value(7).run()
    app.run()
    assert [notice.value for notice in app.warning] == said
    (away,) = [button for button in app.button if button.label == "Put away"]
    away.click().run()
    assert not app.warning
    assert not [button for button in app.button if button.label == "Put away"]
    assert not app.run().warning


def test_a_notice_of_an_earlier_link_gives_way_to_the_next_links():
    app = opened(seed="nan", tau="-1")
    app.query_params["seed"] = "8"
    assert ["tau" in notice.value for notice in app.run().warning] == [True]
    app.query_params["seed"] = "9.5"
    assert len(app.run().warning) == 2
    app.query_params["seed"] = "9.25"
    assert len(app.run().warning) == 2


def test_what_is_typed_is_said_as_long_as_it_stands():
    """No notice to put away: the field has what is wrong in it."""

    def typed() -> None:
        from ui import controls

        with controls.panel() as ask:
            ask.numbers("Numbers", "numbers", default=(1.0,), low=0, high=9)

    app = AppTest.from_function(typed, default_timeout=30).run()
    app.text_input("numbers").set_value("1 x").run()
    assert len(app.warning) == 1
    assert not [button for button in app.button if button.label == "Put away"]
    app.text_input("numbers").set_value("1 2").run()
    assert not app.warning


def test_many_bad_values_at_once_are_all_named():
    app = opened(seed="nan", tau="-1", loss="bogus", unit="maybe")
    assert values(app) == DEFAULTS
    assert len(app.warning) == 4


def test_good_and_bad_options_are_told_apart():
    app = opened(losses=["supcon", "bogus"])
    assert values(app) == {**DEFAULTS, "losses": ["supcon"]}
    (warning,) = app.warning
    assert warning.value.endswith("It is left out.")


def test_the_url_says_what_is_not_the_default_by_name():
    app = opened()
    assert dict(app.query_params) == {}
    app.selectbox("loss").set_value("supcon").run()
    assert dict(app.query_params) == {"loss": "supcon", "v": "1"}
    app.selectbox("loss").set_value("nll").run()
    assert dict(app.query_params) == {}


def test_a_url_that_changes_under_the_page_changes_its_controls():
    app = opened(seed="7")
    app.query_params["seed"] = "8"
    assert values(app.run()) == {**DEFAULTS, "seed": 8}
    app.number_input("seed").set_value(9)
    assert values(app.run()) == {**DEFAULTS, "seed": 9}
    app.query_params.clear()
    assert values(app.run()) == DEFAULTS


@pytest.mark.parametrize("asked", ["supcon", "SupCon"])
def test_an_option_may_be_asked_by_name_or_by_label(asked):
    assert values(opened(loss=asked, losses=asked)) == {**DEFAULTS, "loss": "supcon", "losses": ["supcon"]}


def test_no_option_at_all_can_be_linked():
    app = opened(losses="")
    assert values(app) == {**DEFAULTS, "losses": []}
    assert link(app)["losses"] == [""]
    assert not app.warning


def test_a_notice_cannot_bring_markup_along():
    notice = opened(seed="![x](http://example.org) $a$ :smile: <b>" * 40).warning[0].value
    assert "![" not in notice
    assert len(notice) < 400


def test_another_version_of_links_is_named():
    assert "v must be 1" in opened(v="2").warning[0].value
    assert not opened(v="1").warning


def of_many() -> None:
    import streamlit as st

    from ui import controls

    with controls.panel() as ask:
        chosen = ask.several("Classes", "only", {str(each): f"class {each}" for each in range(1_000)})
    st.json({"chosen": len(chosen)})


def test_of_many_a_link_can_say_all_that_can_be_chosen():
    """Of a link with more than a thousand values nothing is read."""
    app = AppTest.from_function(of_many, default_timeout=PATIENCE)
    app.query_params["only"] = [str(each) for each in range(1_000)]
    app.run()
    assert not app.exception
    assert json.loads(app.json[0].value)["chosen"] == 200 == app.multiselect("only").proto.max_selections
    assert "only must number at most 200, but numbers 1,000. The first 200 are used." in app.warning[0].value
    app.query_params["only"] = ["1000"]
    app.run()
    assert "must be one of 0, 1, 2," in app.warning[0].value
    assert "19 and 980 more, but is 1000" in app.warning[0].value
