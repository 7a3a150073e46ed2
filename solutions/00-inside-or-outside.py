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
# # Lab 00 · Inside or outside the softmax?
#
# A temperature is one number, and people apply it in at least nine different forms. Three of them
# are right. In this lab you build one of the three so that it does not break, measure what the
# others do, and find that the most famous “wrong” form is not wrong at all (the note proves it).
#
# **10 points, about 60 minutes**, and 20 more to read the note. You need Python and a little PyTorch; everything else is in the
# [note of this chapter](../../theory/en/00-inside-or-outside.md), which opens beside this lab.
#
# How it works: run the cells from top to bottom with Shift+Enter. In an exercise, replace the line
# `raise NotImplementedError(...)` with your code, run the cell, then run the check below it. The
# check tells you what is wrong and where to read. You can run it as often as you like.

# %% [markdown] name="title" lang="es"
# # Laboratorio 00 · ¿Dentro o fuera del softmax?
#
# Una temperatura es un solo número, y la gente lo aplica de al menos nueve formas distintas. Tres son
# correctas. En este laboratorio programas una de esas tres de modo que no se rompa, mides lo que
# hacen las demás y descubres que la forma «incorrecta» más famosa no tiene nada de incorrecta (la
# nota lo demuestra).
#
# **10 puntos, unos 60 minutos**, y otros 20 para leer la nota. Necesitas Python y un poco de PyTorch; lo demás está en la
# [nota de este capítulo](../../theory/es/00-inside-or-outside.md), que se abre al lado.
#
# Cómo funciona: ejecuta las celdas de arriba abajo con Mayús+Intro (Shift+Enter). En cada ejercicio,
# sustituye la línea `raise NotImplementedError(...)` por tu código, ejecuta la celda y después la
# comprobación que tiene debajo. La comprobación te dice qué falla y dónde leer. Puedes repetirla
# cuantas veces quieras.

# %% name="setup"
import torch

from tempkit import generation, lab, pitfalls, plots, verbs

# en: check = lab.start("00", language="en")
# es: check = lab.start("00", language="es")

# %% [markdown] name="speaks" lang="en"
# ## A model speaks
#
# Before any formula, listen. A small language model, which has learned some hundred words of English and of
# Spanish, writes two texts at each of three temperatures, from cold to hot. The tag `<en>` asks it to begin
# in English (`<es>`: in Spanish). The random numbers are the same each time: the temperature is all that differs.

# %% [markdown] name="speaks" lang="es"
# ## Habla un modelo
#
# Antes de cualquier fórmula, escucha. Un modelo de lenguaje pequeño, que ha aprendido unos cientos de palabras del inglés
# y del español, escribe dos textos con cada una de tres temperaturas, de frío a caliente. La etiqueta `<es>` le pide
# empezar en español (`<en>`: en inglés). Los números aleatorios son los mismos cada vez: lo único que cambia es la temperatura.

# %% name="speaks-three"
model = verbs.load()
# en: prompt = "<en>"
# es: prompt = "<es>"
for temperature in [0.2, 1.0, 3.0]:
    written = generation.generate(
        model,
        prompt,
        temperature=temperature,
        max_new_tokens=20,
        samples=2,
        seed=4,
        allow_end=False,
    )
    print(f"T = {temperature}", *written.continuations, sep="\n ")

# %% [markdown] name="speaks-guess" lang="en"
# ### Say it before you read on
#
# It was the same model three times. What has the temperature changed?
#
# - **a** · how much the model knows: the hot one has forgotten the grammar
# - **b** · how often the model says what it finds unlikely
# - **c** · the model's opinion: hot, it finds other words likely than cold

# %% [markdown] name="speaks-guess" lang="es"
# ### Dilo antes de seguir leyendo
#
# Las tres veces era el mismo modelo. ¿Qué ha cambiado la temperatura?
#
# - **a** · cuánto sabe el modelo: en caliente ha olvidado la gramática
# - **b** · con qué frecuencia dice el modelo lo que le parece improbable
# - **c** · lo que opina el modelo: en caliente le parecen probables otras palabras que en frío

# %% name="guess-what-changed" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="what-changed-answer"
check.prediction("what-changed", prediction)

