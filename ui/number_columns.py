"""How a table shows its numbers: with six figures, wherever the point is."""

from typing import Any

import pandas as pd
import streamlit as st


def number_columns(table: pd.DataFrame) -> dict[str, Any]:
    """For `st.dataframe`: columns of floats, of which it would show no more than four digits behind the point."""
    floats = [name for name, column in table.items() if pd.api.types.is_float_dtype(column)]
    return {str(name): st.column_config.NumberColumn(format="%.6g") for name in floats}
