from pathlib import Path

import pytest

from service.http.docs_guides import Section, inline_html, read_guide, read_guides

TEXT = """# Two *clients* in step

How `one` client
follows another.

## First: start it!

See [sync](sync.md#the-cursor), [there](https://example.org/x.md) and [here](#next).

| a | b |
|---|---|
| 1 | 2 |

## Next

<script>alert(1)</script> [x](javascript:alert(1)) ![y](data:text/html;base64,AAAA)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "QUICK_START.md"
    path.write_text(TEXT)
    return path


def test_title_and_summary_are_the_first_lines_as_text(path: Path) -> None:
    guide = read_guide(path)
    assert (guide.slug, guide.title) == ("quick-start", "Two clients in step")
    assert guide.summary == "How one client follows another."


def test_sections_can_be_linked_to(path: Path) -> None:
    guide = read_guide(path)
    assert guide.sections == [
        Section("first-start-it", "First: start it!"),
        Section("next", "Next"),
    ]
    assert '<h2 id="first-start-it">' in guide.html


def test_links_between_guides_lose_their_suffix_and_others_keep_it(path: Path) -> None:
    html = read_guide(path).html
    assert 'href="sync#the-cursor"' in html
    assert 'href="https://example.org/x.md"' in html
    assert 'href="#next"' in html


def test_tables_are_tables(path: Path) -> None:
    assert "<td>2</td>" in read_guide(path).html


def test_nothing_in_a_guide_can_run(path: Path) -> None:
    html = read_guide(path).html
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert 'src="data:text' not in html


def test_what_should_be_read_first_comes_first(path: Path) -> None:
    (path.parent / "records.md").write_text("# Zones\n")
    assert [guide.slug for guide in read_guides(path.parent)] == ["records", "quick-start"]


def test_other_guides_come_by_title(path: Path) -> None:
    (path.parent / "zebra.md").write_text("# about\n")
    (path.parent / "empty.md").write_text("")
    assert [guide.title for guide in read_guides(path.parent)] == [
        "about",
        "empty",
        "Two clients in step",
    ]


def test_where_there_are_no_guides_there_are_none(tmp_path: Path) -> None:
    assert read_guides(tmp_path / "nowhere") == []


def test_a_line_of_a_docstring_becomes_html() -> None:
    assert inline_html("Send ``If-Match: *``, <b>") == "Send <code>If-Match: *</code>, &lt;b&gt;"