# %% [markdown] name="one-knob" lang="en"
# ## One knob
#
# A model has read “The cat sat on the” and gives five words a score each, its *logits*. The softmax
# turns the scores into probabilities, and the temperature $T$ decides how much the scores matter.
# Run the cell and compare the three panels, from left to right: which words lose probability when $T$
# rises, which gain it, and does any word ever overtake another?

# %% [markdown] name="one-knob" lang="es"
# ## Un solo regulador
#
# Un modelo ha leído «El gato se sentó en la» y puntúa cinco palabras: esas puntuaciones son
# sus *logits*. El softmax las convierte en probabilidades, y la temperatura $T$ decide cuánto pesan
# las puntuaciones. Ejecuta la celda y compara los tres paneles, de izquierda a derecha: ¿qué palabras
# pierden probabilidad cuando sube $T$, cuáles ganan, y alguna adelanta a otra?

# %% name="one-knob-bars"
# en: words = ["mat", "sofa", "floor", "roof", "moon"]
# es: words = ["alfombra", "silla", "mesa", "cama", "luna"]
logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
plots.bars(logits, [0.5, 1.0, 2.0], labels=words)

# %% [markdown] name="knob-play" lang="en"
# Now move the knob yourself. The explorer below computes everything in your browser; the arrow keys move its slider too. Find the
# $T$ at which “mat” has exactly half of the probability. Then type 0 into the box, and `inf`: these are the two ends. (Nothing
# here is graded.)

# %% [markdown] name="knob-play" lang="es"
# Ahora mueve tú el regulador. El explorador de abajo lo calcula todo en tu navegador, y también obedece a las flechas del teclado.
# Busca la $T$ con la que «alfombra» tiene justo la mitad de la probabilidad. Luego escribe 0 en la casilla, y también `inf`: son los dos
# extremos. (Esto no se califica.)

# %% name="knob-explorer"
from tempkit import Explorer

Explorer(logits, words)

# %% [markdown] name="softmax-task" lang="en"
# ## Exercise 1 · A softmax that does not break (3 points)
#
# *Difficulty 2 of 3 · about 15 minutes ·
# [note: where T goes](../../theory/en/00-inside-or-outside.md#where-t-goes), and
# [in the right order](../../theory/en/00-inside-or-outside.md#floating-point)*
#
# Write `temperature_softmax(logits, temperature)`:
#
# - `logits`: a floating-point tensor of shape `[V]` or `[rows, V]`, `temperature`: a positive number;
# - returns a tensor of the same shape: in every row, with logits $z_i$, $q_i = e^{z_i/T} / \sum_j e^{z_j/T}$;
# - a logit of `-inf` is an impossible word and gets probability 0;
# - it still works when the logits are around 1000, and when all of them are shifted by 10000
#   (a shift of all logits means nothing, so the answer must not change in its first four digits, in
#   float32 too, which has about seven);
# - the input tensor is left as it was.
#
# On paper the formula above is all there is. In floating point the *order* of the steps matters: find
# the one that survives logits of 1000 and a shift of 10000. You may use `torch.softmax` or write
# everything out.

# %% [markdown] name="softmax-task" lang="es"
# ## Ejercicio 1 · Un softmax que no se rompe (3 puntos)
#
# *Dificultad 2 de 3 · unos 15 minutos ·
# [nota: dónde va T](../../theory/es/00-inside-or-outside.md#where-t-goes), y
# [en el orden correcto](../../theory/es/00-inside-or-outside.md#floating-point)*
#
# Escribe `temperature_softmax(logits, temperature)`:
#
# - `logits`: un tensor de coma flotante de forma `[V]` o `[rows, V]`, `temperature`: un número positivo;
# - devuelve un tensor de la misma forma: en cada fila, de logits $z_i$, $q_i = e^{z_i/T} / \sum_j e^{z_j/T}$;
# - un logit de `-inf` es una palabra imposible y recibe probabilidad 0;
# - funciona también cuando los logits rondan el 1000, y cuando todos están desplazados en 10000
#   (desplazar todos los logits no significa nada: las primeras cuatro cifras del resultado no deben cambiar,
#   tampoco en float32, que tiene unas siete);
# - el tensor de entrada queda como estaba.
#
# Sobre el papel basta con la fórmula. En coma flotante importa el *orden* de los pasos: encuentra el
# que resiste logits de 1000 y un desplazamiento de 10000. Puedes usar `torch.softmax` o escribirlo
# todo tú.


