"""A slide's Markdown as HTML: tags in it are shown as text, nothing is loaded, formulas wait for KaTeX."""

from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict


def as_html(text: str) -> str:
    """CommonMark with tables. A formula between $ or $$ becomes an element that KaTeX fills where the deck opens.

    >>> print(as_html("**a** <b> $x_1$"), end="")
    <p><strong>a</strong> &lt;b&gt; <span class="formula">x_1</span></p>
    """
    return _parser().render(text)


def line_as_html(text: str) -> str:
    """The same for one line, such as a title."""
    return _parser().renderInline(text)


@cache
def _parser() -> MarkdownIt:
    parser = (
        MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").disable(["image", "html_block"])
    )
    parser.disable(["html_inline", "reference"])
    parser.inline.ruler.before("escape", "formula", _formula)
    parser.add_render_rule("formula", _render)
    parser.add_render_rule("link_open", _leads_out)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    """$...$ and $$...$$ as one token; a dollar behind which no formula ends is a dollar."""
    if state.src[state.pos] != "$":
        return False
    mark = "$$" if state.src.startswith("$$", state.pos) else "$"
    start = state.pos + len(mark)
    end = state.src.find(mark, start)
    inside = state.src[start:end]
    if end < 0 or not inside.strip() or (mark == "$" and (inside[0].isspace() or inside[-1].isspace())):
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content, token.markup = inside.strip(), mark
    state.pos = end + len(mark)
    return True


def _render(_self: object, tokens: list[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
    token = tokens[index]
    kind = "formula display" if token.markup == "$$" else "formula"
    return f'<span class="{kind}">{escape(token.content)}</span>'


def _leads_out(self: object, tokens: list[Token], index: int, options: OptionsDict, env: EnvType) -> str:
    """A link opens beside the talk."""
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer")
    return self.renderToken(tokens, index, options, env)  # type: ignore[attr-defined]
