"""Lines of Python that write an .npz from the user's own model and loaders: shown where no network fits, never run.

A name in a file is quoted by Python, and stands in a literal or a comment alone.
"""

from collections.abc import Sequence

MODEL, LOADERS = "model = ...", "train_loader, test_loader = ..., ..."
_GIVEN = f"{MODEL}  # yours: made as for training; images -> embeddings (N, D)"
_LONGEST = 120


def lines(file: str, load: Sequence[str], model: str = _GIVEN) -> str:
    """Copyable Python. `model`: the line that makes it; `load`: those that fill it from the file, and make `found`."""
    return "\n".join(
        [
            "import numpy as np, torch",
            model,
            f"{LOADERS}  # yours: batches of (images, labels), not shuffled",
            *load,
            'for side, loader in (("train", train_loader), ("test", test_loader)):',
            "    with torch.inference_mode():",
            "        rows = [(model(x).float().flatten(1).numpy(force=True), np.asarray(y)) for x, y in loader]",
            '    found[f"{side}_embeds"], found[f"{side}_labels"] = (np.concatenate(part) for part in zip(*rows))',
            f"np.savez({quoted(_stem(file))}, **found)  # this opens in NCE Lab",
        ]
    )


def lines_of_program(file: str) -> str:
    """Of TorchScript, which has its network with it: a program, that nothing here runs."""
    model = f'model = torch.jit.load({quoted(file)}, map_location="cpu")  # runs it: only if you trust its maker'
    return lines(file, ["model.eval(); found = {}"], model)


def quoted(text: str) -> str:
    """As a literal in ASCII; a name that is too long is cut, to be mended by hand."""
    return ascii(text[:_LONGEST])


def _stem(file: str) -> str:
    return f"{file.split('.')[0] or 'embeddings'}.npz"