# %% name="temperature_softmax" exercise=true
def temperature_softmax(logits, temperature):
    # en: """softmax(logits / temperature) over the last axis; [..., V] in, [..., V] out."""
    # es: """softmax(logits / temperature) sobre el último eje; entra [..., V], sale [..., V]."""
    ### BEGIN SOLUTION
    # en: # 1. Which shift makes every exponent safe? Before the division, or after it?
    # es: # 1. ¿Qué desplazamiento hace seguros todos los exponentes? ¿Antes o después de dividir?
    gaps = logits - logits.amax(dim=-1, keepdim=True)
    # en: # 2. The weights, one for each word.
    # es: # 2. Los pesos, uno por palabra.
    weights = torch.exp(gaps / temperature)
    # en: # 3. Every row must sum to 1.
    # es: # 3. Cada fila debe sumar 1.
    return weights / weights.sum(dim=-1, keepdim=True)
    ### END SOLUTION


# %% name="check-temperature_softmax" check="temperature_softmax" points=3
check("temperature_softmax", temperature_softmax)
### BEGIN HIDDEN TESTS
check.hidden("temperature_softmax", temperature_softmax)
### END HIDDEN TESTS

# %% [markdown] name="softmax-help" lang="en"
# <details><summary>My rows do not sum to 1</summary>
#
# Divide by the sum of the weights of the same row: `weights.sum(dim=-1, keepdim=True)`. `keepdim`
# keeps the axis, so that the division lines up with the rows.
#
# </details>
# <details><summary>I get NaN for large logits</summary>
#
# $e^{1000}$ is more than any float can hold. Only differences of logits matter, so you may subtract
# something from all of them first. Which number makes sure that the largest exponent is 0?
#
# </details>
# <details><summary>One row is right and another is NaN</summary>
#
# Subtract each row's own maximum, not the maximum of the whole tensor: `logits.amax(dim=-1, keepdim=True)`.
# (`logits.max(dim=-1)` returns two things; the maxima are in its `.values`.)
#
# </details>
# <details><summary>The check speaks of an offset of 10000</summary>
#
# float32 has about seven digits. If you divide 10002 by 0.7 first, the digits that tell one word
# from another are already rounded away. Subtract before you divide.
#
# </details>

# %% [markdown] name="softmax-help" lang="es"
# <details><summary>Mis filas no suman 1</summary>
#
# Divide entre la suma de los pesos de la misma fila: `weights.sum(dim=-1, keepdim=True)`. `keepdim`
# conserva el eje para que la división cuadre con las filas.
#
# </details>
# <details><summary>Obtengo NaN con logits grandes</summary>
#
# $e^{1000}$ no cabe en ningún número de coma flotante. Solo importan las diferencias entre logits, así
# que antes puedes restarles a todos lo mismo. ¿Qué número asegura que el exponente mayor sea 0?
#
# </details>
# <details><summary>Una fila está bien y otra es NaN</summary>
#
# Resta a cada fila su propio máximo, no el máximo de todo el tensor: `logits.amax(dim=-1, keepdim=True)`.
# (`logits.max(dim=-1)` devuelve dos cosas; los máximos están en su `.values`.)
#
# </details>
# <details><summary>La comprobación habla de un desplazamiento de 10000</summary>
#
# float32 tiene unas siete cifras. Si primero divides 10002 entre 0.7, las cifras que distinguen una
# palabra de otra ya se han perdido al redondear. Resta antes de dividir.
#
# </details>

# %% [markdown] name="softmax-use" lang="en"
# Your function at three temperatures, for three words with logits 2, 1 and 0.5. You will find these
# numbers quoted wrongly, even in well-known articles; now you have the right ones.

# %% [markdown] name="softmax-use" lang="es"
# Tu función con tres temperaturas, para tres palabras de logits 2, 1 y 0.5. Encontrarás estos números
# mal citados, incluso en artículos conocidos; ahora tienes los correctos.

