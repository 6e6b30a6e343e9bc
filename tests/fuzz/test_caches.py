"""Whatever is wrong with a kept file, it is made anew; and that a fault would be found."""

import numpy as np
import pytest

from analysis.maps.projection import Projection
from tests.fuzz.caches import CACHES, Cache, wrong

CASES = 1000


@pytest.mark.parametrize("cache", CACHES, ids=lambda cache: cache.name)
def test_a_spoilt_file_is_made_anew(cache, tmp_path):
    assert list(wrong(cache, range(CASES), tmp_path)) == []


def test_a_cache_that_believes_its_file_is_found(tmp_path):
    def ask(folder):
        path = folder / "kept.npy"
        if not path.exists():
            np.save(path, np.ones((4, 2), np.float32))
        return Projection("UMAP", np.load(path))

    kinds = {said.split(": ", 1)[1][:20] for said in wrong(Cache("credulous", ask, np.shape), range(200), tmp_path)}
    assert "the damaged file was" in kinds
    assert len(kinds) > 1
