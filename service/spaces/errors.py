"""What can be wrong with members and collections."""

from typing import Any, ClassVar

from service.core.errors import Conflict, FieldError, Invalid, NotFound


class MemberNotFound(NotFound):
    """This user is not a member of the space. PUT makes them one."""

    code = "member_not_found"
    title = "Member not found"


class TooManyMembers(Conflict):
    """The space has as many members as it may have: ``limits`` says how many. Remove some."""

    code = "too_many_members"
    title = "Too many members"
    example: ClassVar[dict[str, Any]] = {"limits": {"members_max": 10_000}}


class CollectionNotFound(NotFound):
    """The space has no such collection. Declare it with PUT first."""

    code = "collection_not_found"
    title = "Collection not found"


class CollectionNotEmpty(Conflict):
    """The collection holds records. Delete those first: deleting a collection never does."""

    code = "collection_not_empty"
    title = "Collection not empty"


class TooManyCollections(Conflict):
    """The space has as many collections as it may have: ``limits`` says how many. Delete some."""

    code = "too_many_collections"
    title = "Too many collections"
    example: ClassVar[dict[str, Any]] = {"limits": {"collections_max": 200}}


class TooManyIndexes(Conflict):
    """The space has as many indexes as it may have: ``limits`` says how many. Give some up."""

    code = "too_many_indexes"
    title = "Too many indexes"
    example: ClassVar[dict[str, Any]] = {"limits": {"indexes_max": 30}}


class InvalidSchema(Invalid):
    """The collection's schema is not one that this server takes. ``errors`` says where and why.

    It has to be JSON Schema 2020-12 of at most 64 KiB that refers to nothing outside of itself,
    with regular expressions that need no look-around and no back-references.
    """

    code = "invalid_schema"
    title = "Invalid schema"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError('"text" is not valid', pointer="#/schema/properties/title/type")]
    }


class InvalidIndexes(Invalid):
    """The declared indexes cannot be built. ``errors`` says where and why."""

    code = "invalid_indexes"
    title = "Invalid indexes"
    example: ClassVar[dict[str, Any]] = {
        "errors": [FieldError("The schema has no such field.", pointer="#/indexes/0/field")]
    }