# %% name="softmax-three"
for temperature in [0.5, 1.0, 2.0]:
    probabilities = temperature_softmax(torch.tensor([2.0, 1.0, 0.5]), temperature)
    print(temperature, [round(float(p), 4) for p in probabilities])

# %% [markdown] name="entropies-task" lang="en"
# ## Exercise 2 · Four forms and their entropies (2 points)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: the outside forms](../../theory/en/00-inside-or-outside.md#outside-forms)*
#
# With $p = \mathrm{softmax}(z)$, here are four places for the temperature:
#
# | key | weights |
# |---|---|
# | `"inside"` | $\mathrm{softmax}(z/T)$ |
# | `"power"` | $p^{1/T}$ |
# | `"divided"` | $p/T$ |
# | `"double_softmax"` | $\mathrm{softmax}(p/T)$ |
#
# Write `form_entropies(logits, temperature)` for logits of shape `[V]`. For each form: compute the
# weights, **renormalise** them so that they sum to 1, and take the entropy $H = -\sum_i w_i \log w_i$
# in nats (natural logarithms). Return a dictionary of four numbers under the keys above. A word of probability 0 adds 0 to
# the entropy. Before you run it, write down: which of the four entropies will be equal?

# %% [markdown] name="entropies-task" lang="es"
# ## Ejercicio 2 · Cuatro formas y sus entropías (2 puntos)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: las formas de fuera](../../theory/es/00-inside-or-outside.md#outside-forms)*
#
# Con $p = \mathrm{softmax}(z)$, estos son cuatro lugares para la temperatura:
#
# | clave | pesos |
# |---|---|
# | `"inside"` | $\mathrm{softmax}(z/T)$ |
# | `"power"` | $p^{1/T}$ |
# | `"divided"` | $p/T$ |
# | `"double_softmax"` | $\mathrm{softmax}(p/T)$ |
#
# Escribe `form_entropies(logits, temperature)` para logits de forma `[V]`. En cada forma: calcula los
# pesos, **renormalízalos** para que sumen 1 y toma la entropía $H = -\sum_i w_i \log w_i$ en nats
# (logaritmos naturales).
# Devuelve un diccionario de cuatro números con esas claves. Una palabra de probabilidad 0 aporta 0 a
# la entropía. Antes de ejecutarlo, anota: ¿cuáles de las cuatro entropías van a ser iguales?


# %% name="form_entropies" exercise=true
def form_entropies(logits, temperature):
    # en: """Entropies in nats of the four renormalised forms; logits [V] in, a dictionary out."""
    # es: """Entropías (nats) de las cuatro formas renormalizadas; entran logits [V], sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. The weights of every form, under its key.
    # es: # 1. Los pesos de cada forma, con su clave.
    p = torch.softmax(logits, dim=-1)
    weights = {
        "inside": torch.softmax(logits / temperature, dim=-1),
        "power": p ** (1 / temperature),
        "divided": p / temperature,
        "double_softmax": torch.softmax(p / temperature, dim=-1),
    }
    # en: # 2. Renormalise, and let torch.special.entr take -w log w, which is 0 at w = 0.
    # es: # 2. Renormaliza y deja que torch.special.entr calcule -w log w, que es 0 en w = 0.
    return {key: torch.special.entr(w / w.sum()).sum().item() for key, w in weights.items()}
    ### END SOLUTION


# %% name="check-form_entropies" check="form_entropies" points=2
check("form_entropies", form_entropies)
### BEGIN HIDDEN TESTS
check.hidden("form_entropies", form_entropies)
### END HIDDEN TESTS

# %% [markdown] name="entropies-help" lang="en"
# <details><summary>My entropy is NaN</summary>
#
# In floating point `0 * log(0)` is `0 * -inf`, which is NaN. `torch.special.entr(w)` computes
# $-w \log w$ with the right limit at 0.
#
# </details>
# <details><summary>My “divided” entropy is off</summary>
#
# $p/T$ does not sum to 1. Divide by its sum first, and look at what is left of $T$.
#
# </details>

