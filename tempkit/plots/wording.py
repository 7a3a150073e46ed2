"""Every word that a figure or its alt text says, in each language.

An alt text says what the figure shows, then the finding with its numbers. It holds no character
that Markdown gives a meaning to, because a note repeats it inside ``![...](...)``.
"""

from __future__ import annotations

import math

WORDING: dict[str, dict[str, str]] = {
    "probability": {"en": "probability", "es": "probabilidad"},
    "logit": {"en": "logit z (nats)", "es": "logit z (nats)"},
    "temperature": {
        "en": "temperature T (units of the logits)",
        "es": "temperatura T (unidad de los logits)",
    },
    "entropy": {"en": "entropy H (nats)", "es": "entropía H (nats)"},
    "infinity": {"en": "infinity", "es": "infinito"},
    "below": {"en": "under {bound}", "es": "menos de {bound}"},
    "above": {"en": "over {bound}", "es": "más de {bound}"},
    "and": {"en": "{rest} and {last}", "es": "{rest} y {last}"},
    "quoted": {"en": "“{text}”", "es": "«{text}»"},
    # bars
    "bars.title": {
        "en": "The colder, the more the largest logit takes",
        "es": "Cuanto más frío, más se lleva el logit mayor",
    },
    "bars.alt": {
        "en": "{title}. Bars of {count} probabilities at T = {temperatures}. {finding}",
        "es": "{title}. Barras de {count} probabilidades con T = {temperatures}. {finding}",
    },
    "bars.one": {
        "en": "The most probable, {top}, has {top_first}; the least probable, {bottom}, has "
        "{bottom_first}.",
        "es": "La clase más probable, {top}, tiene {top_first}; la menos probable, {bottom}, "
        "tiene {bottom_first}.",
    },
    "bars.several": {
        "en": "The most probable, {top}, has {top_first} at T = {first} and {top_last} at "
        "T = {last}; the least probable, {bottom}, has {bottom_first} and {bottom_last}.",
        "es": "La clase más probable, {top}, tiene {top_first} con T = {first} y {top_last} con "
        "T = {last}; la menos probable, {bottom}, tiene {bottom_first} y {bottom_last}.",
    },
    # animation
    "animation.title": {
        "en": "The bars as the temperature moves: T = {temperature}",
        "es": "Las barras mientras cambia la temperatura: T = {temperature}",
    },
    "animation.alt": {
        "en": "Animation, played once in {seconds} seconds: the bars of {count} probabilities "
        "while T moves from {first} to {last}. {finding}",
        "es": "Animación que se reproduce una vez en {seconds} segundos: las barras de {count} "
        "probabilidades mientras T pasa de {first} a {last}. {finding}",
    },
    # heat map
    "heat_map.title": {
        "en": "From one winner to all alike as T grows",
        "es": "De un solo ganador a todos iguales al crecer T",
    },
    "heat_map.alt": {
        "en": "Heat map of {count} probabilities for T from {first} to {last} on a logarithmic "
        "axis. The most probable, {top}, goes from {top_first} to {top_last}, while an equal "
        "share is {uniform}.",
        "es": "Mapa de calor de {count} probabilidades con T de {first} a {last} en un eje "
        "logarítmico. La clase más probable, {top}, pasa de {top_first} a {top_last}; a partes "
        "iguales, cada una tendría {uniform}.",
    },
    # rank curves
    "rank_curves.title": {
        "en": "What the top {ranks} of {count} classes get at each T",
        "es": "Qué reciben las {ranks} primeras de {count} clases con cada T",
    },
    "rank_curves.rank": {
        "en": "rank of the class (1 = most probable)",
        "es": "puesto de la clase (1 = la más probable)",
    },
    "rank_curves.together": {"en": "{mass} in all", "es": "{mass} en total"},
    "rank_curves.alt": {
        "en": "Curves of probability against rank, both on logarithmic axes, for the {ranks} most "
        "probable of {count} classes. Together they hold {masses}.",
        "es": "Curvas de la probabilidad según el puesto, con ambos ejes logarítmicos, de las "
        "{ranks} más probables entre {count} clases. Juntas reúnen {masses}.",
    },
    "rank_curves.mass": {"en": "{mass} at T = {temperature}", "es": "{mass} con T = {temperature}"},
    # entropy curve
    "entropy_curve.title": {
        "en": "Entropy never falls as T grows",
        "es": "La entropía nunca baja cuando T crece",
    },
    "entropy_curve.bound": {
        "en": "log {count} = {bound}, every class alike",
        "es": "log {count} = {bound}, todas las clases iguales",
    },
    "entropy_curve.slope": {
        "en": "slope dH/dT\n(nats per unit of T)",
        "es": "pendiente dH/dT\n(nats por unidad de T)",
    },
    "entropy_curve.tangent": {"en": "slope {slope}", "es": "pendiente {slope}"},
    "entropy_curve.alt": {
        "en": "Entropy against temperature, and its slope below. The entropy goes from "
        "{low} nats at T = {first} to {high} nats at T = {last}, and never exceeds log {count}, "
        "which is {bound} nats.{at_one} The slope is never negative; it is steepest, {steepest} "
        "nats per unit of T, near T = {where}.",
        "es": "Entropía según la temperatura y, debajo, su pendiente. La entropía va de "
        "{low} nats con T = {first} a {high} nats con T = {last} y nunca supera "
        "log {count}, que es {bound} nats.{at_one} La pendiente nunca es negativa; es máxima, "
        "{steepest} nats por unidad de T, cerca de T = {where}.",
    },
    "entropy_curve.at_one": {
        "en": " At T = 1 it is {entropy} nats and its slope {slope}.",
        "es": " Con T = 1 vale {entropy} nats y su pendiente es {slope}.",
    },
    # pipeline
    "pipeline.title": {
        "en": "From logits to a draw, at T = {temperature}",
        "es": "De los logits a una extracción, con T = {temperature}",
    },
    "pipeline.logits": {"en": "1. Logits", "es": "1. Logits"},
    "pipeline.softmax": {
        "en": "2. softmax(z / {temperature})",
        "es": "2. softmax(z / {temperature})",
    },
    "pipeline.draw": {
        "en": "3. A uniform number, {uniform}, falls on {token}",
        "es": "3. Un número uniforme, {uniform}, cae en {token}",
    },
    "pipeline.ruler": {
        "en": "cumulative probability",
        "es": "probabilidad acumulada",
    },
    "pipeline.alt": {
        "en": "Three steps from logits to a draw at T = {temperature}: bars of {count} logits, "
        "bars of their probabilities, and a ruler from 0 to 1 on which each class is as long as "
        "its probability. The uniform number {uniform} falls on {token}, whose stretch runs "
        "from {start} to {end}.",
        "es": "Tres pasos de los logits a una extracción con T = {temperature}: barras de {count} "
        "logits, barras de sus probabilidades y una regla de 0 a 1 en la que la longitud de cada "
        "clase es su probabilidad. El número uniforme {uniform} cae en {token}, cuyo tramo va "
        "de {start} a {end}.",
    },
    # forms
    "forms.title": {
        "en": "What each form gives at T = {temperature}, once renormalised",
        "es": "Qué da cada forma con T = {temperature}, ya renormalizada",
    },
    "forms.correct": {"en": "✓ correct", "es": "✓ correcta"},
    "forms.wrong": {"en": "✗ off by {distance}", "es": "✗ se desvía {distance}"},
    "forms.same": {"en": "✗ same here, sum {total}", "es": "✗ igual aquí, suma {total}"},
    "forms.nothing": {"en": "✗ nothing is left", "es": "✗ no queda nada"},
    "forms.power": {"en": "p^(1/T) / sum", "es": "p^(1/T) / suma"},
    "forms.rejection": {"en": "p, rejected at rate T", "es": "p, con rechazo T"},
    "forms.key": {
        "en": "Black marks: softmax(z / T). Off by: total variation distance.",
        "es": "Marcas negras: softmax(z / T). Desvío: distancia de variación total.",
    },
    "forms.alt": {
        "en": "Bars of one distribution at T = {temperature} in {count} forms, each renormalised, "
        "with marks at softmax(z / T). {right} give the same distribution. {wrong}.",
        "es": "Barras de una distribución con T = {temperature} en {count} formas, cada una "
        "renormalizada, con marcas en softmax(z / T). {right} dan la misma distribución. {wrong}.",
    },
    "forms.off": {
        "en": "{form} is off by {distance} in total variation",
        "es": "{form} se desvía {distance} en variación total",
    },
    "forms.left": {"en": "{form} leaves nothing to draw", "es": "{form} no deja nada que extraer"},
    # underflow
    "underflow.title": {
        "en": "Outside, rare words are lost before T can act (T = {temperature})",
        "es": "Fuera, las palabras raras se pierden antes de que T actúe (T = {temperature})",
    },
    "underflow.spread": {
        "en": "spread s of the logits 0, −s/2, −s (nats)",
        "es": "separación s de los logits 0, −s/2, −s (nats)",
    },
    "underflow.error": {
        "en": "worst absolute error up to s",
        "es": "peor error absoluto hasta s",
    },
    "underflow.lost": {
        "en": "{dtype}: p is 0 from s = {threshold} on (dotted)",
        "es": "{dtype}: p es 0 desde s = {threshold} (línea de puntos)",
    },
    "underflow.alt": {
        "en": "Worst absolute error of p to the power 1/T, renormalised, against the spread of the "
        "logits at T = {temperature}, both on logarithmic axes. {findings}.",
        "es": "Peor error absoluto de p elevada a 1/T y renormalizada, según la separación de los "
        "logits, con T = {temperature} y ambos ejes logarítmicos. {findings}.",
    },
    "underflow.finding": {
        "en": "In {dtype} the smallest probability is 0 from a spread of {threshold} nats on, and "
        "the error reaches {error}",
        "es": "En {dtype} la probabilidad menor es 0 desde una separación de {threshold} nats, y "
        "el error llega a {error}",
    },
}


