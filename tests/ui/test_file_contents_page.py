"""The page on a file's contents without a browser: what is listed, and what is refused."""

import argparse
import io
import os
import pickle

import numpy as np
import pytest
import streamlit as st
import torch

from ui import root

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
    named = tables["name", "put there by"].set_index("name")["put there by"]
    assert named["torch._utils._rebuild_tensor_v2"] == "torch.save, for tensors"
    assert named["argparse.Namespace"].startswith("the script that saved it: a plain object")
    assert page.success[0].value.startswith("Yes\\: its pickle names no code that is not torch's")


@pytest.mark.parametrize("protocol", [0, 5])
def test_a_plain_pickle_is_answered_like_a_torch_file(open_page, protocol):
    value = {"embeddings": np.ones((3, 2)), "labels": ["cat", "dog", "owl"]}
    page = given(open_page, pickle.dumps(value, protocol))
    assert page.success[0].value.startswith("Yes\\: its pickle names no code that is not torch's")
    tables = {tuple(table.value.columns): table.value for table in page.dataframe}
    assert tables["place", "dtype", "shape", "numbers"].to_numpy().tolist() == [["embeddings", "float64", "(3, 2)", 6]]
    assert tables["place", "value"].to_numpy().tolist()[0] == ["labels/0", "cat"]
    assert page.header[-1].value == "A pickle, though its name ends in .pth"
    harm = given(open_page, pickle.dumps({**value, "x": Harm()}, protocol))
    assert harm.error[0].value.startswith("No\\: with pickle.load it could call posix.system")


@pytest.mark.parametrize("content", [pickle.dumps(np.ones(3))[:-9], b"\x80\x02\x82\x01."], ids=["spoilt", "opcode"])
def test_a_pickle_that_cannot_be_looked_into_is_one_sentence(open_page, content):
    page = given(open_page, content)
    assert len(page.error) == 1
    assert not page.dataframe


class Harm:
    """Calls a command when it is unpickled."""

    def __reduce__(self):
        return os.system, ("true",)


def test_a_file_that_calls_a_command_is_a_no(open_page):
    content = io.BytesIO()
    torch.save({"x": Harm()}, content)
    page = given(open_page, content.getvalue())
    assert page.error[0].value.startswith("No\\: with pickle or torch.load")
    assert not page.success


def test_a_link_to_a_file_under_the_root(open_page, tmp_path, monkeypatch):
    torch.save({"w": torch.ones(7)}, tmp_path / "b.pth")
    torch.save({"w": torch.ones(5)}, tmp_path / "a.pth")
    monkeypatch.setattr("sys.argv", ["app.py", "--root", str(tmp_path)])
    root._read.cache_clear()
    st.cache_data.clear()
    page = open_page(PAGE, source="root", path="b.pth")
    assert page.selectbox("path").value == "b.pth"
    assert any(text.value.startswith("1 tensor: 7 numbers") for text in page.text)
    page.selectbox("path").set_value("a.pth").run()
    assert any(text.value.startswith("1 tensor: 5 numbers") for text in page.text)
    root._read.cache_clear()
    st.cache_data.clear()


def test_a_link_to_a_root_that_is_not_there_is_said(open_page):
    root._read.cache_clear()
    page = open_page(PAGE, source="root", path="b.pth")
    assert "source cannot be root in an app that was started without a folder" in page.warning[0].value
