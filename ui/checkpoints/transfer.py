"""What encoders of real images know of digits, beside their accuracy on what they were trained for."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analysis.comparison.encoders import EncoderResult
from analysis.digits import interval, percent
from analysis.statistics.bootstrap import Estimate
from checkpoints.zoo.transfer import Transfer, transfer
from ui.foreign_text import table


def draw_transfer(results: Sequence[EncoderResult]) -> None:
    """A row an encoder: the probe on CIFAR-10 and on digits, and AUC among the train items in its file."""
    found = transfer()
    values = [each.value for each in found.encoders.values()]
    st.subheader(
        f"Transfer: a probe on digits is right on {percent(min(values))} to {percent(max(values))}, one on their pixels"
        f" on {percent(found.beside['pixels'].value)}",
        anchor=False,
    )
    rows = [_row(each, found) for each in results]
    rows += [{"encoder": name, "probe on digits": interval(value)} for name, value in found.beside.items()]
    st.dataframe(table(pd.DataFrame(rows).fillna("")), hide_index=True, height="content")
    st.caption(
        "Multinomial logistic regression on the encoder's features at unit length, 95 % intervals over test items."
        f" Digits: {found.train_items:,} train and {found.test_items:,} test scans of 8 x 8, scaled to 32 x 32, on"
        " which no encoder here was trained; below them the same of first weights, and of the pixels."
        " AUC: target against noise cosine among the train items in the file, fewer than those of the run's own number."
        " Made by `python -m checkpoints.zoo.transfer`."
    )


def _row(each: EncoderResult, found: Transfer) -> dict[str, str]:
    row = {"encoder": each.label}
    if isinstance(each.probe, Estimate):
        row["probe on CIFAR-10"] = interval(each.probe)
    for name, values in (("probe on digits", found.encoders), ("AUC in the file", found.areas)):
        if each.name in values:
            row[name] = interval(values[each.name])
    return row
