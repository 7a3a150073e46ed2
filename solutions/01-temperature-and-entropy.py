# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] name="title" lang="en"
# # Lab 01 · Temperature and entropy
#
# What does a temperature do, from absolute zero to infinity? In this lab you make the whole range
# visible, mend a table that many articles on the subject get wrong, and find out why entropy can
# never fall when $T$ rises, how steeply it climbs, and which $T$ gives the entropy that you want.
#
# **10 points, about 75 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/01-temperature-and-entropy.md)
# opens beside this lab; it has the proofs of everything that you measure here.
#
# Logits are always one row, a tensor of shape `[V]`, and entropies are in nats.

# %% [markdown] name="title" lang="es"
# # Laboratorio 01 · Temperatura y entropía
#
# ¿Qué hace una temperatura, desde el cero absoluto hasta el infinito? En este laboratorio haces visible
# todo el recorrido y corriges una tabla en la que se equivocan muchos artículos sobre el tema.
# También descubres por qué la entropía nunca baja cuando $T$ sube, con qué pendiente crece y qué $T$ da
# la entropía que quieres.
#
# **10 puntos, unos 75 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/01-temperature-and-entropy.md)
# se abre al lado; contiene las demostraciones de todo lo que mides aquí.
#
# Los logits son siempre una fila, un tensor de forma `[V]`, y las entropías se dan en nats.

# %% name="setup"
import torch

from tempkit import entropy_sweep, lab, plots, softmax

# en: check = lab.start("01", language="en")
# es: check = lab.start("01", language="es")

# %% [markdown] name="table-task" lang="en"
# ## Exercise 1 · From zero to infinity (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the three limits](../../theory/en/01-temperature-and-entropy.md#three-limits)*
#
# Write `distribution_table(logits, temperatures)`: a tensor of shape `[K, V]`, a row for each of the
# `K` temperatures, a list of plain numbers. `tempkit.softmax` would do it in a line; write it with `torch.softmax`, because the
# point is the two ends:
#
# - at $T = 0$ the row is **uniform over the tied maxima** (one word, or all that share the largest
#   logit);
# - at $T = \infty$, `float("inf")`, it is uniform over the words with a finite logit; an impossible word
#   (`-inf`) keeps probability 0.

# %% [markdown] name="table-task" lang="es"
# ## Ejercicio 1 · De cero a infinito (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: los tres límites](../../theory/es/01-temperature-and-entropy.md#three-limits)*
#
# Escribe `distribution_table(logits, temperatures)`: un tensor de forma `[K, V]`, una fila por cada una
# de las `K` temperaturas, una lista de números. `tempkit.softmax` lo haría en una línea; escríbela con `torch.softmax`, porque
# lo interesante son los dos extremos:
#
# - con $T = 0$ la fila es **uniforme sobre los máximos empatados** (una palabra, o todas las que comparten
#   el logit mayor);
# - con $T = \infty$, `float("inf")`, es uniforme sobre las palabras de logit finito; una palabra imposible
#   (`-inf`) conserva la probabilidad 0.


# %% name="distribution_table" exercise=true
def distribution_table(logits, temperatures):
    # en: """A row of probabilities for every temperature; logits [V] in, [K, V] out."""
    # es: """Una fila de probabilidades por temperatura; entran logits [V], sale [K, V]."""
    ### BEGIN SOLUTION
    rows = []
    for temperature in temperatures:
        # en: # 1. The two ends, each by its own definition.
        # es: # 1. Los dos extremos, cada uno por su propia definición.
        if temperature == 0:
            weights = (logits == logits.max()).to(logits.dtype)
        elif temperature == float("inf"):
            weights = torch.isfinite(logits).to(logits.dtype)
        # en: # 2. Everything between.
        # es: # 2. Todo lo que hay en medio.
        else:
            weights = torch.softmax((logits - logits.max()) / temperature, dim=-1)
        rows.append(weights / weights.sum())
    return torch.stack(rows)
    ### END SOLUTION