# %% [markdown] name="entropies-help" lang="es"
# <details><summary>Mi entropía es NaN</summary>
#
# En coma flotante `0 * log(0)` es `0 * -inf`, es decir, NaN. `torch.special.entr(w)` calcula
# $-w \log w$ con el límite correcto en 0.
#
# </details>
# <details><summary>Mi entropía de «divided» no es correcta</summary>
#
# $p/T$ no suma 1. Divide primero entre su suma y mira qué queda de $T$.
#
# </details>

# %% name="entropies-use"
print({key: round(float(h), 4) for key, h in form_entropies(logits, 2.0).items()})

# %% [markdown] name="compare" lang="en"
# Here are all nine forms at $T = 2$, the six wrong ones too, each with the total variation distance
# to the truth (the largest error that the form makes in the probability of any set of words).
# Columns: the id of the form, whether it is correct, the sum of its weights, and the entropy and the
# distance after renormalising; the last one says in a few words what happens.

# %% [markdown] name="compare" lang="es"
# Aquí están las nueve formas con $T = 2$, también las seis incorrectas, cada una con su distancia de
# variación total a la distribución verdadera (el mayor error que comete en la probabilidad de un
# conjunto cualquiera de palabras). Columnas: el identificador de la forma, si es correcta, la suma de sus pesos, y
# la entropía y la distancia después de renormalizar; la última dice en pocas palabras qué ocurre.

# %% name="compare-table"
pitfalls.compare(logits, 2.0).round(4)

# %% name="compare-picture"
plots.forms(logits, 2.0, labels=words)

# %% [markdown] name="forms-play" lang="en"
# And at every other $T$: choose a form in the explorer, and its bars appear below the true ones. Which of the wrong forms give
# themselves away by the sum of their weights? Which agree with the truth at $T = 1$ and nowhere else?

# %% [markdown] name="forms-play" lang="es"
# Y con cualquier otra $T$: elige una forma en el explorador y sus barras aparecerán debajo de las verdaderas. ¿A qué formas
# incorrectas las delata la suma de sus pesos? ¿Cuáles coinciden con la verdadera si $T = 1$, y solo entonces?

# %% name="forms-explorer"
Explorer(logits, words, temperature=2.0, form="divided")

# %% [markdown] name="power-task" lang="en"
# ## Exercise 3 · The power form, proved and broken (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the power form](../../theory/en/00-inside-or-outside.md#power-form)*
#
# Some popular articles say that $p^{1/T}$, renormalised, is “not quite” the softmax at temperature $T$. You
# have just seen two equal entropies. Now look closer: in float64 the two agree to the last digits, and
# where they part, the culprit is the number format and not the mathematics.
#
# Write `power_form(logits, temperature, dtype)` for logits of shape `[V]`: convert the logits to
# `dtype`, take their softmax **in that dtype**, raise it to the power $1/T$, divide by the sum.

# %% [markdown] name="power-task" lang="es"
# ## Ejercicio 3 · La forma de potencia, demostrada y rota (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: la forma de potencia](../../theory/es/00-inside-or-outside.md#power-form)*
#
# Hay artículos de divulgación que dicen que $p^{1/T}$, renormalizada, «no es exactamente» el softmax a
# temperatura $T$. Acabas de ver dos entropías iguales. Ahora mira más de cerca: en float64 las dos formas
# coinciden hasta las últimas cifras y, donde se separan, la culpa es del formato numérico y no de las
# matemáticas.
#
# Escribe `power_form(logits, temperature, dtype)` para logits de forma `[V]`: convierte los logits a
# `dtype`, toma su softmax **en ese dtype**, elévalo a la potencia $1/T$ y divide entre la suma.


# %% name="power_form" exercise=true
def power_form(logits, temperature, dtype):
    # en: """softmax(logits) ** (1 / temperature), renormalised, every step in dtype; [V] out."""
    # es: """softmax(logits) ** (1 / temperature), renormalizado, todo en dtype; sale [V]."""
    ### BEGIN SOLUTION
    # en: # 1. The probabilities at T = 1, in the given dtype.
    # es: # 1. Las probabilidades con T = 1, en el dtype dado.
    p = torch.softmax(logits.to(dtype), dim=-1)
    # en: # 2. The power, and its share of the sum.
    # es: # 2. La potencia, dividida entre su suma.
    weights = p ** (1 / temperature)
    return weights / weights.sum()
    ### END SOLUTION


