import pytest

from service.core.pointer import pointer


@pytest.mark.parametrize(
    ("path", "fragment"),
    [
        ([], "#"),
        (["data", "email"], "#/data/email"),
        (["items", 0], "#/items/0"),
        (["a/b", "c~d"], "#/a~1b/c~0d"),
        (["", " "], "#//%20"),
        (["ä", "100%", "#"], "#/%C3%A4/100%25/%23"),
    ],
)
def test_a_path_becomes_a_fragment(path: list[str | int], fragment: str) -> None:
    assert pointer(path) == fragment
