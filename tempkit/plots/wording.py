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
    # rulers
    "rulers.title": {
        "en": "The same numbers fall on other words as T moves the edges",
        "es": "Los mismos números, otras palabras: T mueve los bordes",
    },
    "rulers.fall": {
        "en": "at T = {temperature} they fall on {tokens}",
        "es": "con T = {temperature} caen en {tokens}",
    },
    "rulers.alt": {
        "en": "Rulers from 0 to 1, one for each temperature, on which each word is as long as its "
        "probability, all under the uniform numbers {uniforms}: {findings}.",
        "es": "Reglas de 0 a 1, una por temperatura, en las que la longitud de cada palabra es su "
        "probabilidad, todas bajo los números uniformes {uniforms}: {findings}.",
    },
    # noisy logits
    "noisy_logits.title": {
        "en": "The temperature is the size of the noise",
        "es": "La temperatura es el tamaño del ruido",
    },
    "noisy_logits.key": {
        "en": "bars: logits z; dots: z + T G, the largest wins",
        "es": "barras: logits z; puntos: z + T G, gana el mayor",
    },
    "noisy_logits.wins": {
        "en": "at T = {temperature} {token} wins with {score}",
        "es": "con T = {temperature} gana {token} con {score}",
    },
    "noisy_logits.alt": {
        "en": "Bars of {count} logits, and from each a line to its score, the logit plus T times "
        "Gumbel noise that is the same in every panel. {findings}.",
        "es": "Barras de {count} logits y, desde cada uno, una línea hasta su puntuación: el logit "
        "más T veces un ruido de Gumbel que es el mismo en todos los paneles. {findings}.",
    },
    # counts
    "counts.title": {
        "en": "{total} draws at each T, beside what to expect",
        "es": "{total} extracciones con cada T, junto a lo esperado",
    },
    "counts.key": {
        "en": "diamonds and numbers: counts\nlight bars: expected; dark bars: ± 2 standard errors",
        "es": "rombos y números: conteos\n"
        "barras claras: lo esperado; barras oscuras: ± 2 errores estándar",
    },
    "counts.finding": {
        "en": "At T = {temperature} {token} came {count} times, where {expected} with a standard "
        "error of {error} were expected, and no count is more than {farthest} errors away",
        "es": "Con T = {temperature} {token} salió {count} veces, cuando se esperaban {expected} "
        "con un error estándar de {error}, y ningún conteo se aparta más de {farthest} errores",
    },
    "counts.alt": {
        "en": "Counts of {total} draws over bars of what to expect. {findings}.",
        "es": "Conteos de {total} extracciones sobre barras de lo esperado. {findings}.",
    },
    # chi-square
    "chi_square.title": {
        "en": "An honest sampler raises an alarm now and then",
        "es": "Un muestreador correcto también da alguna alarma",
    },
    "chi_square.statistic": {
        "en": "chi-square statistic, {freedom} degrees of freedom",
        "es": "estadístico ji cuadrado, {freedom} grados de libertad",
    },
    "chi_square.runs": {"en": "runs (of {count})", "es": "repeticiones (de {count})"},
    "chi_square.beyond": {
        "en": "above {threshold}:\n{share} of the runs;\n{nominal} ± {error} expected",
        "es": "por encima de {threshold}:\n{share} de las repeticiones;\n"
        "se esperaba {nominal} ± {error}",
    },
    "chi_square.alt": {
        "en": "Histogram of {count} chi-square statistics with {freedom} degrees of freedom under "
        "the curve of theory. Their mean is {mean}, and {share} of them lie above {threshold}, "
        "where {nominal} with a standard error of {error} were expected.",
        "es": "Histograma de {count} estadísticos ji cuadrado con {freedom} grados de libertad, "
        "bajo la curva de la teoría. Su media es {mean}, y {share} de ellos quedan por encima de "
        "{threshold}, cuando se esperaba {nominal} con un error estándar de {error}.",
    },
    # grammatical
    "grammatical.title": {
        "en": "Hot sentences break; the mean leak is not enough to say how many",
        "es": "En caliente las frases se rompen; la fuga media no basta para decir cuántas",
    },
    "grammatical.truth": {
        "en": "the true process, at every T",
        "es": "el proceso verdadero, con cualquier T",
    },
    "grammatical.measured": {
        "en": "measured (bars: ± 2 standard errors)",
        "es": "medida (barras: ± 2 errores estándar)",
    },
    "grammatical.predicted": {
        "en": "predicted: (1 − leak)ⁿ",
        "es": "prevista: (1 − fuga)ⁿ",
    },
    "grammatical.path": {
        "en": "predicted along the path",
        "es": "prevista a lo largo del camino",
    },
    "grammatical.share": {
        "en": "share of grammatical sentences",
        "es": "proporción de frases gramaticales",
    },
    "grammatical.one": {
        "en": "{measured} ({predicted}) at T = {temperature}",
        "es": "{measured} ({predicted}) con T = {temperature}",
    },
    "grammatical.alt": {
        "en": "Share of grammatical sentences against temperature, measured and, in brackets, as "
        "predicted from the leak: {rows}. The true process stays at 1.",
        "es": "Proporción de frases gramaticales según la temperatura, medida y, entre paréntesis, "
        "prevista a partir de la fuga: {rows}. El proceso verdadero se queda en 1.",
    },
    "grammatical.alt_path": {
        "en": "Share of grammatical sentences against temperature, measured and, in brackets, as "
        "predicted from the mean leak and then along the path: {rows}. The true process stays "
        "at 1.",
        "es": "Proporción de frases gramaticales según la temperatura, medida y, entre paréntesis, "
        "prevista primero con la fuga media y después a lo largo del camino: {rows}. El proceso "
        "verdadero se queda en 1.",
    },
    # divergence
    "divergence.title": {
        "en": "The best T depends on what one asks",
        "es": "La mejor T depende de lo que se pida",
    },
    "divergence.axis": {
        "en": "KL(truth, model)\n(nats per token)",
        "es": "KL(verdadera, modelo)\n(nats por token)",
    },
    "divergence.illegal": {"en": "leak", "es": "fuga"},
    "divergence.best": {
        "en": "{model}: nearest at T = {temperature}",
        "es": "{model}: más cerca con T = {temperature}",
    },
    "divergence.one": {
        "en": "{model} is nearest at T = {temperature} with {least} nats, and its leak grows "
        "to {hot}",
        "es": "{model} está más cerca con T = {temperature}, a {least} nats, y su fuga crece "
        "hasta {hot}",
    },
    "divergence.alt": {
        "en": "Two panels for T from {first} to {last}: the divergence of each model from the "
        "truth per token, and its leak, the probability that it gives to impossible tokens. "
        "{rows}.",
        "es": "Dos paneles con T de {first} a {last}: la divergencia por token de cada modelo "
        "respecto de la distribución verdadera y su fuga, la probabilidad que da a tokens "
        "imposibles. {rows}.",
    },
    # two temperings
    "two_temperings.title": {
        "en": "Tempering tokens is not tempering sentences",
        "es": "La temperatura por token no es la temperatura por frase",
    },
    "two_temperings.tokens": {"en": "every token tempered", "es": "en cada token"},
    "two_temperings.sentences": {"en": "whole sentences tempered", "es": "en la frase entera"},
    "two_temperings.axis": {
        "en": "probability of the sentence",
        "es": "probabilidad de la frase",
    },
    "two_temperings.alt": {
        "en": "Probabilities of {count} sentences of two tokens for T from {first} to {last}. With "
        "every token tempered the cold leaves {greedy}, {token_share} of all; with whole sentences "
        "tempered it leaves {mode}, {sentence_share}. At T = 1 both panels agree: {greedy} has "
        "{at_one_greedy} and {mode} {at_one_mode}.",
        "es": "Probabilidades de {count} frases de dos tokens con T de {first} a {last}. Con la "
        "temperatura en cada token, el frío deja {greedy}, {token_share} del total; en la frase "
        "entera, deja {mode}, {sentence_share}. Con T = 1 los dos paneles coinciden: {greedy} "
        "tiene {at_one_greedy} y {mode}, {at_one_mode}.",
    },
    # truncated
    "truncated.title": {
        "en": "What each filter keeps, and what it makes of it",
        "es": "Qué conserva cada filtro y en qué lo convierte",
    },
    "truncated.removed": {"en": "removed", "es": "fuera"},
    "truncated.keeps": {"en": "keeps {count}, mass {mass}", "es": "quedan {count}, masa {mass}"},
    "truncated.key": {
        "en": "probability; black marks: {model}, nothing removed",
        "es": "probabilidad; marcas negras: {model}, sin quitar nada",
    },
    "truncated.finding": {
        "en": "{filter} keeps {count}, with a mass of {mass}, and gives {top} {share}",
        "es": "{filter} conserva {count}, con una masa de {mass}, y da a {top} {share}",
    },
    "truncated.alt": {
        "en": "{title}. Bars of {count} probabilities after each filter, with marks at "
        "{model}: {findings}.",
        "es": "{title}. Barras de {count} probabilidades después de cada filtro, con marcas en "
        "{model}: {findings}.",
    },
    # kept sizes
    "kept_sizes.title": {
        "en": "How many tokens stay as T grows",
        "es": "Cuántos tokens quedan al crecer T",
    },
    "kept_sizes.count": {"en": "tokens kept", "es": "tokens que quedan"},
    "kept_sizes.finding": {
        "en": "from {first} to {last} with {filter}",
        "es": "de {first} a {last} con {filter}",
    },
    "kept_sizes.alt": {
        "en": "Curves of the number of tokens kept, of {count}, while T goes from {first} to "
        "{last}, both axes logarithmic. The number goes {findings}.",
        "es": "Curvas del número de tokens que quedan, de {count}, mientras T va de {first} a "
        "{last}, con ambos ejes logarítmicos. El número va {findings}.",
    },
    # penalty shift
    "penalty_shift.title": {
        "en": "What a penalty does depends on where zero lies",
        "es": "Lo que hace una penalización depende de dónde está el cero",
    },
    "penalty_shift.none": {"en": "no penalty", "es": "sin penalización"},
    "penalty_shift.shift": {
        "en": "shift c added to all logits (nats)",
        "es": "desplazamiento c sumado a todos los logits (nats)",
    },
    "penalty_shift.probability": {
        "en": "probability of {token}",
        "es": "probabilidad de {token}",
    },
    "penalty_shift.finding": {
        "en": "with ρ = {penalty} it is {here} unshifted and {far} at a shift of {furthest}",
        "es": "con ρ = {penalty} es {here} sin desplazar y {far} con un desplazamiento de "
        "{furthest}",
    },
    "penalty_shift.alt": {
        "en": "Probability of {token} under a repetition penalty, against a constant added to all "
        "logits. Without a penalty it is {plain} at every shift. Under a penalty the curve has "
        "that height only at a shift of {peak}, where the logit is 0, and falls on both sides: "
        "{findings}.",
        "es": "Probabilidad de {token} con una penalización por repetición, según una constante "
        "sumada a todos los logits. Sin penalización es {plain} con cualquier desplazamiento. Con "
        "ella, la curva solo alcanza esa altura con un desplazamiento de {peak}, donde el logit "
        "es 0, y cae a ambos lados: {findings}.",
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
