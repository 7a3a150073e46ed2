"""Return an array whose shape and whose comparisons say what one wishes to hear."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    cells={
        "distribution_table": """
import numpy

class Shape(tuple):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = tuple.__hash__

class Lie(numpy.ndarray):
    shape = property(lambda self: Shape())
    __array_function__ = lambda self, *given: True
    __array_ufunc__ = lambda self, *given, **options: True

class Tensor(torch.Tensor):
    def detach(self): return self
    cpu = double = detach
    def numpy(self): return numpy.zeros(1).view(Lie)

def distribution_table(logits, temperatures):
    return torch.zeros(1).as_subclass(Tensor)
""",
    },
)