# %% name="check-distribution_table" check="distribution_table" points=2
check("distribution_table", distribution_table)
### BEGIN HIDDEN TESTS
check.hidden("distribution_table", distribution_table)
### END HIDDEN TESTS

# %% [markdown] name="table-help" lang="en"
# <details><summary>My row for T = 0 is NaN</summary>
#
# At the maximum you compute 0/0. No division helps: decide what the row is, with a comparison such as
# `logits == logits.max()`. Then share: divide by how many there are.
#
# </details>
# <details><summary>My row for T = 0 has a single 1 where it should be shared</summary>
#
# `argmax` returns the first of several equal maxima. The limit $T \to 0$ knows no first.
#
# </details>
# <details><summary>My row for T = ∞ is NaN, or gives an impossible word something</summary>
#
# `-inf / inf` is undefined, so this end too is decided, not divided: `torch.isfinite(logits)` says which
# words share.
#
# </details>

# %% [markdown] name="table-help" lang="es"
# <details><summary>Mi fila de T = 0 es NaN</summary>
#
# En el máximo calculas 0/0. Ninguna división ayuda: decide qué es la fila, con una comparación como
# `logits == logits.max()`. Y reparte: divide entre cuántos hay.
#
# </details>
# <details><summary>Mi fila de T = 0 tiene un solo 1 donde debería repartirse</summary>
#
# `argmax` devuelve el primero de varios máximos iguales. Para el límite $T \to 0$ no hay un primero.
#
# </details>
# <details><summary>Mi fila de T = ∞ es NaN, o le da algo a una palabra imposible</summary>
#
# `-inf / inf` no está definido, así que este extremo también se decide, no se divide:
# `torch.isfinite(logits)` dice qué palabras se reparten la probabilidad.
#
# </details>

# %% [markdown] name="table-look" lang="en"
# The same five words as in lab 00, now from cold to hot. The map below shows every temperature at once:
# follow it to see what happens to each word.

# %% [markdown] name="table-look" lang="es"
# Las mismas cinco palabras del laboratorio 00, ahora de frío a caliente. El mapa de abajo muestra todas
# las temperaturas a la vez: síguelo para ver qué le ocurre a cada palabra.

# %% name="table-bars"
# en: words = ["mat", "sofa", "floor", "roof", "moon"]
# es: words = ["alfombra", "silla", "mesa", "cama", "luna"]
logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
plots.bars(logits, [0.1, 0.5, 1.0, 2.0, 5.0], labels=words)

# %% name="table-map"
plots.heat_map(logits, labels=words)

# %% [markdown] name="flat-guess" lang="en"
# ### Predict before you run
#
# Many guides say that above $T = 2$ a distribution is practically uniform. Take three words with the
# logits 20, 10 and 0, at $T = 2$. What is the probability of the likeliest?
#
# - **a** · about 0.4
# - **b** · about 0.7
# - **c** · more than 0.99

# %% [markdown] name="flat-guess" lang="es"
# ### Predice antes de ejecutar
#
# Muchas guías dicen que por encima de $T = 2$ una distribución es prácticamente uniforme. Toma tres
# palabras con logits 20, 10 y 0, y $T = 2$. ¿Qué probabilidad tiene la más probable?
#
# - **a** · cerca de 0.4
# - **b** · cerca de 0.7
# - **c** · más de 0.99

# %% name="guess-sharp-at-two" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% name="flat-measure"
for spread in [0.2, 20.0]:
    row = softmax(torch.tensor([spread, spread / 2, 0.0]), 2.0)
    print([round(p, 4) for p in row.tolist()])
check.prediction("sharp-at-two", prediction)

# %% [markdown] name="spectrum-task" lang="en"
# ## Exercise 2 · Spot the bug: a table of ten (2 points)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: the full spectrum](../../theory/en/01-temperature-and-entropy.md#full-spectrum)*
#
# A vocabulary of 1000 words follows Zipf's law: the word of rank $r$ has the logit $-\log r$, so at
# $T = 1$ its probability is proportional to $1/r$. The function below prints the ten likeliest words at
# several temperatures, as many articles do. Run it and look at the last row: at $T = 100$ every word
# should have about one thousandth. What went wrong?

