"""No text that is not ours reaches Markdown but through `ui.foreign_text`: read off the source, call by call.

A text is ours where it is written in this repository: a constant, a number in a format, a value of a table of
constants. What cannot be told from the source stands in `REVIEWED`, each with the reason why it is ours.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "ui").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "app.py"])
FIRST = {
    "markdown", "caption", "info", "warning", "error", "success", "toast", "title", "header", "subheader",
    "button", "selectbox", "multiselect", "pills", "segmented_control", "radio", "checkbox", "toggle", "slider",
    "number_input", "select_slider", "text_input", "text_area", "file_uploader", "download_button",
    "link_button", "menu_button",
    "popover", "expander", "status", "spinner", "metric", "badge", "tabs", "table",
    "text",  # shown as it is, and still one line without bidirectional marks
    "integer", "number", "real", "numbers", "stepped", "choice", "choices", "several",
    "switch", "whole",  # our own controls
}  # fmt: skip
"""Calls whose first argument is shown; most read it as Markdown."""
NAMED = {"help", "label", "body", "text", "caption", "placeholder", "alt", "empty", "page_title"}
"""Arguments by name that are shown, in calls of Streamlit, of our controls and of `show`."""
DOOR = {"plain", "line", "lines", "table"}
COUNTS = {"len", "min", "max", "sum", "abs", "round"}
NUMBERS = tuple("dfeg%,")
DIGITS = {"number", "numbers", "apart", "interval", "value_of", "cosine", "cosines", "percent"}
"""Of `analysis.digits`: numbers as text."""
REGISTERED = {"entry", "preset", "page", "here", "quantity", "measure", "claim", "paper"}
"""Names of entries of a registry: losses, presets, pages, quantities, claims, papers. Their texts are written here."""
REVIEWED: dict[str, str] = {
    # what a caller gives, and is looked at there
    "folded_code.py label": "one of two constants, by its callers",
    "controls.py label": "each control's first argument",
    "controls.py help": "each control's help",
    "controls.py empty": "what `several` says without a choice",
    "worlds/world.py label": "as in controls.py",
    "worlds/world.py help": "as in controls.py",
    "worlds/world.py title": "of a world's table of losses, by its callers",
    "worlds/endpoint_tail_panels.py label": "as in controls.py",
    "losses/force_curve_panels.py label": "as in controls.py",
    "losses/force_curve_panels.py help": "as in controls.py",
    "worlds/simplex_controls.py axis": "a letter, by its caller",
    "losses/anatomy_controls.py label": "`_row`: two constants, by its callers",
    "losses/anatomy_panels.py unit_of(...)": "a unit out of the catalogue",
    "losses/force_panels.py unit_of(...)": "a unit out of the catalogue",
    "checkpoints/item.py title": "`_row` and `_side`: constants, by their caller",
    "checkpoints/file_contents.py title": "`_table`: constants, by its callers",
    "linked_table.py alt": "a constant, by its callers",
    "compare/maps.py method": "a value of METHODS, by its caller",
    "talks/editing.py label": "`_field` and `_tool`: constants, by their callers",
    "talks/files.py label": "`_download`: constants, by its callers",
    "talks/refreshing.py label": "one of two constants",
    "talks/files.py title": "of a talk that comes with the lab",
    "start.py title.split(':')[0]": "of a talk that comes with the lab",
    # numbers
    "talks/adding.py held().waits(...)": "a slide's number",
    "talks/adding.py held().add(...)": "a slide's number",
    "talks/editing.py number": "a slide's number in the deck",
    "compare/job.py job.ready": "a count",
    "claims/panels.py view.seed": "a whole number",
    "claims/running.py look.ahead": "a count",
    "losses/force_panels.py anchor": "a row's number",
    "losses/force_panels.py other": "a row's number",
    "losses/force_panels.py drawn.seed": "a whole number",
    "losses/force_panels.py terms[0].positives": "a count",
    "worlds/live_panel.py look.ahead": "a count",
    "worlds/live_panel.py _of_a_run_elsewhere(...)": "counts",
    "worlds/live_panel.py _finished(...)": "counts, a date and a time",
    "worlds/live_panel.py label": "of `_first_button`: three constants",
    # words of ours
    "losses/anatomy_panels.py found.loss": "a name of the catalogue: own losses have no library function beside them",
    "checkpoints/item.py said(...)": "test, train or nothing",
    "checkpoints/item.py item": "a row's number",
    "checkpoints/map.py controls.choice(...)": "a value of _METHODS",
    "checkpoints/tails.py controls.choice(...)": "test or train",
    "claims/panels.py each": "a caveat of the registry",
    "claims/panels.py result.verdict.value": "of an enumeration",
    "claims/panels.py each.does": "of the registry",
    "claims/running.py label": "of a table of constants",
    "claims/running.py words": "counts, and a title of the registry",
    "losses/force_sources.py entry": "a shipped checkpoint",
    "worlds/noise_floor_panels.py free": "a number, from `latex`",
    "worlds/noise_floor_panels.py softmax": "a number, from `latex`",
    "worlds/noise_floor_panels.py weibit": "a number, from `latex`",
    "linked_table.py form.frame(...)": "numbers and letters that the forms allow",
    "losses/loss_panels.py _arxiv(...)": "the catalogue",
    "losses/loss_panels.py _batch(...)": "the catalogue and counts",
    "losses/loss_panels.py _nothing(...)": "the catalogue",
    "losses/loss_panels.py name": "a name of the catalogue",
    "start.py limit": "a count",
    "start.py taken": "a count",
    "checkpoints/file_contents.py plural(...)": "a count and a word",
    "checkpoints/results.py each.title.partition(',')[0]": "of a table of constants",
    "checkpoints/results.py farthest": "of a table of constants",
    "checkpoints/array_reading.py title": "of a table of constants",
    "checkpoints/array_reading.py help": "of a table of constants",
    "losses/dynamics_panels.py view.origin": "constants, by its makers",
    "exhibit.py label": "CSV and HTML",
    "losses/force_curve_panels.py sentences(...)": "ours, with numbers",
    "losses/force_panels.py remark": "sentences of ours with counts",
    "losses/loss_panels.py _HOMES.get(...)": "a table of constants",
    "start.py sentence": "of a table of constants",
    "walks.py walk.question": "of a table of constants",
    "walks.py walk.source": "of a table of constants",
    "walks.py number": "a count",
    "walks.py stop.title": "of a table of constants",
    "walks.py stop.sentence": "of a table of constants",
    "words.py names": "words of `WORDS`, by the pages",
    "words.py name": "words of `WORDS`, by the pages",
    "start.py name": "an installed package",
    "start.py version": "of an installed package",
    # tables of the catalogue, whose Markdown is wanted
    "losses/loss_panels.py pd.DataFrame(...)": "the catalogue",
}
"""File and expression, and why it is ours."""


def place_of(path: Path) -> str:
    """Below ui/, else from the root."""
    return path.relative_to(ROOT).as_posix().removeprefix("ui/")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def shown(tree: ast.AST) -> Iterator[tuple[ast.expr, list[ast.AST]]]:
    """Every expression that a page shows, with the nodes around it, outermost first."""

    def walk(node: ast.AST, around: list[ast.AST]) -> Iterator[tuple[ast.expr, list[ast.AST]]]:
        if isinstance(node, ast.Call):
            for expression in shown_by(node):
                yield expression, around
        for child in ast.iter_child_nodes(node):
            yield from walk(child, [*around, node])

    yield from walk(tree, [])


def shown_by(call: ast.Call) -> Iterator[ast.expr]:
    if not isinstance(call.func, ast.Attribute):
        return
    name = call.func.attr
    if (name in FIRST or (name == "write" and root_of(call.func) == "st")) and call.args:
        yield call.args[0]
    if name == "progress" and len(call.args) > 1:
        yield call.args[1]
    if name in ("dataframe", "data_editor") and call.args:
        yield call.args[0]
    yield from (word.value for word in call.keywords if word.arg in NAMED)


def root_of(node: ast.expr) -> str:
    """The name that a chain of attributes and subscripts begins with; constants of this repository are upper case."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


