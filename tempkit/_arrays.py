"""Whatever holds numbers, as tensors on the CPU: arrays, lists and tensors of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from tempkit.scaling import raised

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

#: Types that neither torch nor NumPy computes with as they are, or not everywhere.
_WIDER = {torch.uint16: torch.int64, torch.uint32: torch.int64, torch.uint64: torch.float64}


def on_cpu(name: str, values: ArrayLike | Tensor) -> Tensor:
    """Booleans, integers or floats of 32 or 64 bits; the floats of Python become float64.

    Raises
    ------
    TypeError
        For anything else, complex numbers and text among it: the message says what it was.
    """
    if not isinstance(values, Tensor):
        array = np.asarray(values)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name} must be real numbers, not of the dtype {array.dtype}")
        if array.dtype.itemsize > 8:  # a long double, which torch does not have
            array = array.astype(np.float64)
        # torch wants memory that is contiguous, writable and in the order of this machine.
        order = array.dtype.newbyteorder("=")
        values = torch.from_numpy(np.require(array, dtype=order, requirements="CW"))
    if values.is_complex():
        raise TypeError(f"{name} must be real numbers, not {values.dtype}")
    values = values.detach().cpu()
    if values.is_floating_point():
        return raised(values)
    return values.to(_WIDER.get(values.dtype, values.dtype))
