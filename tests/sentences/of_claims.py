"""What claims say: of names, seeds, rules and results that are none."""

from pathlib import Path
from unittest.mock import patch

import numpy as np

from analysis.rules.findings import Line
from analysis.rules.kinds import Above, Never, Same
from analysis.rules.numbers import Number, Share, exactly, mean_of
from analysis.rules.verdict import Part, judge
from claims import __main__ as command
from claims import shipped
from claims.registry import claim_of
from claims.results import loads
from claims.running import check_seed
from claims.slides import slide

CLAIM = "two_coordinates"


def _unmeasured(_: Path) -> object:
    with patch.object(shipped, "_all", dict):
        return slide(CLAIM)


SAID = (
    lambda _: claim_of("nothing"),
    lambda _: command.main(["nothing"]),
    lambda _: command.main([CLAIM, "--seed", "-1"]),
    lambda _: check_seed(2**31),
    lambda _: command.main([CLAIM, "--seeds", "1"]),
    lambda _: command.main([CLAIM, "--seeds", "1,1"]),
    lambda _: command.main([CLAIM, "--seeds", "0,-1"]),
    _unmeasured,
    lambda _: loads("{}", claim_of(CLAIM), name="a.claim"),
    lambda _: Number(np.nan, 0.0, 0.0, "seeds"),
    lambda _: Share(3, 2, "pairs"),
    lambda _: mean_of(np.zeros(2), "seeds"),
    lambda _: Same(0.0),
    lambda _: Never(0.1).outcome(exactly(0.0, 0.0), 0.95),
    lambda _: Line("a", "b", (1.0,), ()),
    lambda _: judge([Part("key", "", "", Above(0.0))], {}),
)
