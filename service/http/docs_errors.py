"""A page for every error code, made from its class: a docstring is all that its author writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from inspect import cleandoc
from itertools import groupby

import orjson

from service.core.errors import ServiceError, catalogue
from service.http.docs_guides import inline_html
from service.http.errors import status_of
from service.http.openapi import example_of


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What readers want to know. ``meaning`` and ``remedy`` are HTML, ``example`` is JSON.

    ``general`` is the code of the error that this one is a kind of.
    """

    code: str
    title: str
    status: int
    meaning: list[str]
    remedy: str
    general: str | None
    example: str


def error_pages(origin: str) -> dict[str, ErrorPage]:
    """The page of every code in the catalogue, by status and code."""
    errors = sorted(catalogue(), key=lambda error: (status_of(error), error.code))
    return {error.code: _page(error, origin) for error in errors}


def by_status(pages: Iterable[ErrorPage]) -> list[tuple[int, list[ErrorPage]]]:
    """``pages``, which are in order of status, in groups of one status."""
    return [(status, list(same)) for status, same in groupby(pages, lambda page: page.status)]


def _page(error: type[ServiceError], origin: str) -> ErrorPage:
    first, *more = _paragraphs(error)
    meaning, _, remedy = first.partition(". ")
    example = orjson.dumps(example_of(error, origin), option=orjson.OPT_INDENT_2)
    return ErrorPage(
        code=error.code,
        title=error.title,
        status=status_of(error),
        meaning=[inline_html(text) for text in (meaning.rstrip(".") + ".", *more)],
        remedy=inline_html(remedy),
        general=_general(error),
        example=example.decode(),
    )


def _paragraphs(error: type[ServiceError]) -> list[str]:
    paragraphs = cleandoc(error.__doc__ or "").split("\n\n")
    return [" ".join(paragraph.split()) for paragraph in paragraphs]


def _general(error: type[ServiceError]) -> str | None:
    """The nearest error above; not the root, which says only that something went wrong."""
    kinds = [each for each in error.__mro__[1:] if issubclass(each, ServiceError)]
    return next((kind.code for kind in kinds if kind is not ServiceError), None)
