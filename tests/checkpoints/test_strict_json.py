import json

import pytest

from checkpoints.reading.strict_json import parse
from losses.errors import LabError


def test_plain_json_is_what_the_standard_library_says():
    text = '{"a": [1, -2.5e3, true, null, "\\u00e9"], "b": {"c": 12345678901234567890}}'
    assert parse(text, name="x", brackets=10) == json.loads(text)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"b": {"a": 1, "a": 1}}', "same key twice"),
        ('{"a": NaN}', "must not have NaN"),
        ('{"a": -Infinity}', "must not have -Infinity"),
        ('{"a": 1e999}', "beyond the range of a float"),
        ('{"a": ' + "9" * 5000 + "}", "integers of more than 20 digits"),
        ("[" * 5000, "not nested hundreds deep"),
        ("[[],[],[],[],[],[],[],[],[],[]]" * 1000, "at most 9,999 brackets"),
        ('{"a": 1', "must be JSON, but that is not so at character 7"),
        ('{"a\\u202eb": 1}', "printable keys"),
        ('{"\\ud800": 1}', "printable keys"),
        ("", "must be JSON"),
    ],
)
def test_what_is_refused(text, rule):
    with pytest.raises(LabError, match=f"^x .*{rule}"):
        parse(text, name="x", brackets=9_999)
