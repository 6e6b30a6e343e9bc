"""The page on a file's contents without a browser: what is listed, and what is refused."""

import argparse
import io
import pickle

import torch

PAGE = "pages/2_File_contents.py"


def given(open_page, content: bytes):
    page = open_page(PAGE)
    page.file_uploader("file").upload("last.pth", content, "application/octet-stream").run()
    assert not page.exception
    return page


def test_tensors_options_and_every_name_are_listed(open_page):
    content = io.BytesIO()
    weights = {"encoder.conv1.weight": torch.ones(3, 3), "head.0.weight": torch.ones(2, 3)}
    torch.save({"opt": argparse.Namespace(temp=0.1), "model": weights}, content)
    page = given(open_page, content.getvalue())
    tables = {tuple(table.value.columns): table.value for table in page.dataframe}
    assert list(tables["place", "dtype", "shape", "numbers"]["numbers"]) == [9, 6]
    options = tables["place", "value"].set_index("place")["value"]
    assert options["opt/temp"] == "0.1"
    assert "argparse.Namespace" in list(tables[("name",)]["name"])
    assert "torch._utils._rebuild_tensor_v2" in list(tables[("name",)]["name"])


def test_a_bare_pickle_is_one_sentence(open_page):
    page = given(open_page, pickle.dumps(print))
    assert len(page.error) == 1
    assert not page.dataframe
