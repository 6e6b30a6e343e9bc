"""A run's options as TOML: what is printed gives the run again, and what cannot be one is said in a sentence."""

import pytest

from checkpoints.train import _options, _parser, main
from checkpoints.training.images.command import parameters_of
from checkpoints.training.images.command import recipe_of as of_images
from checkpoints.training.recipe_file import toml_of, words_in
from losses.errors import LabError


def printed(capsys, *words: str) -> str:
    assert main([*words, "--print-config"]) == 0
    return capsys.readouterr().out


def test_what_is_printed_is_the_whole_recipe_and_gives_it_again(capsys, tmp_path):
    words = ["--loss", "soft_target_infonce", "--data", 'my "set".zip', "--encoder", "vit_tiny", "--cutmix", "1"]
    words += ["--ema", "0.99", "--channels-last", "--learning-rate", "0.00001", "--limit", "7", "--name", "gr\u00fcn"]
    file = tmp_path / "run.toml"
    file.write_text(text := printed(capsys, *words), encoding="utf-8")
    assert "width = 192\n" in text
    assert "learning-rate = 1e-05\n" in text
    assert "limit = 7\n" in text
    again = _options(["--recipe", str(file), "--out", "a.pth"])
    wanted = _parser().parse_args(words)
    assert of_images(again, parameters_of(again)) == of_images(wanted, parameters_of(wanted))
    assert (again.data, again.limit) == (wanted.data, 7)
    assert printed(capsys, "--recipe", str(file)) == text


def test_the_command_goes_before_the_file(capsys, tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('loss = "supcon"\nseed = 3\nchannels-last = false\n')
    text = printed(capsys, "--recipe", str(file), "--seed", "4")
    assert 'loss = "supcon"\n' in text
    assert "seed = 4\n" in text
    assert "out" not in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("loss = ", "must be TOML (Invalid value"),
        ("epoch = 3", "run.toml: 'epoch' must be an option of this command. Try --help."),
        ('recipe = "b.toml"', "run.toml: 'recipe' must be an option of this command"),
        ("seed = [1]", "run.toml: seed must be a text, a number, true or false, but is [1]."),
        ("seed = 1.5", "--seed must be a whole number, but is '1.5'."),
        ('loss = "nll"\nepochs = 0', "--epochs must be an integer from 1"),
        ("epochs = 3", "--loss must be given"),
    ],
)
def test_a_file_that_is_no_recipe_is_refused_in_a_sentence(capsys, tmp_path, text, said):
    file = tmp_path / "run.toml"
    file.write_text(text)
    try:
        code = main(["--recipe", str(file), "--print-config"])
    except SystemExit as stop:
        code = stop.code
    found = capsys.readouterr()
    assert (code, found.out, found.err.count("\n")) == (2, "", 1)
    assert said in found.err


def test_a_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(LabError, match="--recipe must be a file that can be read"):
        words_in(tmp_path / "none.toml", ())
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    with pytest.raises(LabError, match=r"must be TOML \(no text\)"):
        words_in(tmp_path / "bytes.toml", ())
    (tmp_path / "long.toml").write_bytes(b"#" * 100_001)
    with pytest.raises(LabError, match="must be at most 100,000 bytes"):
        words_in(tmp_path / "long.toml", ())


def test_what_cannot_stand_in_a_file_is_not_printed():
    with pytest.raises(LabError, match="--data must be printable to stand in a recipe"):
        toml_of({"data": "a\nb"})