# %% name="check-power_form" check="power_form" points=2
check("power_form", power_form)
### BEGIN HIDDEN TESTS
check.hidden("power_form", power_form)
### END HIDDEN TESTS

# %% [markdown] name="power-help" lang="en"
# <details><summary>The check says that nothing is lost</summary>
#
# The probabilities at $T = 1$ have to be held in `dtype` *before* the power. If everything is computed
# in float32 and only the result is rounded, the small probability is never stored in float16, and
# nothing is lost.
#
# </details>

# %% [markdown] name="power-help" lang="es"
# <details><summary>La comprobación dice que no se pierde nada</summary>
#
# Las probabilidades con $T = 1$ tienen que estar guardadas en `dtype` *antes* de la potencia. Si todo se
# calcula en float32 y solo se redondea el resultado, la probabilidad pequeña nunca se guarda en float16 y
# no se pierde nada.
#
# </details>

# %% [markdown] name="half-guess" lang="en"
# ### Predict before you run
#
# Take $z = [0, -s/2, -s]$ and $T = 10$: at $s = 20$ the third word is rare at $T = 1$, but at $T = 10$ it
# deserves about 9 %. (At $T = 1$ it has $e^{-20}$, about two in a thousand million.) The bits for the
# digits decide how finely a number is rounded, the bits for the exponent how small it may be. In which
# format will the power form go wrong most at $s = 20$?
#
# - **a** · `float16`, 10 bits for the digits and 5 for the exponent
# - **b** · `bfloat16`, 7 bits for the digits and 8 for the exponent
# - **c** · `float32`, 23 bits for the digits and 8 for the exponent

# %% [markdown] name="half-guess" lang="es"
# ### Predice antes de ejecutar
#
# Toma $z = [0, -s/2, -s]$ y $T = 10$: con $s = 20$, la tercera palabra es rara si $T = 1$, pero con $T = 10$
# le corresponde cerca de un 9 %. (Con $T = 1$ tiene $e^{-20}$, unas dos milmillonésimas.) Los bits de las
# cifras deciden con qué finura se redondea un número; los del exponente, lo pequeño que puede ser. ¿En qué
# formato falla más la forma de potencia con $s = 20$?
#
# - **a** · `float16`, 10 bits para las cifras y 5 para el exponente
# - **b** · `bfloat16`, 7 bits para las cifras y 8 para el exponente
# - **c** · `float32`, 23 bits para las cifras y 8 para el exponente

# %% name="guess-half-precision" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "a"
### END SOLUTION


# %% name="half-measure"
def worst_error(dtype, spread, temperature=10.0):
    logits = torch.tensor([0.0, -spread / 2, -spread], dtype=torch.float64)
    truth = torch.softmax(logits / temperature, dim=-1)
    found = torch.as_tensor(power_form(logits, temperature, dtype)).double()
    return (found - truth).abs().max().item()


spreads = [10.0, 20.0, 40.0]
print("s =", spreads)
for dtype in [torch.float16, torch.bfloat16, torch.float32, torch.float64]:
    print(dtype, [f"{worst_error(dtype, spread):.0e}" for spread in spreads])
check.prediction("half-precision", prediction)

# %% name="half-picture"
plots.underflow(temperature=10.0)

# %% [markdown] name="multinomial-task" lang="en"
# ## Exercise 4 · What a sampler hides (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: what a sampler hides](../../theory/en/00-inside-or-outside.md#what-a-sampler-hides)*
#
# `torch.multinomial` takes any non-negative weights and says nothing when they do not sum to 1. So a
# wrong form can run for years without an error. To catch it, count draws and ask how far the counts
# lie from what was expected, in units of their standard error (the typical size of a chance
# deviation):
#
# $$
# \frac{c_i - n p_i}{\sqrt{n p_i (1 - p_i)}}
# $$
#
# Write `standard_errors_away(counts, probabilities)`: `counts` holds how often each of `V` words was
# drawn, `n` is their sum, and the probabilities lie strictly between 0 and 1. Return a tensor `[V]`,
# with its signs. Values beyond 4 or so, up or down, are no accident.