class Judge:
    """Whether an expression is ours, in one module."""

    def __init__(self, tree: ast.Module, around: list[ast.AST]) -> None:
        functions = [node for node in around if isinstance(node, ast.FunctionDef | ast.Lambda)]
        self.scopes: list[ast.AST] = [tree, *functions]
        self.strangers: set[str] = set()

    def ours(self, node: ast.expr | None, depth: int = 0) -> bool:  # noqa: C901 (one case a kind of node)
        match node:
            case None | ast.Constant():
                return True
            case ast.JoinedStr(values=values):
                return self.all_ours(values, depth)
            case ast.FormattedValue(value=value, format_spec=spec):
                return (spec is not None and ast.unparse(spec).rstrip("'").endswith(NUMBERS)) or self.ours(value, depth)
            case ast.BinOp(left=left, right=right):
                return self.all_ours([left, right], depth)
            case ast.IfExp(body=body, orelse=orelse):
                return self.all_ours([body, orelse], depth)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.BoolOp(values=parts):
                return self.all_ours(parts, depth)
            case ast.Dict(values=parts):
                return self.all_ours(parts, depth)
            case ast.Call(func=ast.Name(id=name)) if name in DOOR | DIGITS | {
                "len",
                "min",
                "max",
                "sum",
                "abs",
                "round",
            }:
                return True
            case ast.Subscript(value=inner) | ast.Attribute(value=inner) if (
                root_of(inner).isupper() or root_of(inner) in REGISTERED
            ):
                return True
            case ast.Subscript(value=ast.Name() as table):
                return self.ours(table, depth)
            case ast.Call(func=ast.Attribute(value=ast.Constant(), attr="join"), args=[parts]):
                return self.ours(parts, depth)
            case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part):
                return self.ours(part, depth)
            case ast.Call(func=ast.Attribute(value=inner, attr="capitalize" | "lower" | "upper" | "strip")):
                return self.ours(inner, depth)
            case ast.Name(id=name):
                return name.isupper() or self.assigned(name, depth)
        self.strangers.add(f"{ast.unparse(node.func)}(...)" if isinstance(node, ast.Call) else ast.unparse(node))
        return False

    def all_ours(self, nodes: list[ast.expr], depth: int) -> bool:
        return all([self.ours(node, depth) for node in nodes])  # noqa: C419 (each, so that every stranger is named)

    def assigned(self, name: str, depth: int) -> bool:
        """Whether all that is ever assigned to the name, in the innermost scope that does so, is ours."""
        for scope in reversed(self.scopes):
            values = [
                node.value
                for node in ast.walk(scope)
                if isinstance(node, ast.Assign | ast.AnnAssign)
                for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
                if isinstance(target, ast.Name) and target.id == name
            ]
            if values and depth < 6:
                return self.all_ours(values, depth + 1)
        self.strangers.add(name)
        return False


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: place_of(path))
def test_what_is_not_ours_goes_through_the_door(path):
    tree, strangers = tree_of(path), []
    for expression, around in shown(tree):
        judge = Judge(tree, around)
        if not judge.ours(expression):
            found = {stranger for stranger in judge.strangers if f"{place_of(path)} {stranger}" not in REVIEWED}
            strangers += [f"{place_of(path)}:{expression.lineno}: {stranger}" for stranger in sorted(found)]
    assert strangers == []


