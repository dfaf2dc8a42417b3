"""Worlds as YAML, and what is said about mistakes in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from karat.simulation import BadWorld, UnknownWorld, load_world, simulate, world_names, world_of_text


def test_a_file_is_a_world(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("about: Ten items.\nitems: {n: 10, classes: [cat, dog]}\nannotators: {n: 5}\n", encoding="utf-8")

    run = simulate(str(file))

    assert run.world.name == "mine"
    assert run.classes == ("cat", "dog")


def test_every_named_world_can_be_read() -> None:
    assert all(load_world(name).name == name for name in world_names())


def test_an_unknown_world_is_met_with_the_nearest_name() -> None:
    with pytest.raises(UnknownWorld, match="Did you mean 'copy-ring'"):
        load_world("copy-rings")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("about: x\nitem: {n: 3}", "x has no setting 'item'. Did you mean 'items'?"),
        ("about: x\nitems: {amount: 3}", "x.items has no setting 'amount'. There are: n, classes"),
        ("items: {n: 3}", "x lacks about"),
        ("about: x\nitems: {n: many}", "x.items.n must be a whole number, not 'many'"),
        ("about: x\nitems: {n: -3}", "x.items.n is -3; no setting may be negative"),
        ("about: x\nitems: {ambiguous_share: 20}", "is 20.0; a share lies between 0 and 1"),
        ("about: x\nfaults: {drift: {points: 0.1}}", "x.faults.drift must be a list"),
        ("about: x\nannotators: {link: probit}", "it may be 'logit', 'cauchit', 'guessing'"),
        ("about: x\nitems: {classes: 1}", "items.classes gives 1; a decision needs at least two"),
        ("about: x\nprobes: {repeat: 0.9}", "the probes take the whole stream"),
        ("about: x\nitems: {classes: 3, prior: [0.5, 0.5]}", "items.prior has 2 shares for 3 classes"),
        ("about: x: y", "is no YAML"),
        ("- a", "must be a mapping of settings"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, message: str) -> None:
    with pytest.raises(BadWorld) as caught:
        world_of_text(text, name="x")

    assert message in str(caught.value)
