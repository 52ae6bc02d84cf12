import pytest

from service.core.errors import catalogue
from service.http.docs_errors import ErrorPage, by_status, error_pages
from tests.http.things import Nothing

ORIGIN = "https://sync.example.org"


@pytest.fixture(scope="module")
def pages() -> dict[str, ErrorPage]:
    return error_pages(ORIGIN)


def test_every_code_has_a_page(pages: dict[str, ErrorPage]) -> None:
    assert set(pages) == {error.code for error in catalogue()}


def test_every_page_says_what_it_means(pages: dict[str, ErrorPage]) -> None:
    assert [code for code, page in pages.items() if len(page.meaning[0]) < len("It is.")] == []


def test_a_page_refers_to_the_general_case(pages: dict[str, ErrorPage]) -> None:
    assert pages[Nothing.code].general == "not_found"
    assert pages["not_found"].general is None


def test_a_page_is_made_of_its_docstring(pages: dict[str, ErrorPage]) -> None:
    page = pages[Nothing.code]
    assert (page.title, page.status) == ("No thing", 404)
    assert page.meaning == ["There is no such thing."]
    assert page.remedy == "Look for another."
    assert f'"type": "{ORIGIN}/docs/errors/no_thing"' in page.example


def test_pages_are_grouped_by_status(pages: dict[str, ErrorPage]) -> None:
    statuses = [status for status, _ in by_status(pages.values())]
    assert statuses == sorted(set(statuses))