# %% [markdown] name="multinomial-task" lang="es"
# ## Ejercicio 4 · Lo que esconde un muestreador (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: lo que esconde un muestreador](../../theory/es/00-inside-or-outside.md#what-a-sampler-hides)*
#
# `torch.multinomial` acepta cualquier lista de pesos no negativos y calla cuando no suman 1. Así, una forma
# incorrecta puede funcionar durante años sin dar un solo error. Para descubrirla, cuenta las extracciones y
# mira a qué distancia de lo esperado quedan los conteos, en unidades de su error estándar (el tamaño
# típico de una desviación casual):
#
# $$
# \frac{c_i - n p_i}{\sqrt{n p_i (1 - p_i)}}
# $$
#
# Escribe `standard_errors_away(counts, probabilities)`: `counts` dice cuántas veces salió cada una de
# `V` palabras, `n` es su suma, y las probabilidades están estrictamente entre 0 y 1. Devuelve un
# tensor `[V]`, con sus signos. Un valor absoluto mayor que 4, más o menos, no es casualidad.


# %% name="standard_errors_away" exercise=true
def standard_errors_away(counts, probabilities):
    # en: """(counts - expected counts) / their standard errors; [V] and [V] in, [V] out."""
    # es: """(conteos - conteos esperados) / sus errores estándar; entran [V] y [V], sale [V]."""
    ### BEGIN SOLUTION
    # en: # 1. The number of draws, and the count to be expected of every word.
    # es: # 1. El número de extracciones y el conteo que se espera de cada palabra.
    n = counts.sum()
    expected = n * probabilities
    # en: # 2. A count is binomial: its variance is n p (1 - p).
    # es: # 2. Un conteo es binomial: su varianza es n p (1 - p).
    return (counts - expected) / torch.sqrt(expected * (1 - probabilities))
    ### END SOLUTION


# %% name="check-standard_errors_away" check="standard_errors_away" points=1
check("standard_errors_away", standard_errors_away)
### BEGIN HIDDEN TESTS
check.hidden("standard_errors_away", standard_errors_away)
### END HIDDEN TESTS

# %% [markdown] name="multinomial-measure" lang="en"
# Now the trial: ten thousand draws from $p/T$ at $T = 2$. Is it $\mathrm{softmax}(z/2)$ that comes out,
# or $\mathrm{softmax}(z)$? And how many standard errors away will the other one be: 3, 10, 30? (The draws are
# made on the CPU, so that one seed gives the same result on every machine, with a GPU or without.)

# %% [markdown] name="multinomial-measure" lang="es"
# Ahora la prueba: diez mil extracciones de $p/T$ con $T = 2$. ¿Sale $\mathrm{softmax}(z/2)$ o sale
# $\mathrm{softmax}(z)$? ¿Y a cuántos errores estándar quedará el otro: 3, 10, 30? (Las
# extracciones se hacen en la CPU: así, una misma semilla da el mismo resultado en cualquier máquina,
# con GPU o sin ella.)

# %% name="multinomial-draws"
p = torch.softmax(logits, dim=-1).cpu()
q = torch.softmax(logits / 2, dim=-1).cpu()
seed = torch.Generator("cpu").manual_seed(0)
draws = torch.multinomial(p / 2, 10_000, replacement=True, generator=seed)
counts = torch.bincount(draws, minlength=5)
# en: print("counts", counts.tolist())
# es: print("conteos", counts.tolist())
print("softmax(z / 2)", [round(float(z), 1) for z in standard_errors_away(counts, q)])
print("softmax(z)    ", [round(float(z), 1) for z in standard_errors_away(counts, p)])

# %% [markdown] name="bug-task" lang="en"
# ## Exercise 5 · Spot the bug (2 points)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: the outside forms](../../theory/en/00-inside-or-outside.md#outside-forms)*
#
# Two teams wrote one function each. Both were reviewed, and each reviewer was right: the line is
# correct. In production, users complain that $T = 2$ feels “like 4” and $T = 0.5$ feels frozen. Run the
# cell: the entropy at $T = 2$ should be 1.5393 nats. Which temperature is the code really using?

