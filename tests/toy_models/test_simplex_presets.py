"""World 1's presets: named, explained in one sentence, and links without torch."""

import subprocess
import sys

from toy_models.simplex.presets import PRESETS
from toy_models.simplex.spec import PROCESSES, SimplexSpec


def test_every_process_is_a_preset_and_failures_are_among_them():
    assert set(PROCESSES) <= set(PRESETS)
    for name in PROCESSES:
        assert PRESETS[name].spec.labels == name
    assert sum(preset.title.startswith("Failure") for preset in PRESETS.values()) >= 3


def test_each_is_one_sentence_and_its_own_spec():
    assert len({preset.spec for preset in PRESETS.values()}) == len(PRESETS)
    for preset in PRESETS.values():
        assert preset.look_at.endswith(".")
        assert preset.look_at.count(". ") == 0
        assert SimplexSpec.from_json(preset.spec.to_json()) == preset.spec


def test_no_torch():
    code = "import sys, toy_models.simplex.presets; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