# %% [markdown] name="spectrum-task" lang="es"
# ## Ejercicio 2 · Encuentra el error: una tabla de diez (2 puntos)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: el espectro completo](../../theory/es/01-temperature-and-entropy.md#full-spectrum)*
#
# Un vocabulario de 1000 palabras sigue la ley de Zipf: la palabra del puesto $r$ tiene el logit $-\log r$,
# así que con $T = 1$ su probabilidad es proporcional a $1/r$. La función de abajo muestra las diez
# palabras más probables a varias temperaturas, como hacen muchos artículos. Ejecútala y mira la última
# fila: con $T = 100$, a cada palabra debería corresponderle más o menos una milésima. ¿Qué es lo que falla?

# %% name="spectrum-as-found"
zipf = -torch.log(torch.arange(1, 1001, dtype=torch.float64))


def table_as_found(logits, temperatures, k):
    top = torch.topk(logits, k).values
    return torch.stack([torch.softmax(top / temperature, dim=-1) for temperature in temperatures])


for row in table_as_found(zipf, [0.1, 1.0, 100.0], 10):
    print([round(p, 4) for p in row.tolist()])

# %% [markdown] name="spectrum-write" lang="en"
# Write `full_spectrum(logits, temperatures, k)`: a tensor `[K, k]` with the **model's** probabilities of
# the `k` likeliest words, likeliest first, a row for each temperature (all finite and positive here).

# %% [markdown] name="spectrum-write" lang="es"
# Escribe `full_spectrum(logits, temperatures, k)`: un tensor `[K, k]` con las probabilidades **del modelo**
# de las `k` palabras más probables, la más probable primero, una fila por temperatura (aquí todas finitas
# y positivas).


# %% name="full_spectrum" exercise=true
def full_spectrum(logits, temperatures, k):
    # en: """Probabilities over the whole vocabulary of the k likeliest words; [V] in, [K, k] out."""
    # es: """Probabilidades sobre todo el vocabulario de las k palabras más probables; sale [K, k]."""
    ### BEGIN SOLUTION
    # en: # 1. Which words: the order of the logits is the order at every temperature.
    # es: # 1. Qué palabras: el orden de los logits es el orden a cualquier temperatura.
    top = torch.topk(logits, k).indices
    # en: # 2. The softmax runs over all words; the table shows only some of them.
    # es: # 2. El softmax recorre todas las palabras; la tabla solo muestra algunas.
    rows = [torch.softmax(logits / temperature, dim=-1)[top] for temperature in temperatures]
    return torch.stack(rows)
    ### END SOLUTION


# %% name="check-full_spectrum" check="full_spectrum" points=2
check("full_spectrum", full_spectrum)
### BEGIN HIDDEN TESTS
check.hidden("full_spectrum", full_spectrum)
### END HIDDEN TESTS

# %% [markdown] name="spectrum-look" lang="en"
# Seven temperatures, and how much of the probability the ten words hold together. Compare the last row
# with the table as it was found: it promised about 0.1 for each word. The figure goes on to rank 50; on its
# logarithmic axes Zipf's law is a straight line at every $T$, and $T$ sets its slope.

# %% [markdown] name="spectrum-look" lang="es"
# Siete temperaturas, y cuánta probabilidad reúnen juntas las diez palabras. Compara la última fila con la tabla
# tal como estaba: prometía cerca de 0.1 para cada palabra. La figura sigue hasta el puesto 50; en sus
# ejes logarítmicos la ley de Zipf es una recta con cualquier $T$, y $T$ fija su pendiente.

# %% name="spectrum-table"
temperatures = [0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 100.0]
table = full_spectrum(zipf, temperatures, 10)
# en: together = "all ten:"
# es: together = "las diez:"
for temperature, row in zip(temperatures, table, strict=True):
    print(temperature, [round(float(p), 4) for p in row[:4]], together, round(float(sum(row)), 4))

