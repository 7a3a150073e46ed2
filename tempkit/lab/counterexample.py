"""A judge of proofs by example: does this input show that a piece of code breaks its promise?

Code and promise are run side by side on the learner's input. If they agree there, the input proves
nothing, and the reason for that has a name.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from tempkit.lab.exercise import Objection
from tempkit.lab.outcome import numbers_to_read

__all__ = ["Counterexample", "Parts"]

Parts = dict[str, np.ndarray]

#: Two numbers that differ by less are the same to a reader of a report.
_VISIBLE = 1e-3


@dataclass(frozen=True)
class Counterexample:
    """The judge of an input for one piece of code, and of the name given to its fault.

    ``arguments`` makes the code's arguments of what was returned, or None where the code promises
    nothing; ``found`` and ``promised`` map them to numbers; ``excuse`` says why the two agree on
    arguments on which they do. ``fault`` is the number of the fault in the lab's list.
    """

    fault: int
    arguments: Callable[[Parts], tuple[Any, ...] | None]
    found: Callable[..., Any]
    promised: Callable[..., Any]
    excuse: Callable[..., str]

    def objection(self, parts: Parts) -> Objection | None:
        """Why the input proves nothing, or what else is wrong; None if it convicts the code."""
        arguments = self.arguments(parts)
        if arguments is None:
            return Objection("outside-the-promise")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they warn of is not what is to be proved
            found, promised = (
                torch.as_tensor(function(*arguments)).double().numpy()
                for function in (self.found, self.promised)
            )
        facts = {"found": numbers_to_read(found), "promised": numbers_to_read(promised)}
        if np.allclose(found, promised, rtol=0, atol=_VISIBLE):
            return Objection(self.excuse(*arguments), facts)
        if parts["fault"].ravel().tolist() != [self.fault]:
            return Objection("another-fault", facts | {"named": numbers_to_read(parts["fault"])})
        return None
