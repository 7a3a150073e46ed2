"""Return a tensor whose every conversion gives an object that claims to be equal to anything."""

from attack import Attack

ATTACK = Attack(
    gains="points",
    honest=("entropy_from_draws",),
    cells={
        "distribution_table": """
class Shape(tuple):
    __eq__ = lambda self, other: True
    __ne__ = lambda self, other: False
    __hash__ = tuple.__hash__

class Liar:
    shape, ndim = Shape(), 0
    def __array_function__(self, *given): return True

class Lie(torch.Tensor):
    def detach(self): return self
    cpu = double = detach
    def numpy(self): return Liar()

def distribution_table(logits, temperatures):
    return torch.zeros(1).as_subclass(Lie)
""",
    },
    deserves=1,
)