# %% name="spectrum-picture"
plots.rank_curves(zipf, [0.5, 1.0, 2.0, 5.0])

# %% [markdown] name="entropy-task" lang="en"
# ## Exercise 3 · The entropy curve (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note 00: entropy](../../theory/en/00-inside-or-outside.md#entropy)*
#
# Write `entropy_curve(logits, temperatures)`: a tensor `[K]` with $H(T) = -\sum_i q_i \log q_i$ in nats at
# each temperature (all finite and positive). At low $T$ some probabilities are exactly 0; they add 0.

# %% [markdown] name="entropy-task" lang="es"
# ## Ejercicio 3 · La curva de entropía (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota 00: la entropía](../../theory/es/00-inside-or-outside.md#entropy)*
#
# Escribe `entropy_curve(logits, temperatures)`: un tensor `[K]` con $H(T) = -\sum_i q_i \log q_i$ en nats a
# cada temperatura (todas finitas y positivas). Con $T$ baja, algunas probabilidades son exactamente 0;
# aportan 0.


# %% name="entropy_curve" exercise=true
def entropy_curve(logits, temperatures):
    # en: """Entropy in nats at every temperature; logits [V] in, [K] out."""
    # es: """Entropía en nats a cada temperatura; entran logits [V], sale [K]."""
    ### BEGIN SOLUTION
    # en: # A row of probabilities for every temperature, then -q log q, summed over the words.
    # es: # Una fila de probabilidades por temperatura; luego -q log q, sumado sobre las palabras.
    rows = [torch.softmax(logits / temperature, dim=-1) for temperature in temperatures]
    return torch.special.entr(torch.stack(rows)).sum(dim=-1)
    ### END SOLUTION


# %% name="check-entropy_curve" check="entropy_curve" points=1
check("entropy_curve", entropy_curve)
### BEGIN HIDDEN TESTS
check.hidden("entropy_curve", entropy_curve)
### END HIDDEN TESTS

# %% [markdown] name="entropy-look" lang="en"
# The curve for our five words, with its slope below. It never falls. $T = 1$ is marked because that is the
# model as it was trained; for the entropy it is a temperature like any other. Before you look at the lower
# panel: where does the curve climb fastest? (At $T = 0$ it is flat; the slope peaks near $T = 0.39$.)

# %% [markdown] name="entropy-look" lang="es"
# La curva de nuestras cinco palabras, con su pendiente debajo. Nunca baja. $T = 1$ está marcada porque es el
# modelo tal como se entrenó; para la entropía es una temperatura como cualquier otra. Antes de mirar el panel
# de abajo: ¿dónde sube más rápido la curva? (En $T = 0$ es plana; la pendiente es máxima cerca de $T = 0.39$.)

# %% name="entropy-picture"
plots.entropy_curve(logits)

# %% [markdown] name="curve-play" lang="en"
# In the explorer the point rides on the curve while you move $T$. Here two words tie and one is impossible. Before you touch anything: how
# large is the entropy at $T = 0$, and how large can it become? Then take $T$ to both ends; the box accepts `inf`.

# %% [markdown] name="curve-play" lang="es"
# En el explorador, el punto recorre la curva mientras mueves $T$. Aquí hay dos palabras empatadas y otra imposible. Antes de tocar nada: ¿cuánto
# vale la entropía con $T = 0$ y hasta dónde puede llegar? Después lleva $T$ a los dos extremos; la casilla acepta `inf`.

# %% name="curve-explorer"
from tempkit import Explorer

Explorer([2.0, 2.0, 0.5, 0.2, float("-inf")], words)

# %% [markdown] name="slope-task" lang="en"
# ## Exercise 4 · How steeply? (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the slope](../../theory/en/01-temperature-and-entropy.md#slope)*
#
# The slope has a short formula, and it explains at a glance why entropy never falls:
#
# $$
# \frac{dH}{dT} = \frac{\mathrm{Var}_q[z]}{T^3}
# $$
#
# Here $\mathrm{Var}_q[z] = \sum_i q_i (z_i - \bar z)^2$ is the variance of the logits when words are drawn from
# $q$, the distribution at temperature $T$, around their mean $\bar z = \sum_i q_i z_i$. Write
# `entropy_slope(logits, temperature)`, a single number; all logits are finite here.

