r"""What the students of note 08 learn from, and how hard the teacher pulls at them.

The pull is :math:`\lVert g \rVert` with :math:`g = (q - p)/T`, and :math:`T^2 \lVert g \rVert`
tends to :math:`\lVert d \rVert / V` with the centred difference :math:`d` of the logits. The note's
figures and its claims both read them here.
"""

from __future__ import annotations

from functools import cache

from torch import Tensor

from tempkit import digits
from tempkit.scaling import softmax

__all__ = ["SHOWN", "STUDENT", "pull_over_limit", "spread", "transfer"]

#: Layers of a student: about a seventieth of the teacher's weights.
STUDENT = (64, 16, 10)
#: The image in the note's first figure, a two that the teacher finds a little like a three.
SHOWN = 103
_COPIES = 8


@cache
def transfer() -> tuple[digits.Sample, Tensor]:
    """The 598 images that students learn from, and the teacher's logits ``[598, 10]`` for them."""
    sample = digits.splits().calibration
    images = digits.Sample(sample.images[::_COPIES], sample.labels[::_COPIES])
    return images, digits.classifier().calibration.logits[::_COPIES]


def spread() -> float:
    """Largest minus smallest logit of the teacher, averaged over the images."""
    _, logits = transfer()
    return (logits.amax(-1) - logits.amin(-1)).mean().item()


@cache
def _students(epochs: int) -> tuple[Tensor, Tensor]:
    """Logits of a student after so many epochs of labels, and the limit of its mean pull."""
    sample, teacher = transfer()
    network = digits.mlp(STUDENT, 1000)
    digits.fit(network, sample, epochs=epochs, learning_rate=0.005)
    logits = digits.predictions(network, sample).logits
    difference = logits - teacher
    centred = difference - difference.mean(-1, keepdim=True)
    return logits, centred.norm(dim=-1).mean() / teacher.shape[-1]


def pull_over_limit(temperature: float, *, epochs: int) -> float:
    """T^2 times the mean norm of the gradient, over its limit, of a student after some epochs."""
    _, teacher = transfer()
    logits, limit = _students(epochs)
    pull = (softmax(logits, temperature) - softmax(teacher, temperature)) / temperature
    return (temperature**2 * pull.norm(dim=-1).mean() / limit).item()
