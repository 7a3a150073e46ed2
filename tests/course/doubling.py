"""A chapter of one exercise, as the recipes of CONTRIBUTING.md have it written."""

from __future__ import annotations

NOTE = {
    "en": """# 99 · Doubling

English · [Español](../es/99-doubling.md) · [Lab 99](../../labs/en/99-doubling.ipynb)

**In short**: twice a number is the number added to itself.

<div lang="es">

*En breve: el doble de un número es el número sumado a sí mismo.*

</div>

<a id="twice"></a>

## Twice

Twice 0.25 is 0.5. <sup>[C99.1](../../tests/claims/test_99_doubling.py)</sup>
""",
    "es": """# 99 · El doble

[English](../en/99-doubling.md) · Español · [Laboratorio 99](../../labs/es/99-doubling.ipynb)

**En breve**: el doble de un número es el número sumado a sí mismo.

<div lang="en">

*In short: twice a number is the number added to itself.*

</div>

<a id="twice"></a>

## El doble

El doble de 0.25 es 0.5. <sup>[C99.1](../../tests/claims/test_99_doubling.py)</sup>
""",
}
CLAIMS = '''"""Proofs of the claims of note 99."""

import pytest


@pytest.mark.claim("C99.1")
def test_twice_a_quarter(claim):
    claim.shows(0.25, 2 * 0.25)
'''
LAB = '''# %% [markdown] name="title" lang="en"
# # Lab 99 · Doubling
#
# **10 points, about 5 minutes**, and 3 more to read the note.

# %% [markdown] name="title" lang="es"
# # Laboratorio 99 · El doble
#
# **10 puntos, unos 5 minutos**, y otros 3 para leer la nota.

# %% name="setup"
from tempkit import lab

# en: check = lab.start("99", language="en")
# es: check = lab.start("99", language="es")

# %% [markdown] name="twice-task" lang="en"
# ## Exercise 1 · Twice (10 points)

# %% [markdown] name="twice-task" lang="es"
# ## Ejercicio 1 · El doble (10 puntos)


# %% name="twice" exercise=true
def twice(x):
    # en: """Twice x."""
    # es: """El doble de x."""
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION


# %% name="check-twice" check="twice" points=10
check("twice", twice)
### BEGIN HIDDEN TESTS
check.hidden("twice", twice)
### END HIDDEN TESTS
'''
EXERCISES = '''"""Exercises of lab 99, doubling, in their order."""

from __future__ import annotations

from tempkit.lab.exercises.chapter_99.twice import TWICE

__all__ = ["EXERCISES"]

EXERCISES = (TWICE,)
'''
EXERCISE = '''"""Twice a number."""

from __future__ import annotations

import torch

from tempkit.lab.exercise import Exercise, Misconception, Probe

__all__ = ["TWICE"]


def twice(x: float) -> float:
    """The number added to itself."""
    return x + x


def squared(x: float) -> float:
    """The number times itself."""
    return x * x


def half(x: float) -> float:
    """The other way."""
    return x / 2


def unchanged(x: float) -> float:
    """The number itself."""
    return x


def numbers(generator: torch.Generator) -> tuple[Probe, ...]:
    """Two of a hidden draw."""
    drawn = 5 + torch.rand(2, generator=generator, device="cpu")
    return tuple(Probe((x,), "...") for x in drawn.tolist())


TWICE = Exercise(
    name="twice",
    section="twice",
    reference=twice,
    probes=(Probe((0.25,), "0.25"), Probe((3.0,), "3.0")),
    misconceptions=(
        Misconception("squared", squared, "twice"),
        Misconception("half", half, "twice"),
        Misconception("unchanged", unchanged, "twice"),
    ),
    hidden=numbers,
)
'''
WORDS = {
    "en": '[twice]\npassed = "it doubles."\nsquared = "This is the square."\n'
    'half = "This is the half."\nunchanged = "This is the number itself."\n',
    "es": '[twice]\npassed = "duplica."\nsquared = "Esto es el cuadrado."\n'
    'half = "Esto es la mitad."\nunchanged = "Esto es el número mismo."\n',
}
FORMS = '''"""Other correct solutions of lab 99."""

from __future__ import annotations


def added(x):
    return sum([x, x])


def times_two(x):
    return 2 * x


def less_its_opposite(x):
    return x - (-x)


FORMS = {"twice": [added, times_two, less_its_opposite]}
'''
MAP = """
[[chapter]]
number = "99"
needs = ["01"]
place = [5, 5]
asks.en = "What is twice a number?"
asks.es = "¿Cuál es el doble de un número?"
"""
ENTRY = '    Chapter("99", "doubling", {"en": "Doubling", "es": "El doble"}),\n)\n\n\ndef find('
TRIPLED = '''def tripled(x: float) -> float:
    """Once too often."""
    return 3 * x


def numbers('''