# %% [markdown] name="slope-task" lang="es"
# ## Ejercicio 4 · ¿Con qué pendiente? (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: la pendiente](../../theory/es/01-temperature-and-entropy.md#slope)*
#
# La pendiente tiene una fórmula breve, que explica de un vistazo por qué la entropía nunca baja:
#
# $$
# \frac{dH}{dT} = \frac{\mathrm{Var}_q[z]}{T^3}
# $$
#
# Aquí $\mathrm{Var}_q[z] = \sum_i q_i (z_i - \bar z)^2$ es la varianza de los logits cuando las palabras se extraen
# de $q$, la distribución a temperatura $T$, alrededor de su media $\bar z = \sum_i q_i z_i$. Escribe
# `entropy_slope(logits, temperature)`, un solo número; aquí todos los logits son finitos.


# %% name="entropy_slope" exercise=true
def entropy_slope(logits, temperature):
    # en: """dH/dT in nats per unit of T; logits [V] in, a number out."""
    # es: """dH/dT en nats por unidad de T; entran logits [V], sale un número."""
    ### BEGIN SOLUTION
    # en: # 1. The weights are the probabilities at this temperature.
    # es: # 1. Los pesos son las probabilidades a esta temperatura.
    q = torch.softmax(logits / temperature, dim=-1)
    # en: # 2. Mean and variance of the logits under them.
    # es: # 2. Media y varianza de los logits con esos pesos.
    mean = (q * logits).sum()
    variance = (q * (logits - mean) ** 2).sum()
    return variance / temperature**3
    ### END SOLUTION


# %% name="check-entropy_slope" check="entropy_slope" points=2
check("entropy_slope", entropy_slope)
### BEGIN HIDDEN TESTS
check.hidden("entropy_slope", entropy_slope)
### END HIDDEN TESTS

# %% [markdown] name="slope-help" lang="en"
# <details><summary>My number is too large or too small by a factor of T</summary>
#
# Take the variance of the logits $z$ themselves, not of $z/T$, and divide it by $T^3$ once.
#
# </details>
# <details><summary>I used torch.var</summary>
#
# `torch.var` counts every word alike. Here a likely word counts more: weight with $q$.
#
# </details>

# %% [markdown] name="slope-help" lang="es"
# <details><summary>Mi número sale T veces mayor o menor</summary>
#
# Toma la varianza de los propios logits $z$, no la de $z/T$, y divídela entre $T^3$ una sola vez.
#
# </details>
# <details><summary>Usé torch.var</summary>
#
# `torch.var` cuenta todas las palabras por igual. Aquí una palabra probable cuenta más: pondera con $q$.
#
# </details>

# %% [markdown] name="slope-measure" lang="en"
# Do you trust the formula? Test it as a physicist would: move $T$ a little to both sides and see how much
# the entropy changes. The error of such a *central difference* should be divided by a hundred when the step
# is divided by ten. (If the last one is not, your `entropy_curve` rounds to float32: build its result with
# `torch.stack`.)

# %% [markdown] name="slope-measure" lang="es"
# ¿Confías en la fórmula? Ponla a prueba como se haría en física: mueve $T$ un poco a ambos lados y mira
# cuánto cambia la entropía. El error de esa *diferencia central* debería dividirse entre cien cuando el paso
# se divide entre diez. (Si el último no lo hace, tu `entropy_curve` redondea a float32: construye su resultado
# con `torch.stack`.)

# %% name="slope-differences"
wide = logits.double()
for step in [0.1, 0.01, 0.001]:
    below, above = entropy_curve(wide, [1 - step, 1 + step])
    error = abs(float(above - below) / (2 * step) - float(entropy_slope(wide, 1.0)))
    print(step, f"{error:.1e}")

