"""python -m checkpoints.compare --over-seeds: files whose names differ in their seed are one setting."""

import json

import numpy as np

from checkpoints import compare
from tests.checkpoints.hostile_data import bundle


def test_settings_over_seeds_by_the_names_of_files(tmp_path, capsys):
    paths = []
    for setting, noise in (("near", 0.1), ("far", 0.8)):
        for seed in range(4):
            rng = np.random.default_rng([seed, int(10 * noise)])
            rows = (np.eye(6)[np.arange(20) % 4] + noise * rng.normal(size=(20, 6))).astype(np.float32)
            paths.append(tmp_path / f"{setting}_seed{seed}.npz")
            paths[-1].write_bytes(bundle(test_embeds=rows))
    said = [str(path) for path in paths]
    assert compare.main([*said, "--over-seeds", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    near, far = [each for each in found["settings"] if each["measure"] == "nearest_target"]
    assert (near["setting"], list(near["values"])) == ("near.npz", [f"near_seed{seed}.npz" for seed in range(4)])
    assert near["value"] == np.mean(list(near["values"].values()))
    (difference,) = [each for each in found["differences"] if each["measure"] == "nearest_target"]
    assert difference["reference"] == "near.npz"
    assert np.isclose(difference["value"], far["value"] - near["value"])
    assert compare.main([*said, "--over-seeds"]) == 0
    assert "far.npz less near.npz" in capsys.readouterr().out
    assert compare.main([said[0], "--over-seeds"]) == 2
