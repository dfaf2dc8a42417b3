"""Worlds as YAML: read by name or from a file, and refused with the place of each mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from importlib.resources import files
from os import PathLike
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from karat.simulation.errors import BadWorld, UnknownWorld
from karat.simulation.world import World

_SUFFIX = ".yaml"


def world_names() -> tuple[str, ...]:
    """The worlds that come with Karat.

    >>> "copy-ring" in world_names()
    True
    """
    return tuple(
        sorted(
            entry.name.removesuffix(_SUFFIX)
            for entry in files("karat.simulation").joinpath("worlds").iterdir()
            if entry.name.endswith(_SUFFIX)
        )
    )


def load_world(source: str | PathLike[str]) -> World:
    """The world of this name, or the one that a YAML file describes.

    Raises
    ------
    UnknownWorld
        When there is neither such a world nor such a file.
    BadWorld
        When a key is unknown or a value cannot be; the message names the place.

    Examples
    --------
    >>> load_world("copy-ring").faults.rings.n > 0
    True
    """
    text = world_source(source)
    return world_of_text(text, name=Path(source).stem if _is_file(source) else str(source))


def world_source(source: str | PathLike[str]) -> str:
    """The YAML text of a world, to read or to begin one's own from.

    Raises
    ------
    UnknownWorld
        When there is neither such a world nor such a file.
    """
    if _is_file(source):
        return Path(source).read_text(encoding="utf-8")
    name = str(source)
    if name not in world_names():
        near = get_close_matches(name, world_names(), n=1)
        listed = f"There are: {', '.join(world_names())}; or give a YAML file."
        advice = f"Did you mean {near[0]!r}?" if near else listed
        raise UnknownWorld(f"there is no world {name!r}. {advice}")
    return files("karat.simulation").joinpath("worlds", name + _SUFFIX).read_text(encoding="utf-8")


def _is_file(source: str | PathLike[str]) -> bool:
    return str(source).endswith((_SUFFIX, ".yml")) and Path(source).is_file()


def world_of_text(text: str, *, name: str) -> World:
    """The world that a YAML text describes."""
    import yaml  # noqa: PLC0415 - only who reads a world needs it

    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadWorld(f"world {name!r} is no YAML: {error}") from error
    if not isinstance(found, Mapping):
        raise BadWorld(f"world {name!r} must be a mapping of settings, such as `about: …` and `items: …`.")
    made: World = _built(World, {"name": name, **found}, where=name)
    return made


def _built(kind: Any, given: Any, *, where: str) -> Any:
    """The dataclass that a mapping describes, with every key checked."""
    if not isinstance(given, Mapping):
        raise BadWorld(f"{where} must be a mapping of settings, not {given!r}.")
    known = {setting.name: setting for setting in fields(kind)}
    unknown = [str(key) for key in given if key not in known]
    if unknown:
        near = get_close_matches(unknown[0], known, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(known)}."
        raise BadWorld(f"{where} has no setting {unknown[0]!r}. {advice}")
    missing = [
        name
        for name, setting in known.items()
        if name not in given and setting.default is MISSING and setting.default_factory is MISSING
    ]
    if missing:
        raise BadWorld(f"{where} lacks {', '.join(missing)}.")
    types = get_type_hints(kind)
    return kind(**{key: _value(types[key], value, where=f"{where}.{key}") for key, value in given.items()})


def _value(kind: Any, given: Any, *, where: str) -> Any:
    if is_dataclass(kind):
        return _built(kind, given, where=where)
    if get_origin(kind) in (Union, UnionType):
        return _one_of(get_args(kind), given, where=where)
    if get_origin(kind) is tuple:
        if not isinstance(given, list):
            raise BadWorld(f"{where} must be a list, not {given!r}.")
        return tuple(_value(get_args(kind)[0], entry, where=f"{where}[{n}]") for n, entry in enumerate(given))
    if get_origin(kind) is Literal:
        if given not in get_args(kind):
            raise BadWorld(f"{where} is {given!r}; it may be {', '.join(map(repr, get_args(kind)))}.")
        return given
    return _plain(kind, given, where=where)


def _one_of(kinds: tuple[Any, ...], given: Any, *, where: str) -> Any:
    if given is None and type(None) in kinds:
        return None
    is_list = isinstance(given, list)
    fitting = [kind for kind in kinds if kind is not type(None) and (get_origin(kind) is tuple) == is_list]
    return _value(fitting[0] if fitting else kinds[0], given, where=where)


def _plain(kind: Any, given: Any, *, where: str) -> Any:
    if kind is float and isinstance(given, int) and not isinstance(given, bool):
        given = float(given)
    if not isinstance(given, kind) or (isinstance(given, bool) and kind is not bool):
        raise BadWorld(f"{where} must be {_KIND_WORDS[kind]}, not {given!r}.")
    if kind in (int, float) and given < 0:
        raise BadWorld(f"{where} is {given}; no setting may be negative.")
    if where.endswith("share") and given > 1:
        raise BadWorld(f"{where} is {given}; a share lies between 0 and 1, and 0.05 is five in a hundred.")
    return given


_KIND_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
