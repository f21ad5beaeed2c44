"""Frozen dataclasses to JSON and back. Decimals travel as strings, so not a digit is lost; unknown keys are refused."""

from __future__ import annotations

import types
from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Undecodable(ValueError):
    """The JSON does not have the shape of the dataclass. The message names the path."""


def encode(value: Any) -> Any:
    """Plain JSON of a dataclass; a field at its default is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        kept = {}
        for part in fields(value):
            item = getattr(value, part.name)
            if part.default is MISSING or item != part.default:
                kept[part.name] = encode(item)
        return kept
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    return value


def decode(kind: type[T], data: Any) -> T:
    return cast(T, _decode(kind, data, kind.__name__))


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(kind: Any, data: Any, path: str) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _decode_optional(kind, data, path)
    if origin is tuple:
        return _decode_tuple(get_args(kind), data, path)
    if origin is Literal:
        if data not in get_args(kind):
            raise Undecodable(f"{path}: {data!r} is not one of {get_args(kind)}")
        return data
    if kind is Decimal:
        return _decode_decimal(data, path)
    if isinstance(kind, type) and is_dataclass(kind):
        return _decode_dataclass(kind, data, path)
    if type(data) is not kind:
        raise Undecodable(f"{path}: expected {kind.__name__}, found {type(data).__name__}")
    return data


def _decode_optional(kind: Any, data: Any, path: str) -> Any:
    if data is None:
        return None
    (inner,) = (part for part in get_args(kind) if part is not type(None))
    return _decode(inner, data, path)


def _decode_tuple(parts: tuple[Any, ...], data: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(data, list):
        raise Undecodable(f"{path}: expected a list")
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(_decode(parts[0], item, f"{path}[{number}]") for number, item in enumerate(data))
    if len(data) != len(parts):
        raise Undecodable(f"{path}: expected {len(parts)} items, found {len(data)}")
    return tuple(_decode(part, item, f"{path}[{i}]") for i, (part, item) in enumerate(zip(parts, data, strict=True)))


def _decode_decimal(data: Any, path: str) -> Decimal:
    try:
        value = Decimal(data) if isinstance(data, str) else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise Undecodable(f"{path}: not a decimal number")
    return value


def _decode_dataclass(kind: Any, data: Any, path: str) -> Any:
    if not isinstance(data, dict):
        raise Undecodable(f"{path}: expected an object")
    hints = _hints(kind)
    unknown = data.keys() - {part.name for part in fields(kind)}
    if unknown:
        raise Undecodable(f"{path}: unknown {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: _decode(hints[name], item, f"{path}.{name}") for name, item in data.items()})
    except TypeError as error:
        raise Undecodable(f"{path}: {error}") from error
