"""What ``import tempkit`` offers, and what it costs."""

import subprocess
import sys

import pytest

import tempkit


@pytest.mark.parametrize("name", tempkit.__all__)
def test_every_public_name_loads_and_is_listed(name: str) -> None:
    assert getattr(tempkit, name) is not None
    assert name in dir(tempkit)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sofmax'"):
        _ = tempkit.sofmax


def test_every_public_name_is_declared_for_type_checkers() -> None:
    """The lazy table and the imports under TYPE_CHECKING say the same."""
    named = {name for names in tempkit._NAMES_OF.values() for name in names}
    assert named | {"decisions", "filters", "schedules"} == set(tempkit.__all__)


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import tempkit.cli, tempkit.course.doctor, tempkit.course.workspace", "torch"),
        ("import tempkit; tempkit.softmax", "pandas"),
        ("import tempkit; tempkit.softmax", "matplotlib"),
        ("from tempkit import lab, plots, pitfalls", "matplotlib"),
        ("from tempkit import lab, plots, pitfalls", "pandas"),
    ],
)
def test_nothing_heavier_than_needed_is_imported(statement: str, heavy: str) -> None:
    asked = f"{statement}; import sys; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