def test_the_list_of_what_was_reviewed_has_nothing_that_is_gone():
    used = set()
    for path in SOURCES:
        tree = tree_of(path)
        for expression, around in shown(tree):
            judge = Judge(tree, around)
            if not judge.ours(expression):
                used |= {f"{place_of(path)} {stranger}" for stranger in judge.strangers}
    assert set(REVIEWED) <= used


@pytest.mark.parametrize(
    ("code", "stranger"),
    [
        ("st.caption(found.note)", "found.note"),
        ("st.warning(f'{len(a)} of {name}')", "name"),
        ("def f(name):\n    said = 'a ' + name\n    st.info(said)", "name"),
        ("st.button('Go', help=f'Below {folder}.')", "folder"),
        ("st.pills('a', b, help=c.d)", "c.d"),
        ("controls.choice(title, 'key', {})", "title"),
        ("st.image(x, caption=name)", "name"),
        ("column.markdown('**' + names[0] + '**')", "names"),
        ("st.progress(0.5, text)", "text"),
        ("st.dataframe(pd.DataFrame(rows))", "pd.DataFrame(...)"),
        ("st.expander('a' if b else c)", "c"),
    ],
)
def test_what_bypasses_the_door_is_found(code, stranger):
    tree = ast.parse(code)
    found = set()
    for expression, around in shown(tree):
        judge = Judge(tree, around)
        if not judge.ours(expression):
            found |= judge.strangers
    assert found == {stranger}


@pytest.mark.parametrize(
    "code",
    [
        "st.caption('a')",
        "st.caption(plain(name))",
        "st.caption(f'{plain(name)}: {count:,} of {share:.1%}')",
        "st.info('a' if b else 'c')",
        "A = {'a': 'b'}\ndef f(key):\n    st.info(A[key])",
        "st.dataframe(table(frame))",
        "st.text(line(name))",
    ],
)
def test_what_is_ours_is_not_held_up(code):
    tree = ast.parse(code)
    assert all(Judge(tree, around).ours(expression) for expression, around in shown(tree))
