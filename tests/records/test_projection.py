import pytest

from service.records.projection import Projection

DATA = (
    '{"title":"Milk","owner":{"name":"Ada","email":"a@b"},"tags":[{"name":"x"}],"n":1.50,"z":null}'
)


@pytest.mark.parametrize(
    ("paths", "kept"),
    [
        (["title"], '{"title":"Milk"}'),
        (["n", "z"], '{"n":1.5,"z":null}'),
        (["owner.name"], '{"owner":{"name":"Ada"}}'),
        (["owner"], '{"owner":{"name":"Ada","email":"a@b"}}'),
        (["owner", "owner.name"], '{"owner":{"name":"Ada","email":"a@b"}}'),
        (["owner.name", "owner"], '{"owner":{"name":"Ada","email":"a@b"}}'),
        (["data.title"], '{"title":"Milk"}'),
        (["none", "owner.none", "title.none", "tags.name"], '{"owner":{}}'),
        (["id", "updated_at"], "{}"),
        (["id", "title"], '{"title":"Milk"}'),
        (["data"], DATA),
        (["data", "title"], DATA),
    ],
)
def test_what_is_named_is_kept(paths: list[str], kept: str) -> None:
    assert Projection(paths).apply(DATA) == kept


@pytest.mark.parametrize("path", ["", "a.", "a b", "9", "a.b.c.d.e"])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="names of fields"):
        Projection([path])


def test_its_name_is_that_of_what_is_kept() -> None:
    assert Projection(["a", "b"]).name == Projection(["b", "a", "id", "a"]).name
    assert Projection(["a", "b"]).name != Projection(["a"]).name
    assert Projection(["a"]).name.isalnum()
