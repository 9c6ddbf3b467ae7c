"""Frozen values: like frozen dataclasses with slots, but fast to import.

`dataclasses` compiles half a dozen methods for every class and then builds the class again with
slots, which takes a third of a millisecond at import; pybridge has some thirty such classes. Here
only the constructor is compiled, because its parameters are the fields; other methods are shared.
"""

from __future__ import annotations

from typing import Any, NoReturn, dataclass_transform


@dataclass_transform(frozen_default=True)
class _FrozenType(type):
    """Metaclass that makes slots and a constructor from the annotations of a class."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], body: dict[str, Any], *, eq: bool = True
    ) -> Any:
        annotations = body.get("__annotations__", {}).items()
        fields = tuple([name for name, kind in annotations if not kind.startswith("ClassVar")])
        defaults = {name: body.pop(name) for name in fields if name in body}
        body["__slots__"] = fields
        if fields:
            body["__match_args__"] = fields
            if "__init__" not in body:
                body["__init__"] = _constructor(fields, defaults, body["__qualname__"])
        if not eq:
            body["__eq__"], body["__hash__"] = object.__eq__, object.__hash__
        return super().__new__(cls, name, bases, body)


def _constructor(fields: tuple[str, ...], defaults: dict[str, Any], owner: str) -> Any:
    parameters = [f"{name}={name}" if name in defaults else name for name in fields]
    # looked up in each call: torch.compile recognizes `object.__setattr__` only by this name
    statements = ["set_field = object.__setattr__"]
    statements += [f"set_field(self, {name!r}, {name})" for name in fields]
    source = f"def __init__(self, {', '.join(parameters)}): {'; '.join(statements)}"
    scope = dict(defaults)
    exec(source, globals(), scope)
    constructor = scope["__init__"]
    constructor.__qualname__ = f"{owner}.__init__"
    return constructor


class Frozen(metaclass=_FrozenType):
    """A value whose annotated fields are set once, by the constructor, in order.

    Values of one class with equal fields are equal; a class with `eq=False` compares by identity.
    The module of the class needs `from __future__ import annotations`; a class that declares fields
    does not inherit fields. A `ClassVar` is none.

    >>> class Point(Frozen):
    ...     row: int
    ...     column: int = 1
    >>> Point(3), Point(3) == Point(3, column=1), hash(Point(2, 5)) == hash(Point(2, 5))
    (Point(row=3, column=1), True, True)
    >>> Point(3).row = 2
    Traceback (most recent call last):
    AttributeError: `row` of Point cannot change
    """

    __match_args__ = ()

    def _fields(self) -> dict[str, Any]:
        names: tuple[str, ...] = self.__match_args__
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        fields = [f"{name}={value!r}" for name, value in self._fields().items()]
        return f"{type(self).__qualname__}({', '.join(fields)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), *self._fields().values()))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle by the constructor, because only it can set the fields."""
        return type(self), tuple(self._fields().values())

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"`{name}` of {type(self).__qualname__} cannot change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"`{name}` of {type(self).__qualname__} cannot change")