def say(key: str, lang: str, **values: object) -> str:
    """The words of ``key`` in ``lang``, with ``values`` put in their places."""
    return WORDING[key][lang].format(**values)


def plain_temperature(temperature: float, lang: str) -> str:
    """A temperature in words: three digits at most, and infinity by name."""
    return say("infinity", lang) if math.isinf(temperature) else f"{temperature:.3g}"


def short_probability(value: float) -> str:
    """A probability for the end of a bar: three decimals, 0 and 1 only where they are exact."""
    if value in (0.0, 1.0):
        return f"{value:.0f}"
    if value < 0.0005:
        return "<0.001"
    return ">0.999" if value >= 0.9995 else f"{value:.3f}"


def spoken_probability(value: float, lang: str) -> str:
    """The same for an alt text, where a sign of comparison would be read out badly."""
    text = short_probability(value)
    if text[0] not in "<>":
        return text
    return say("below" if text[0] == "<" else "above", lang, bound=text[1:])


def spoken_size(value: float) -> str:
    """A small number in decimals with two significant digits: 0.17, 0.0096, 0.000032."""
    return f"{value:.{max(2, 1 - math.floor(math.log10(value)))}f}"


def listed(parts: list[str], lang: str) -> str:
    """``a, b and c``."""
    *rest, last = parts
    return say("and", lang, rest=", ".join(rest), last=last) if rest else last


def quoted(text: str, lang: str) -> str:
    """A class's label as a quotation, so that a token such as a full stop can be heard as one."""
    return say("quoted", lang, text=text)
