"""The guides: ``docs/*.md`` of the repository, rendered once when first asked for.

The renderer is CommonMark with tables. Raw HTML stays text, and links with a scheme that could run
code are not made links, so a page needs no trust in its author.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

READ_FIRST: Final = ("sync", "records", "lists", "spaces", "auth", "imports", "jobs", "settings")
GUIDES_DIRECTORY: Final = Path(__file__).parents[2] / "docs"

_NOT_IN_ANCHORS = re.compile(r"[^a-z0-9]+")
_MARKDOWN_LINK = re.compile(r"^(?!\w+:)(.*)\.md(#.*)?$")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of the second level: where it can be linked to, and its text."""

    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Guide:
    """A page. ``slug`` is its file's name, ``summary`` its first paragraph as plain text."""

    slug: str
    title: str
    summary: str
    html: str
    sections: Sequence[Section]


def read_guides(directory: Path) -> list[Guide]:
    """The guides in ``directory``: those to be read first first, then the others by title."""
    guides = [read_guide(path) for path in directory.glob("*.md")]
    last = len(READ_FIRST)
    ranks = {slug: rank for rank, slug in enumerate(READ_FIRST)}
    return sorted(guides, key=lambda one: (ranks.get(one.slug, last), one.title.casefold()))


def read_guide(path: Path) -> Guide:
    """The guide in one file. Its title is its first heading, or else the name of the file."""
    markdown = _markdown()
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    headings = list(_headings(tokens))
    for opening, text in headings:
        opening.attrSet("id", _anchor(text))
    texts = {
        tag: [text for opening, text in headings if opening.tag == tag] for tag in ("h1", "h2")
    }
    return Guide(
        slug=path.stem.lower().replace("_", "-"),
        title=next(iter(texts["h1"]), path.stem),
        summary=_summary(tokens),
        html=markdown.renderer.render(tokens, markdown.options, {}),
        sections=[Section(_anchor(text), text) for text in texts["h2"]],
    )


def inline_html(text: str) -> str:
    """One line of Markdown, or of a docstring, as HTML."""
    return str(_markdown().renderInline(text.replace("``", "`")))


def _markdown() -> MarkdownIt:
    return _Markdown("js-default", {"html": False})


class _Markdown(MarkdownIt):
    """Guides refer to each other by file, as in the repository; here they have no ``.md``."""

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the renderer's name for it
        return _MARKDOWN_LINK.sub(r"\1\2", super().normalizeLink(url))


def _headings(tokens: Sequence[Token]) -> Iterator[tuple[Token, str]]:
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            yield opening, _plain(inline)


def _summary(tokens: Sequence[Token]) -> str:
    pairs = pairwise(tokens)
    paragraphs = (_plain(inline) for opening, inline in pairs if opening.type == "paragraph_open")
    return next(paragraphs, "")


def _plain(inline: Token) -> str:
    """The text of an inline token without its markup."""
    parts = (" " if child.type == "softbreak" else child.content for child in inline.children or ())
    return "".join(parts)


def _anchor(text: str) -> str:
    return _NOT_IN_ANCHORS.sub("-", text.lower()).strip("-")
