"""Any torch or transformers model at a temperature: predict with it, and let it write.

The door of the package, and all that others need of it:

- :func:`device`, :func:`load`: where a model runs, and which one;
- :func:`predict`: probabilities at one temperature or many, from one forward pass;
- :func:`generate`, :func:`styles`: text at a constant or scheduled temperature;
- :func:`speak`: the verb model at a few temperatures, without waiting for transformers;
- :class:`TemperatureSchedule`, :class:`GumbelNoise`: the same, as logits processors for the
  ``generate`` of transformers.

Importing it imports torch and nothing heavier; transformers loads with the first model.
"""

from tempkit.generation.devices import device
from tempkit.generation.loading import load
from tempkit.generation.plain import speak
from tempkit.generation.prediction import predict
from tempkit.generation.processors import GumbelNoise, TemperatureSchedule
from tempkit.generation.styles import STYLES, styles
from tempkit.generation.writing import Generation, generate

__all__ = [
    "STYLES",
    "Generation",
    "GumbelNoise",
    "TemperatureSchedule",
    "device",
    "generate",
    "load",
    "predict",
    "speak",
    "styles",
]