# %% [markdown] name="bug-task" lang="es"
# ## Ejercicio 5 · Encuentra el error (2 puntos)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: las formas de fuera](../../theory/es/00-inside-or-outside.md#outside-forms)*
#
# Dos equipos escribieron una función cada uno. Ambas se revisaron, y cada revisor tenía razón: la línea
# es correcta. En producción, los usuarios se quejan de que $T = 2$ «parece 4» y de que $T = 0.5$ parece
# congelada. Ejecuta la celda: la entropía con $T = 2$ debería ser de
# 1.5393 nats. ¿Qué temperatura usa el código en realidad?


# %% name="bug-as-found"
def model_output(logits, temperature):
    return logits / temperature


def probabilities_as_found(logits, temperature):
    p = torch.softmax(model_output(logits, temperature), dim=-1)
    weights = p ** (1 / temperature)
    return weights / weights.sum(dim=-1, keepdim=True)


found = probabilities_as_found(logits, 2.0)
print(round(torch.special.entr(found).sum().item(), 4))

# %% [markdown] name="bug-write" lang="en"
# Write a `sampler_probabilities(logits, temperature)` that does what was meant: the softmax at
# temperature $T$, for logits of shape `[V]`. Keep the division of `model_output` or the power, not both;
# you may call `model_output`, or start afresh.

# %% [markdown] name="bug-write" lang="es"
# Escribe una `sampler_probabilities(logits, temperature)` que haga lo que se pretendía: el softmax a
# temperatura $T$, para logits de forma `[V]`. Conserva la división de `model_output` o la potencia, no las
# dos; puedes llamar a `model_output` o empezar de cero.


# %% name="sampler_probabilities" exercise=true
def sampler_probabilities(logits, temperature):
    # en: """The softmax at the temperature that was asked for; [V] in, [V] out."""
    # es: """El softmax a la temperatura pedida; entra [V], sale [V]."""
    ### BEGIN SOLUTION
    # en: # T must act exactly once.
    # es: # T tiene que actuar exactamente una vez.
    return torch.softmax(model_output(logits, temperature), dim=-1)
    ### END SOLUTION


# %% name="check-sampler_probabilities" check="sampler_probabilities" points=2
check("sampler_probabilities", sampler_probabilities)
### BEGIN HIDDEN TESTS
check.hidden("sampler_probabilities", sampler_probabilities)
### END HIDDEN TESTS

# %% [markdown] name="bug-help" lang="en"
# <details><summary>Each line looks right to me</summary>
#
# Each is. Raising to the power $1/T$ is the same as dividing the logits by $T$. What happens to a
# logit that goes through both?
#
# </details>

# %% [markdown] name="bug-help" lang="es"
# <details><summary>Cada línea me parece correcta</summary>
#
# Lo es. Elevar a la potencia $1/T$ equivale a dividir los logits entre $T$. ¿Qué le pasa a un logit que
# atraviesa las dos?
#
# </details>

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - The softmax at a temperature, stable far from zero: subtract the row's maximum, then divide.
# - $p^{1/T}$ renormalised is the softmax at $T$, to the last digit; only floating point can part them,
#   and range does it, not precision.
# - $p/T$ has no effect at all, and a sampler hides it; a count with its error bars does not.
# - Two correct lines can make a wrong program.
#
# Stuck, or curious how we did it? The [solved lab](../../solutions/en/00-inside-or-outside.ipynb) is
# there for self-study. Next: lab 01, temperature and entropy, `python3 start.py lab 01 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - El softmax a una temperatura, estable lejos de cero: resta el máximo de la fila y después divide.
# - $p^{1/T}$ renormalizada es el softmax a temperatura $T$, hasta la última cifra; solo la coma flotante
#   puede separarlos, y lo hace el rango, no la precisión.
# - $p/T$ no tiene efecto alguno, y un muestreador lo esconde; un conteo con sus barras de error, no.
# - Dos líneas correctas pueden dar un programa incorrecto.
#
# ¿Te has atascado, o quieres ver cómo lo hicimos? El
# [laboratorio resuelto](../../solutions/es/00-inside-or-outside.ipynb) está ahí para que estudies por tu
# cuenta. Siguiente: laboratorio 01, temperatura y entropía, `python3 start.py lab 01 --lang es`.