# %% [markdown] name="inverse-task" lang="en"
# ## Exercise 5 · The temperature for a wanted entropy (2 points)
#
# *Difficulty 3 of 3 · about 20 minutes ·
# [note: the inverse problem](../../theory/en/01-temperature-and-entropy.md#inverse-problem)*
#
# Since the curve only rises, it can be read backwards: every entropy between the two ends belongs to
# exactly one temperature. Write `temperature_for(logits, entropy)`, which finds it to three significant digits (0.00548, not 0.005) by
# halving an interval again and again (*bisection*), and raises a `ValueError` when there is none:
#
# - no finite $T$ reaches $\log N$ or more, where $N$ is the number of finite logits;
# - no $T > 0$ gives $\log k$ or less, where $k$ is the number of tied maxima.
#
# (If all $N$ are tied, every $T$ gives $\log N$: the checks leave that case out.)
#
# Choose the interval with care: if the logits are close to each other the answer is a very small $T$, and
# if they are far apart a very large one. You may use your `entropy_curve`, or
# `entropy_sweep(logits, [T]).entropy`, which also takes 0 and `float("inf")`. (`tempkit` has the answer ready,
# too, in `temperature_for_entropy`; resist it until yours works. Where `tempkit grade` gives the points, it is out of reach.)

# %% [markdown] name="inverse-task" lang="es"
# ## Ejercicio 5 · La temperatura para una entropía deseada (2 puntos)
#
# *Dificultad 3 de 3 · unos 20 minutos ·
# [nota: el problema inverso](../../theory/es/01-temperature-and-entropy.md#inverse-problem)*
#
# Como la curva solo sube, se puede leer al revés: a cada entropía entre los dos extremos le
# corresponde exactamente una temperatura. Escribe `temperature_for(logits, entropy)`, que la encuentra con
# tres cifras significativas (0.00548, no 0.005) partiendo un intervalo por la mitad una y otra vez (*bisección*), y que lanza un `ValueError`
# cuando no la hay:
#
# - ninguna $T$ finita llega a $\log N$ ni lo supera, donde $N$ es el número de logits finitos;
# - ninguna $T > 0$ da $\log k$ ni menos, donde $k$ es el número de máximos empatados.
#
# (Si empatan los $N$, toda $T$ da $\log N$: las comprobaciones dejan fuera ese caso.)
#
# Elige el intervalo con cuidado: si los logits están muy cerca entre sí, la respuesta es una $T$ muy
# pequeña, y si están muy separados, una muy grande. Puedes usar tu `entropy_curve`, o
# `entropy_sweep(logits, [T]).entropy`, que también acepta 0 y `float("inf")`. (`tempkit` trae además la respuesta
# hecha, en `temperature_for_entropy`; resístete a usarla hasta que la tuya funcione. Donde los puntos los pone `tempkit grade`,
# queda fuera de tu alcance.)


# %% name="temperature_for" exercise=true
def temperature_for(logits, entropy):
    # en: """The temperature whose entropy in nats is wanted; logits [V] in, a number out."""
    # es: """La temperatura que da la entropía pedida en nats; entran logits [V], sale un número."""
    ### BEGIN SOLUTION
    # en: # 1. Is there an answer at all?
    # es: # 1. ¿Hay alguna respuesta?
    lowest, highest = entropy_sweep(logits, [0.0, float("inf")]).entropy.tolist()
    if not lowest < entropy < highest:
        raise ValueError(f"entropy {entropy} is outside ({lowest}, {highest})")
    # en: # 2. Halve an interval of log T: ratios, because T may be tiny or huge.
    # es: # 2. Parte por la mitad un intervalo de log T: razones, porque T puede ser diminuta o enorme.
    low, high = 1e-6, 1e6
    for _ in range(60):
        middle = (low * high) ** 0.5
        if entropy_curve(logits, [middle]).item() < entropy:
            low = middle
        else:
            high = middle
    return middle
    ### END SOLUTION


# %% name="check-temperature_for" check="temperature_for" points=2
check("temperature_for", temperature_for)
### BEGIN HIDDEN TESTS
check.hidden("temperature_for", temperature_for)
### END HIDDEN TESTS

