"""Streamlit reads `.streamlit/config.toml` as it stands: of one that it cannot read it takes nothing."""

import tomllib
from pathlib import Path

from streamlit import config

FILE = Path(__file__).parents[1] / ".streamlit" / "config.toml"


def test_every_setting_of_the_file_is_one_of_streamlits():
    known = config.get_config_options()
    settings = tomllib.loads(FILE.read_text())
    names = {f"{section}.{name}" for section, values in settings.items() for name in values}
    assert names - {"theme.sidebar", "theme.light", "theme.dark"} <= set(known)


def test_it_is_in_force():
    assert config.get_option("runner.magicEnabled") is False
    assert config.get_option("client.showErrorDetails") == "none"
    assert config.get_option("server.allowedHosts") == ["localhost", "127.0.0.1", "::1"]
