"""Maps on disk: found again, made anew when damaged, never in the way."""

import io
import os
import pickle
from functools import partial

import numpy as np
import pytest

from analysis.maps import cache as map_cache
from analysis.maps.cache import cached_map, default_folder, map_key
from analysis.maps.projection import Projection, UmapSpec

SPEC = UmapSpec(epochs=20)


@pytest.fixture
def fits():
    """The fits made so far."""
    return []


@pytest.fixture
def cached(fits):
    """The cache over a stand-in for UMAP: each fit gives other coordinates."""

    def fit(embeddings, spec):
        fits.append(spec)
        return Projection("UMAP", np.full((len(embeddings), 2), len(fits), np.float32))

    return partial(cached_map, fit)


def test_a_map_is_made_once(cached, fits, unit_rows, tmp_path):
    embeddings = unit_rows(20, 3)
    first, second = (cached(embeddings, SPEC, tmp_path / "maps") for _ in range(2))
    np.testing.assert_array_equal(first.coordinates, second.coordinates)
    assert len(fits) == 1
    assert [file.suffix for file in (tmp_path / "maps").iterdir()] == [".map"]


def test_content_and_parameters_are_the_key(unit_rows):
    embeddings = unit_rows(20, 3)
    changed = embeddings.copy()
    changed[13, 1] += 1e-6
    keys = {map_key(embeddings, SPEC), map_key(changed, SPEC), map_key(embeddings, UmapSpec(seed=1))}
    assert len(keys) == 3
    assert map_key(embeddings.copy(), UmapSpec(epochs=20)) == map_key(embeddings, SPEC)


def damaged(file, embeddings):
    whole = file.read_bytes()
    yield b""
    yield whole[:-30]
    yield whole + b"\0"
    yield b"not a map"
    yield pickle.dumps({"coordinates": [1, 2]})
    yield whole[:20] + np.full((len(embeddings), 2), np.nan, np.float32).tobytes()
    yield whole[:20] + bytes(len(whole) - 20)
    for suspect in (0, 25, len(whole) - 1):
        yield whole[:suspect] + bytes([whole[suspect] ^ 1]) + whole[suspect + 1 :]
    buffer = io.BytesIO()
    np.savez(buffer, coordinates=np.zeros((len(embeddings), 2), np.float32))  # as earlier versions kept it
    yield buffer.getvalue()


def test_a_damaged_map_is_made_anew(cached, fits, unit_rows, tmp_path):
    embeddings = unit_rows(20, 3)
    cached(embeddings, SPEC, tmp_path)
    (file,) = tmp_path.iterdir()
    for count, content in enumerate(list(damaged(file, embeddings)), start=2):
        file.write_bytes(content)
        assert (cached(embeddings, SPEC, tmp_path).coordinates == count).all()
        assert len(fits) == count


def test_a_map_of_other_embeddings_is_none_of_these(cached, fits, unit_rows, tmp_path):
    first, second = unit_rows(20, 3), unit_rows(20, 3) * np.float32(0.5)
    cached(first, SPEC, tmp_path)
    (file,) = tmp_path.iterdir()
    file.rename(tmp_path / f"{map_key(second, SPEC)}.map")
    assert (cached(second, SPEC, tmp_path).coordinates == 2).all()


@pytest.mark.parametrize("harm", ["folder", "pipe", "link to nothing"])
def test_what_is_no_file_in_a_maps_place_is_passed_over(cached, fits, unit_rows, tmp_path, harm):
    place = tmp_path / f"{map_key(unit_rows(20, 3), SPEC)}.map"
    if harm == "folder":
        place.mkdir()
    elif harm == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(tmp_path / "nothing")
    assert (cached(unit_rows(20, 3), SPEC, tmp_path).coordinates == 1).all()


def test_a_folder_that_cannot_be_written_is_no_error(cached, fits, unit_rows, tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert len(cached(unit_rows(20, 3), SPEC, tmp_path / "file" / "maps").coordinates) == 20


def test_the_oldest_maps_go(cached, fits, unit_rows, tmp_path, monkeypatch):
    monkeypatch.setattr(map_cache, "_KEPT", 3)
    for seed in range(5):
        cached(unit_rows(20, 3), UmapSpec(seed=seed), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_the_folder_follows_the_desktop_convention(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "nce-lab" / "maps"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "nce-lab" / "maps"