# %% [markdown] name="inverse-help" lang="en"
# <details><summary>How does one halve an interval?</summary>
#
# Keep a `low` and a `high` temperature with the answer between them. Take the middle. If the entropy there
# is too small, the answer lies higher, so the middle becomes the new `low`; otherwise it becomes the new
# `high`. Sixty rounds are plenty. With the middle `(low * high) ** 0.5` you halve in $\log T$, which
# treats small and large temperatures alike.
#
# </details>
# <details><summary>The check never ends</summary>
#
# Two neighbouring floating-point numbers cannot come closer, so `while high - low > 1e-14` may wait for
# ever. Use `for _ in range(60)`, and stop the running cell with the button ■.
#
# </details>

# %% [markdown] name="inverse-help" lang="es"
# <details><summary>¿Cómo se parte un intervalo por la mitad?</summary>
#
# Guarda una temperatura `low` y otra `high` con la respuesta entre ambas. Toma la del medio. Si allí la
# entropía es demasiado pequeña, la respuesta está más arriba, así que la del medio pasa a ser `low`; si no,
# pasa a ser `high`. Sesenta vueltas bastan de sobra. Con el punto medio `(low * high) ** 0.5` partes
# en $\log T$, que trata por igual las temperaturas pequeñas y las grandes.
#
# </details>
# <details><summary>La comprobación no termina nunca</summary>
#
# Dos números de coma flotante vecinos ya no pueden acercarse más, así que `while high - low > 1e-14` puede
# esperar para siempre. Usa `for _ in range(60)`, y detén la celda en marcha con el botón ■.
#
# </details>

# %% name="inverse-use"
for wanted in [0.1, 0.8, 1.2, 1.6]:
    print(wanted, "nats, T =", f"{float(temperature_for(logits, wanted)):.3g}")

# %% [markdown] name="draws-task" lang="en"
# ## Exercise 6 · Entropy, measured with its uncertainty (1 point)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: the slope](../../theory/en/01-temperature-and-entropy.md#slope)*
#
# Often one cannot compute an entropy, only draw from the distribution. The *surprisal* of a drawn word is
# $-\log q_i$, and entropy is its mean. So the mean of $n$ surprisals estimates the entropy, with the
# standard error of any mean: their standard deviation divided by $\sqrt{n}$.
#
# Write `entropy_from_draws(surprisals)`: from a tensor `[n]` return two numbers, the estimate and its
# standard error.

# %% [markdown] name="draws-task" lang="es"
# ## Ejercicio 6 · La entropía, medida con su incertidumbre (1 punto)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: la pendiente](../../theory/es/01-temperature-and-entropy.md#slope)*
#
# A menudo una entropía no se puede calcular: lo único posible es extraer de la distribución. La *sorpresa* de
# una palabra extraída es $-\log q_i$, y la entropía es su media. Así, la media de $n$ sorpresas estima la
# entropía, con el error estándar de cualquier media: la desviación estándar dividida entre $\sqrt{n}$.
#
# Escribe `entropy_from_draws(surprisals)`: a partir de un tensor `[n]` devuelve dos números, la estimación y
# su error estándar.


# %% name="entropy_from_draws" exercise=true
def entropy_from_draws(surprisals):
    # en: """Estimate of the entropy and its standard error, in nats; [n] in, two numbers out."""
    # es: """Estimación de la entropía y su error estándar, en nats; entra [n], salen dos números."""
    ### BEGIN SOLUTION
    # en: # The error of a mean shrinks with the square root of the number of draws.
    # es: # El error de una media se reduce con la raíz cuadrada del número de extracciones.
    estimate = surprisals.mean().item()
    return estimate, surprisals.std().item() / len(surprisals) ** 0.5
    ### END SOLUTION


# %% name="check-entropy_from_draws" check="entropy_from_draws" points=1
check("entropy_from_draws", entropy_from_draws)
### BEGIN HIDDEN TESTS
check.hidden("entropy_from_draws", entropy_from_draws)
### END HIDDEN TESTS

# %% [markdown] name="draws-measure" lang="en"
# A thousand draws at $T = 2$. The error bar has a secret: the variance of a surprisal is $T$ times the
# slope of the entropy curve, so the formula of exercise 4 predicts it before anything is drawn.

# %% [markdown] name="draws-measure" lang="es"
# Mil extracciones con $T = 2$. La barra de error tiene un secreto: la varianza de una sorpresa es $T$ veces
# la pendiente de la curva de entropía, así que la fórmula del ejercicio 4 la anuncia antes de extraer nada.

# %% name="draws-estimate"
q = softmax(logits, 2.0).cpu()
seed = torch.Generator("cpu").manual_seed(1)
drawn = torch.multinomial(q, 1000, replacement=True, generator=seed)
estimate, error = entropy_from_draws(-torch.log(q)[drawn])
sweep = entropy_sweep(logits, [2.0])
exact, predicted = float(sweep.entropy), (2 * float(sweep.slope) / 1000) ** 0.5
# en: print(f"estimate   {float(estimate):.3f}, its error {float(error):.3f}")
# en: print(f"true value {exact:.3f}, error predicted {predicted:.3f}")
# es: print(f"estimación {float(estimate):.3f}, su error {float(error):.3f}")
# es: print(f"valor verdadero {exact:.3f}, error previsto {predicted:.3f}")

# %% [markdown] name="moving" lang="en"
# ## The whole movement
#
# To finish, watch it: the five words from $T = 0.1$ to $T = 10$. One of them first wins and then loses: which?
# Run the cell again to see it again.

# %% [markdown] name="moving" lang="es"
# ## El recorrido completo
#
# Para terminar, míralo: las cinco palabras desde $T = 0.1$ hasta $T = 10$. Una de ellas primero gana y después
# pierde: ¿cuál? Vuelve a ejecutar la celda para verlo otra vez.

# %% name="moving-picture"
plots.animation(logits, labels=words)

# %% [markdown] name="moving-answer" lang="en"
# <details><summary>Which word wins first and loses later?</summary>
#
# Sofa: its share is largest near $T = 2.24$, where the mean logit falls below its own logit, 1. The
# [note](../../theory/en/01-temperature-and-entropy.md#slope) says why.
#
# </details>

# %% [markdown] name="moving-answer" lang="es"
# <details><summary>¿Qué palabra gana primero y pierde después?</summary>
#
# La silla: su parte es mayor cerca de $T = 2.24$, donde el logit medio cae por debajo de su propio logit, 1.
# La [nota](../../theory/es/01-temperature-and-entropy.md#slope) dice por qué.
#
# </details>

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - $T = 0$ and $T = \infty$ are values with a definition, and ties share.
# - A table of the top ten shows shares, not probabilities, unless the softmax runs over the whole
#   vocabulary.
# - Entropy rises with slope $\mathrm{Var}_q[z]/T^3$, which cannot be negative; so every entropy between
#   the ends has its own temperature.
# - The same variance is the error bar of an entropy estimated from draws.
#
# The [solved lab](../../solutions/en/01-temperature-and-entropy.ipynb) is there for self-study. Next:
# lab 02, sampling, `python3 start.py lab 02 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - $T = 0$ y $T = \infty$ tienen su propia definición, y los empates se reparten la probabilidad.
# - Una tabla de las diez primeras muestra proporciones, no probabilidades, salvo que el softmax recorra
#   todo el vocabulario.
# - La entropía sube con pendiente $\mathrm{Var}_q[z]/T^3$, que no puede ser negativa; por eso cada
#   entropía entre los extremos tiene su propia temperatura.
# - La misma varianza es la barra de error de una entropía estimada con extracciones.
#
# El [laboratorio resuelto](../../solutions/es/01-temperature-and-entropy.ipynb) está ahí para que estudies
# por tu cuenta. Siguiente: laboratorio 02, muestreo, `python3 start.py lab 02 --lang es`.
