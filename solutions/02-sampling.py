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
# # Lab 02 · Sampling
#
# A distribution is a promise; a word has to be drawn. In this lab you draw in two ways, with a number on a
# ruler and with noise on the logits, catch a sampler that hands out words of probability 0, and
# learn to tell a wrong sampler from bad luck.
#
# **10 points, about 60 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/02-sampling.md)
# opens beside this lab; it has the proofs of everything that you use here.
#
# Nothing in the checks is left to chance: they give your functions the random numbers.

# %% [markdown] name="title" lang="es"
# # Laboratorio 02 · Muestreo
#
# Una distribución es una promesa; la palabra hay que extraerla. En este laboratorio extraes palabras de dos maneras,
# con un número sobre una regla y con ruido en los logits, descubres un muestreador que reparte palabras de
# probabilidad 0 y aprendes a distinguir un muestreador incorrecto de la mala suerte.
#
# **10 puntos, unos 60 minutos**, y otros 25 para leer la nota. Ten abierta al lado la [nota de este capítulo](../../theory/es/02-sampling.md):
# contiene las demostraciones de todo lo que usas aquí.
#
# En las comprobaciones nada queda al azar: son ellas las que dan a tus funciones los números aleatorios.

# %% name="setup"
import numpy as np
import torch

from tempkit import draw, lab, plots, sample, softmax

# en: check = lab.start("02", language="en")
# es: check = lab.start("02", language="es")

# %% [markdown] name="words-look" lang="en"
# Five words, and five logits that came out of a random generator with the seed 42. The generator is the CPU's, on every machine: a GPU
# would make other numbers of the same seed.

# %% [markdown] name="words-look" lang="es"
# Cinco palabras, y cinco logits que salieron de un generador aleatorio con la semilla 42. El generador es el de la CPU, en cualquier
# máquina: con la misma semilla, una GPU daría otros números.

# %% name="words"
# en: words = ["I", "am", "learning", "continuously", "for"]
# es: words = ["yo", "estoy", "aprendiendo", "continuamente", "por"]
logits = torch.rand(5, generator=torch.Generator("cpu").manual_seed(42), device="cpu")
print([round(z, 4) for z in logits.tolist()])

# %% [markdown] name="cold-guess" lang="en"
# ### Predict before you run
#
# The text that made these five words popular says that at $T = 0.01$ only one of them is ever drawn. In 1000 draws at
# $T = 0.01$, how often do you expect "am", the second of them? Its logit is 0.9150, and the largest is 0.9593.
#
# - **a** · never
# - **b** · once or twice
# - **c** · about a dozen times

# %% [markdown] name="cold-guess" lang="es"
# ### Predice antes de ejecutar
#
# El texto divulgativo del que salen estas cinco palabras dice que con $T = 0.01$ solo sale una de ellas. En 1000 extracciones con
# $T = 0.01$, ¿cuántas veces esperas «estoy», la segunda? Su logit es 0.9150, y el mayor es 0.9593.
#
# - **a** · nunca
# - **b** · una o dos veces
# - **c** · alrededor de una docena de veces

# %% name="guess-cold-words" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% name="cold-measure"
seed = torch.Generator("cpu").manual_seed(42)
print(torch.bincount(draw(logits, 0.01, 1000, generator=seed), minlength=5).tolist())
check.prediction("cold-words", prediction)

# %% [markdown] name="bars-look" lang="en"
# These are the three distributions from which this lab draws. The middle one is the model as it is.

# %% [markdown] name="bars-look" lang="es"
# Estas son las tres distribuciones de las que extrae este laboratorio. La del medio es la del modelo tal cual.

# %% name="bars-picture"
plots.bars(logits, [0.01, 1.0, 6.0], labels=words)

# %% [markdown] name="cdf-task" lang="en"
# ## Exercise 1 · A number on a ruler (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: one number, one token](../../theory/en/02-sampling.md#inverse-cdf)*
#
# Lay the probabilities of a row end to end, in the order of the vocabulary: a ruler from 0 to 1, on
# which each token owns a stretch as long as its probability. A uniform number $u$ in $[0, 1)$ falls on one of
# them, and that token is drawn. A number that falls exactly on an edge belongs to the stretch on its **right**:
#
# $$
# j(u) = \min \lbrace j : p_1 + \dots + p_j > u \rbrace
# $$
#
# Write `inverse_cdf(probabilities, uniforms)`: probabilities `[B, V]`, a distribution in each row, and
# uniforms `[B]`, a number for each row, go in; a tensor `[B]` of token numbers comes out, counted from 0 (in the formula $j$ begins at 1).

# %% [markdown] name="cdf-task" lang="es"
# ## Ejercicio 1 · Un número sobre una regla (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: un número, un token](../../theory/es/02-sampling.md#inverse-cdf)*
#
# Pon las probabilidades de una fila una tras otra, en el orden del vocabulario: es una regla de 0 a 1 en la que
# cada token posee un tramo tan largo como su probabilidad. Un número uniforme $u$ en $[0, 1)$ cae en uno de
# ellos, y ese es el token que sale. Un número que cae justo en un borde pertenece al tramo de su **derecha**:
#
# $$
# j(u) = \min \lbrace j : p_1 + \dots + p_j > u \rbrace
# $$
#
# Escribe `inverse_cdf(probabilities, uniforms)`: entran probabilidades `[B, V]`, una distribución en cada fila, y
# números uniformes `[B]`, uno por fila; sale un tensor `[B]` con los índices de los tokens, contados desde 0
# (en la fórmula, $j$ empieza en 1).


# %% name="inverse_cdf" exercise=true
def inverse_cdf(probabilities, uniforms):
    # en: """The token on which each uniform number falls; [B, V] and [B] in, [B] out."""
    # es: """El token en el que cae cada número uniforme; entran [B, V] y [B], sale [B]."""
    ### BEGIN SOLUTION
    # en: # 1. The right-hand edge of every stretch.
    # es: # 1. El borde derecho de cada tramo.
    edges = probabilities.cumsum(dim=-1)
    # en: # 2. As many edges as u has reached, so many stretches lie behind it.
    # es: # 2. Por cada borde que u ha alcanzado queda un tramo atrás.
    return (edges <= uniforms[:, None]).sum(dim=-1)
    ### END SOLUTION


# %% name="check-inverse_cdf" check="inverse_cdf" points=2
check("inverse_cdf", inverse_cdf)
### BEGIN HIDDEN TESTS
check.hidden("inverse_cdf", inverse_cdf)
### END HIDDEN TESTS

# %% [markdown] name="cdf-help" lang="en"
# <details><summary>How do I compare every row with its own number?</summary>
#
# `uniforms[:, None]` has the shape `[B, 1]`: against `[B, V]`, each row meets its own number.
#
# </details>
# <details><summary>torch.searchsorted stops with an error about “boundaries”, or the shape is [B, 1]</summary>
#
# It answers a row of questions for each row of edges. You ask one a row: give it `uniforms[:, None]`, and take
# `[:, 0]` of the result.
#
# </details>
# <details><summary>The check says that the edges fail</summary>
#
# Some of its numbers fall exactly on an edge, and a $u = 0$ meets a first token of probability 0. Is yours the
# first edge that *exceeds* $u$? `torch.searchsorted` finds it with `right=True`.
#
# </details>

# %% [markdown] name="cdf-help" lang="es"
# <details><summary>¿Cómo comparo cada fila con su propio número?</summary>
#
# `uniforms[:, None]` tiene la forma `[B, 1]`: al compararlo con `[B, V]`, a cada fila le toca su propio número.
#
# </details>
# <details><summary>torch.searchsorted se detiene con un error sobre «boundaries», o la forma es [B, 1]</summary>
#
# Responde a una fila de preguntas por cada fila de bordes. Tú haces una por fila: dale `uniforms[:, None]` y toma
# `[:, 0]` del resultado.
#
# </details>
# <details><summary>La comprobación dice que fallan los bordes</summary>
#
# Algunos de sus números caen justo en un borde, y un $u = 0$ se encuentra con un primer token de probabilidad 0.
# ¿Es el tuyo el primer borde que *supera* a $u$? `torch.searchsorted` lo encuentra con `right=True`.
#
# </details>

# %% [markdown] name="cdf-look" lang="en"
# On a CPU, `torch.multinomial` with replacement lays such a ruler too. Give your function the numbers that it takes from its
# generator, and with probabilities in float64 the two agree, token by token. Below that, three temperatures under the same three numbers:
# who draws the "am" at $T = 0.01$?

# %% [markdown] name="cdf-look" lang="es"
# En una CPU, `torch.multinomial` con reemplazo también construye una regla así. Dale a tu función los números que esa función toma de su
# generador y, con probabilidades en float64, las dos coinciden, token a token. Debajo, tres temperaturas con los mismos tres números:
# ¿cuál de ellos saca «estoy» con $T = 0.01$?

# %% name="cdf-compare"
p = softmax(logits.double(), 1.0)
seed = torch.Generator("cpu").manual_seed(0)
print(torch.multinomial(p, 12, replacement=True, generator=seed).tolist())
seed.manual_seed(0)
uniforms = torch.rand(12, dtype=torch.float64, generator=seed, device="cpu")
print([int(token) for token in inverse_cdf(p.expand(12, -1), uniforms)])
plots.rulers(logits, [0.01, 1.0, 6.0], [0.01, 0.45, 0.9], labels=words)

# %% [markdown] name="safe-task" lang="en"
# ## Exercise 2 · Spot the bug: a word that cannot come (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: where rulers end](../../theory/en/02-sampling.md#edges)*
#
# Many models pad their vocabulary to a round size. Here 50257 words with normal logits, likeliest first, are followed by
# 47 places that stand for no word at all, with probability 0. The function below has served for months, but now and then a user
# gets an empty word. It is a ruler like yours, in float32, with a `clamp` “in case of rounding errors”. Run it. Why does it draw words
# of probability 0?

# %% [markdown] name="safe-task" lang="es"
# ## Ejercicio 2 · Encuentra el error: una palabra que no puede salir (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: donde acaban las reglas](../../theory/es/02-sampling.md#edges)*
#
# Muchos modelos rellenan su vocabulario hasta un tamaño redondo. Aquí, tras 50257 palabras con logits de distribución normal, de la más a la menos probable, vienen
# 47 lugares que no corresponden a ninguna palabra y tienen probabilidad 0. La función de abajo lleva meses en servicio, pero de vez en cuando un usuario
# recibe una palabra vacía. Es una regla como la tuya, en float32, con un `clamp` «por si hay errores de redondeo». Ejecútala. ¿Por qué extrae palabras
# de probabilidad 0?

# %% name="safe-as-found"
ranks = torch.arange(50257, 0, -1, dtype=torch.float64, device="cpu")
spread = 3 * torch.special.ndtri((ranks - 0.5) / 50257)
padded = torch.cat([softmax(spread).float(), torch.zeros(47, device="cpu", dtype=torch.float32)])


def draw_as_found(probabilities, uniforms):
    cumulative = np.cumsum(probabilities.numpy())
    tokens = np.searchsorted(cumulative, uniforms.numpy(), side="right")
    return torch.from_numpy(tokens).clamp(max=len(probabilities) - 1)


seed = torch.Generator("cpu").manual_seed(0)
uniforms = torch.rand(100_000, dtype=torch.float64, generator=seed, device="cpu")
tokens = draw_as_found(padded, uniforms)
# en: print("words of probability 0 among 100000:", int((padded[tokens] == 0).sum()))
# es: print("palabras de probabilidad 0 entre 100000:", int((padded[tokens] == 0).sum()))

# %% [markdown] name="safe-write" lang="en"
# Write `draw_safely(probabilities, uniforms)`, for one row `[V]` in float32 whose sum may be a little off 1, and
# float64 uniforms `[n]` in $[0, 1)$. It returns the `n` tokens, and **never one of probability 0**, whatever the
# numbers: $u = 0$ and the largest number below 1, $1 - 2^{-53}$, included. Everywhere else it draws as in
# exercise 1, and every word of positive probability keeps its stretch, however short. (A number that is nearer
# to an edge than the sum is to 1 may fall on either side.)

# %% [markdown] name="safe-write" lang="es"
# Escribe `draw_safely(probabilities, uniforms)`, para una fila `[V]` en float32 cuya suma puede apartarse un poco de 1 y
# números uniformes `[n]` en float64, en $[0, 1)$. Devuelve los `n` tokens, y **nunca uno de probabilidad 0**, sean cuales
# sean los números, incluidos $u = 0$ y el mayor por debajo de 1, $1 - 2^{-53}$. En todo lo demás extrae como en el
# ejercicio 1, y cada palabra de probabilidad positiva conserva su tramo, por corto que sea. (Un número más
# cercano a un borde de lo que la suma lo está a 1 puede caer a cualquiera de los dos lados.)


# %% name="draw_safely" exercise=true
def draw_safely(probabilities, uniforms):
    # en: """Tokens, none of them of probability 0; [V] and [n] in, [n] out."""
    # es: """Tokens, ninguno de probabilidad 0; entran [V] y [n], sale [n]."""
    ### BEGIN SOLUTION
    # en: # 1. Add in float64: nobody's stretch is lost, and the end is nearly exact.
    # es: # 1. Suma en float64: nadie pierde su tramo, y el final es casi exacto.
    edges = probabilities.double().cumsum(dim=-1)
    # en: # 2. Wherever the ruler ends, let u run up to there and no further.
    # es: # 2. Acabe donde acabe la regla, que u llegue hasta allí y no más lejos.
    return torch.searchsorted(edges, uniforms * edges[-1], right=True)
    ### END SOLUTION


# %% name="check-draw_safely" check="draw_safely" points=2
check("draw_safely", draw_safely)
### BEGIN HIDDEN TESTS
check.hidden("draw_safely", draw_safely)
### END HIDDEN TESTS

# %% [markdown] name="safe-help" lang="en"
# <details><summary>I cannot see what is wrong</summary>
#
# Print the last number of `cumulative`. Where do the uniform numbers between it and 1 go? (`numpy.cumsum` adds in float32 here.
# `torch.cumsum` on a CPU adds in float64 behind the scenes and rounds each sum, so that its ruler ends at 1.)
#
# </details>
# <details><summary>float32 and float64: which of the two should I convert?</summary>
#
# Raise the probabilities, not the other way round, and raise them before you add: in float32 the number $1 - 2^{-53}$ is rounded to 1, and
# a small probability added to a sum near 1 is lost.
#
# </details>
# <details><summary>Is it right to stretch the numbers a little?</summary>
#
# Yes: if the sum is $s$, the token $j$ is then drawn with probability $p_j / s$, so every token keeps its share.
#
# </details>
# <details><summary>May I give what is left over to the last possible word instead?</summary>
#
# The check accepts it. Added in float64, what is missing to 1 is only the rounding of the probabilities themselves, less than any experiment would
# see. But that word then gets it all, or loses it when the sum lies above 1; stretching shares it fairly, however far from 1 the sum is.
#
# </details>

# %% [markdown] name="safe-help" lang="es"
# <details><summary>No veo qué es lo que falla</summary>
#
# Imprime el último número de `cumulative`. ¿Adónde van los números uniformes que quedan entre él y 1? (Aquí `numpy.cumsum` suma en
# float32. En una CPU, `torch.cumsum` suma por dentro en float64 y redondea cada suma, así que su regla acaba en 1).
#
# </details>
# <details><summary>float32 y float64: ¿cuál de los dos convierto?</summary>
#
# Sube la precisión de las probabilidades, no al revés, y súbela antes de sumar: en float32 el número $1 - 2^{-53}$ se redondea a 1, y
# una probabilidad pequeña sumada a una suma cercana a 1 se pierde.
#
# </details>
# <details><summary>¿Es correcto estirar un poco los números?</summary>
#
# Sí: si la suma es $s$, el token $j$ sale entonces con probabilidad $p_j / s$, así que cada token conserva su parte.
#
# </details>
# <details><summary>¿Puedo darle lo que sobra a la última palabra posible?</summary>
#
# La comprobación lo acepta. Si sumas en float64, lo que falta hasta 1 es solo el redondeo de las propias probabilidades, menos de lo que vería ningún
# experimento. Pero esa palabra se lo lleva entonces todo, o lo pierde cuando la suma pasa de 1; estirar lo reparte con justicia, por lejos de 1 que esté la suma.
#
# </details>

# %% [markdown] name="safe-measure" lang="en"
# The numbers that went wrong, and five others, through both functions: which words do they draw now? And a second fault of the ruler as it was found, which no user reports: on it, how
# many of the 50257 words own no stretch at all, because adding them to a sum near 1 leaves a float32 as it was?

# %% [markdown] name="safe-measure" lang="es"
# Los números que salieron mal, y otros cinco, con las dos funciones: ¿qué palabras sacan ahora? Y un segundo defecto de la regla encontrada, del que ningún usuario avisa: ¿cuántas
# de las 50257 palabras no poseen en ella tramo alguno, porque sumarlas a una suma cercana a 1 deja un float32 como estaba?

# %% name="safe-count"
wrong = padded[draw_as_found(padded, uniforms)] == 0
few = torch.cat([uniforms[wrong], uniforms[~wrong][:5]])
print(draw_as_found(padded, few).tolist())
print([int(token) for token in draw_safely(padded, few)])
for edges in [np.cumsum(padded.numpy()), np.cumsum(padded.double().numpy())]:
    print(edges.dtype, int((np.diff(edges[:50257]) == 0).sum()))

# %% [markdown] name="gumbel-task" lang="en"
# ## Exercise 3 · Noise instead of a ruler (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: noise on the logits](../../theory/en/02-sampling.md#gumbel-max)*
#
# There is a way to draw without any softmax. Give every token a noise of its own, $G_i = -\log(-\log u_i)$ with $u_i$
# uniform between 0 and 1 (a *Gumbel* variable), and take the token with the largest
#
# $$
# \frac{z_i}{T} + G_i .
# $$
#
# The winner is distributed as $\mathrm{softmax}(z/T)$, exactly. Write `gumbel_max(logits, temperature, uniforms)`: logits `[V]`, some
# perhaps `-inf`, a number $T > 0$, and uniforms `[n, V]` strictly between 0 and 1, one for each token of each draw. Return the `n`
# tokens.

# %% [markdown] name="gumbel-task" lang="es"
# ## Ejercicio 3 · Ruido en lugar de una regla (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: ruido en los logits](../../theory/es/02-sampling.md#gumbel-max)*
#
# Hay una manera de extraer sin softmax alguno. Dale a cada token su propio ruido, $G_i = -\log(-\log u_i)$ con $u_i$
# uniforme entre 0 y 1 (una variable de *Gumbel*), y toma el token con el mayor valor de
#
# $$
# \frac{z_i}{T} + G_i .
# $$
#
# El ganador se distribuye exactamente como $\mathrm{softmax}(z/T)$. Escribe `gumbel_max(logits, temperature, uniforms)`: logits `[V]`, alguno
# quizá `-inf`, un número $T > 0$ y números uniformes `[n, V]` estrictamente entre 0 y 1, uno por cada token de cada extracción. Devuelve los
# `n` tokens.


# %% name="gumbel_max" exercise=true
def gumbel_max(logits, temperature, uniforms):
    # en: """One token a row of uniforms; [V], a number and [n, V] in, [n] out."""
    # es: """Un token por fila de números uniformes; entran [V], un número y [n, V], sale [n]."""
    ### BEGIN SOLUTION
    # en: # 1. A noise for every token of every draw.
    # es: # 1. Un ruido para cada token de cada extracción.
    noise = -torch.log(-torch.log(uniforms))
    # en: # 2. The temperature divides the logits; dividing the noise too would undo it.
    # es: # 2. La temperatura divide los logits; dividir también el ruido la anularía.
    return (logits / temperature + noise).argmax(dim=-1)
    ### END SOLUTION


# %% name="check-gumbel_max" check="gumbel_max" points=2
check("gumbel_max", gumbel_max)
### BEGIN HIDDEN TESTS
check.hidden("gumbel_max", gumbel_max)
### END HIDDEN TESTS

# %% [markdown] name="gumbel-help" lang="en"
# <details><summary>Where does the first logarithm come from, and the second?</summary>
#
# $-\log u$ is a waiting time: exponential, always positive, so its logarithm exists. $-\log$ of that turns the shortest
# waiting time into the largest score.
#
# </details>
# <details><summary>The same token always wins</summary>
#
# Every token needs a noise of its own: keep the shape `[n, V]` until the argmax, and take it along the last axis.
#
# </details>

# %% [markdown] name="gumbel-help" lang="es"
# <details><summary>¿De dónde viene el primer logaritmo? ¿Y el segundo?</summary>
#
# $-\log u$ es un tiempo de espera: exponencial, siempre positivo, así que tiene logaritmo. El $-\log$ de ese tiempo convierte la
# espera más corta en la puntuación mayor.
#
# </details>
# <details><summary>Gana siempre el mismo token</summary>
#
# Cada token necesita su propio ruido: conserva la forma `[n, V]` hasta el argmax, y tómalo a lo largo del último eje.
#
# </details>

# %% [markdown] name="gumbel-look" lang="en"
# Multiply the score by $T$, which changes no winner, and it is $z_i + T G_i$: the temperature is the size of the
# noise. The picture shows one and the same noise at three temperatures. And do ten thousand winners come out as the softmax says?

# %% [markdown] name="gumbel-look" lang="es"
# Multiplica la puntuación por $T$, lo que no cambia ningún ganador, y queda $z_i + T G_i$: la temperatura es el tamaño del
# ruido. La imagen muestra un mismo ruido con tres temperaturas. ¿Se reparten diez mil ganadores como dice el softmax?

# %% name="gumbel-picture"
plots.noisy_logits(logits, [0.1, 1.0, 6.0], labels=words)

# %% name="gumbel-measure"
seed = torch.Generator("cpu").manual_seed(1)
noise = torch.rand(10_000, 5, dtype=torch.float64, generator=seed, device="cpu")
winners = torch.as_tensor(gumbel_max(logits.double(), 1.0, noise))
print(torch.bincount(winners, minlength=5).tolist())
print([round(10_000 * p, 1) for p in softmax(logits.double(), 1.0).tolist()])

# %% [markdown] name="seeds-look" lang="en"
# ## A seed is not a token
#
# A seed fixes a sequence of numbers. Which tokens come of them depends on how many each function takes, and of which type. `tempkit.sample`
# takes one float64 number a row from a CPU generator, so that six rows at once, or one after the other, or on a GPU, give the
# same tokens. The last line takes the same seed with float32 numbers, which are others.

# %% [markdown] name="seeds-look" lang="es"
# ## Una semilla no es un token
#
# Una semilla fija una sucesión de números. Qué tokens salen de ellos depende de cuántos tome cada función y de qué tipo sean. `tempkit.sample`
# toma un número float64 por fila de un generador de CPU, de modo que seis filas a la vez, o una tras otra, o en una GPU, dan los
# mismos tokens. La última línea usa la misma semilla con números float32, que son otros.

# %% name="seeds-compare"
seed = torch.Generator("cpu").manual_seed(7)
print(sample(logits.expand(6, -1), 1.0, generator=seed).tolist())
seed.manual_seed(7)
print([sample(logits, 1.0, generator=seed).item() for _ in range(6)])
seed.manual_seed(7)
single = torch.rand(6, dtype=torch.float32, generator=seed, device="cpu").double()
print(sample(logits.expand(6, -1), 1.0, uniforms=single).tolist())

# %% [markdown] name="report-task" lang="en"
# ## Exercise 4 · Counts with their errors (1 point)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: counts have errors](../../theory/en/02-sampling.md#counts)*
#
# A count without its expectation says little, and an expectation without its error not much more. Of $n$ draws a word of
# probability $q$, that of $\mathrm{softmax}(z/T)$, gets $nq$ on average, with a standard error of $\sqrt{nq(1-q)}$.
#
# Write `draw_report(logits, temperature, tokens)`, for logits `[V]` and drawn tokens `[n]`; it returns a dictionary of three tensors `[V]`,
# `"count"`, `"expected"` and `"error"`. Words that nobody drew are in it too.

# %% [markdown] name="report-task" lang="es"
# ## Ejercicio 4 · Conteos con sus errores (1 punto)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: los conteos tienen error](../../theory/es/02-sampling.md#counts)*
#
# Un conteo sin lo que se esperaba dice poco, y lo esperado sin su error no mucho más. En $n$ extracciones, a una palabra de
# probabilidad $q$, la de $\mathrm{softmax}(z/T)$, le tocan $nq$ en promedio, con un error estándar de $\sqrt{nq(1-q)}$.
#
# Escribe `draw_report(logits, temperature, tokens)`, para logits `[V]` y tokens extraídos `[n]`; devuelve un diccionario de tres tensores `[V]`,
# `"count"` (el conteo), `"expected"` (lo esperado) y `"error"`. Las palabras que no salieron también están en él.


# %% name="draw_report" exercise=true
def draw_report(logits, temperature, tokens):
    # en: """Counts beside their expectation and standard error; [V], a number and [n] in."""
    # es: """Conteos junto a lo esperado y su error estándar; entran [V], un número y [n]."""
    ### BEGIN SOLUTION
    # en: # 1. What the model promises.
    # es: # 1. Lo que el modelo promete.
    n, q = len(tokens), torch.softmax(logits / temperature, dim=-1)
    # en: # 2. What came, with a place for every word.
    # es: # 2. Lo que salió, con un lugar para cada palabra.
    return {
        "count": torch.bincount(tokens, minlength=len(logits)),
        "expected": n * q,
        "error": torch.sqrt(n * q * (1 - q)),
    }
    ### END SOLUTION


# %% name="check-draw_report" check="draw_report" points=1
check("draw_report", draw_report)
### BEGIN HIDDEN TESTS
check.hidden("draw_report", draw_report)
### END HIDDEN TESTS

# %% [markdown] name="report-help" lang="en"
# <details><summary>My counts are too short</summary>
#
# `torch.bincount` stops at the largest token that it meets. `minlength=` keeps the others.
#
# </details>

# %% [markdown] name="report-help" lang="es"
# <details><summary>Mis conteos se quedan cortos</summary>
#
# `torch.bincount` acaba en el mayor token que encuentra. `minlength=` conserva los demás.
#
# </details>

# %% [markdown] name="report-look" lang="en"
# A thousand draws at each of three temperatures. About one count in three should stray by more than one error, and about one in twenty by more
# than two. Do they?

# %% [markdown] name="report-look" lang="es"
# Mil extracciones con cada una de tres temperaturas. Más o menos uno de cada tres conteos debería apartarse más de un error, y uno de cada veinte, más
# de dos. ¿Es así?

# %% name="report-table"
drawn = {}
for temperature in [0.01, 1.0, 6.0]:
    seed = torch.Generator("cpu").manual_seed(42)
    drawn[temperature] = draw(logits, temperature, 1000, generator=seed)
    report = draw_report(logits, temperature, drawn[temperature])
    print("T =", temperature)
    columns = [report[key] for key in ("count", "expected", "error")]
    for word, count, mean, error in zip(words, *columns, strict=True):
        print(f"{word:>14} {int(count):4} | {float(mean):5.1f} ± {float(error):4.1f}")

# %% [markdown] name="draws-play" lang="en"
# Draw as often as you like. The explorer adds up its draws until you move something, and the mark on each bar is the share that was drawn. Draw
# a thousand, and a thousand more: do the marks come nearer to the ends of the bars, and do the *counts* come nearer to what is expected?

# %% [markdown] name="draws-play" lang="es"
# Extrae cuantas veces quieras. El explorador acumula sus extracciones hasta que muevas algo, y la marca de cada barra es la parte que se extrajo. Extrae
# mil, y otras mil: ¿se acercan las marcas al final de las barras? ¿Y se acercan los *conteos* a lo esperado?

# %% name="draws-explorer"
from tempkit import Explorer

Explorer(logits, words)

# %% [markdown] name="chi-task" lang="en"
# ## Exercise 5 · One number for all counts (2 points)
#
# *Difficulty 3 of 3 · about 15 minutes ·
# [note: chi-square](../../theory/en/02-sampling.md#chi-square)*
#
# Five deviations, and they are not independent: the counts sum to $n$. Pearson's statistic makes one number of them,
#
# $$
# X = \sum_{\text{cells}} \frac{(c - e)^2}{e} ,
# $$
#
# with counts $c$ and expected counts $e$. For an honest sampler it follows, nearly, a known distribution, *chi-square*, with (cells − 1) *degrees of
# freedom*, as long as each cell (a group of words that are counted together) is expected about 5 times or more. So the rule is:
#
# - the words expected **fewer than 5 times** share one cell;
# - if that cell is still expected fewer than 5 times, the least expected of the other words joins it;
# - every other word is a cell of its own.
#
# Write `chi_square(counts, expected)`: two tensors `[V]` go in, two numbers come out, the statistic and its degrees of freedom.

# %% [markdown] name="chi-task" lang="es"
# ## Ejercicio 5 · Un número para todos los conteos (2 puntos)
#
# *Dificultad 3 de 3 · unos 15 minutos ·
# [nota: ji cuadrado](../../theory/es/02-sampling.md#chi-square)*
#
# Cinco desviaciones, y no son independientes: los conteos suman $n$. El estadístico de Pearson hace de ellas un solo número,
#
# $$
# X = \sum_{\text{celdas}} \frac{(c - e)^2}{e} ,
# $$
#
# con conteos $c$ y conteos esperados $e$. En un muestreador correcto sigue, aproximadamente, una distribución conocida, la *ji cuadrado*, con
# (celdas − 1) *grados de libertad*, siempre que a cada celda (un grupo de palabras que se cuentan juntas) le correspondan al menos unas 5 apariciones
# esperadas. El criterio, por tanto, es este:
#
# - las palabras con **menos de 5** apariciones esperadas comparten una celda;
# - si a esa celda aún le corresponden menos de 5, se le une la menos esperada de las demás palabras;
# - cada una de las otras palabras es una celda por sí sola.
#
# Escribe `chi_square(counts, expected)`: entran dos tensores `[V]`, salen dos números, el estadístico y sus grados de libertad.


# %% name="chi_square" exercise=true
def chi_square(counts, expected):
    # en: """Pearson's statistic and its degrees of freedom; [V] and [V] in, two numbers out."""
    # es: """El estadístico de Pearson y sus grados de libertad; entran [V] y [V], salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. The least expected words first; how many of them share a cell?
    # es: # 1. Primero las palabras menos esperadas; ¿cuántas de ellas comparten una celda?
    order = expected.argsort()
    counts, expected = counts[order].double(), expected[order].double()
    shared = int((expected < 5).sum())
    if shared > 0 and expected[:shared].sum() < 5:
        shared += 1
    # en: # 2. Put them together, if there are any.
    # es: # 2. Júntalas, si las hay.
    if shared > 0:
        counts = torch.cat([counts[:shared].sum().reshape(1), counts[shared:]])
        expected = torch.cat([expected[:shared].sum().reshape(1), expected[shared:]])
    # en: # 3. One square a cell; one degree of freedom fewer than cells.
    # es: # 3. Un cuadrado por celda; un grado de libertad menos que celdas.
    statistic = ((counts - expected) ** 2 / expected).sum()
    return statistic.item(), len(expected) - 1
    ### END SOLUTION


# %% name="check-chi_square" check="chi_square" points=2
check("chi_square", chi_square)
### BEGIN HIDDEN TESTS
check.hidden("chi_square", chi_square)
### END HIDDEN TESTS

# %% [markdown] name="chi-help" lang="en"
# <details><summary>Start without the shared cell</summary>
#
# In some calls of the check no expected count is small. Get these right first, then add the rest.
#
# </details>
# <details><summary>How do I join cells?</summary>
#
# Put both tensors in one order, `order = expected.argsort()`, so that every count stays beside its expectation: the words to be joined then stand at the front, and
# `torch.cat([x[:k].sum().reshape(1), x[k:]])` makes one cell of the first `k`.
#
# </details>

# %% [markdown] name="chi-help" lang="es"
# <details><summary>Empieza sin la celda compartida</summary>
#
# En algunas llamadas de la comprobación ningún conteo esperado es pequeño. Resuelve primero esas y añade después el resto.
#
# </details>
# <details><summary>¿Cómo junto celdas?</summary>
#
# Pon los dos tensores en un mismo orden, `order = expected.argsort()`, para que cada conteo siga junto a lo que se esperaba de él: las palabras
# por juntar quedan entonces al principio, y
# `torch.cat([x[:k].sum().reshape(1), x[k:]])` hace una celda con las `k` primeras.
#
# </details>

# %% [markdown] name="chi-measure" lang="en"
# The counts above, each judged at its own temperature, and then the draws made at $T = 1$ judged as if they had been made at $T = 6$: a sampler that ignores its
# temperature. With 4 degrees of freedom an honest sampler exceeds 18.5 once in a thousand times, with 1 degree of freedom 10.8.

# %% [markdown] name="chi-measure" lang="es"
# Los conteos de arriba, cada uno juzgado con su propia temperatura, y después las extracciones hechas con $T = 1$ juzgadas como si fueran de $T = 6$: un muestreador que no hace caso de su
# temperatura. Con 4 grados de libertad, un muestreador correcto supera 18.5 una de cada mil veces; con 1 grado de libertad, 10.8.

# %% name="chi-judge"
# en: print(f"{'statistic (degrees of freedom)':>65}")
# es: print(f"{'estadístico (grados de libertad)':>73}")
for drawn_at, judged_at in [(0.01, 0.01), (1.0, 1.0), (6.0, 6.0), (1.0, 6.0)]:
    report = draw_report(logits, judged_at, drawn[drawn_at])
    statistic, freedom = chi_square(report["count"], report["expected"])
    said = f"{float(statistic):5.2f} ({int(freedom)})"
    # en: print(f"drawn at T = {drawn_at:4}, judged at T = {judged_at:4}: {said}")
    # es: print(f"extraídas con T = {drawn_at:4}, juzgadas con T = {judged_at:4}: {said}")

# %% [markdown] name="alarm-task" lang="en"
# ## Exercise 6 · How often does the test cry wolf? (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: false alarms](../../theory/en/02-sampling.md#false-alarms)*
#
# A test with 4 degrees of freedom that raises the alarm above 9.49 should accuse an honest sampler in one run of twenty. Measure it: repeat the test many
# times, and see which share of the statistics lies above the threshold. That share is a measurement too, a count divided by its number of trials, and so it
# has an error: $\sqrt{r (1 - r) / n}$ for a rate $r$ in $n$ trials.
#
# Write `alarm_rate(statistics, threshold)`: from a tensor `[n]` return two numbers, the rate and its standard error.

# %% [markdown] name="alarm-task" lang="es"
# ## Ejercicio 6 · ¿Cuántas falsas alarmas da la prueba? (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: falsas alarmas](../../theory/es/02-sampling.md#false-alarms)*
#
# Una prueba con 4 grados de libertad que da la alarma por encima de 9.49 debería acusar a un muestreador correcto una de cada veinte veces. Mídelo: repite la prueba muchas
# veces y mira qué proporción de los estadísticos queda por encima del umbral. Esa proporción también es una medición, un conteo dividido entre el número de ensayos, y por eso
# tiene un error: $\sqrt{r (1 - r) / n}$ para una tasa $r$ en $n$ ensayos.
#
# Escribe `alarm_rate(statistics, threshold)`: a partir de un tensor `[n]` devuelve dos números, la tasa y su error estándar.


# %% name="alarm_rate" exercise=true
def alarm_rate(statistics, threshold):
    # en: """The share of alarms and its standard error; [n] and a number in, two numbers out."""
    # es: """La proporción de alarmas y su error estándar; entran [n] y un número, salen dos números."""
    ### BEGIN SOLUTION
    # en: # Each repetition is a draw of its own: alarm, or none.
    # es: # Cada repetición es a su vez una extracción: hay alarma o no la hay.
    rate = (statistics > threshold).double().mean().item()
    return rate, (rate * (1 - rate) / len(statistics)) ** 0.5
    ### END SOLUTION


# %% name="check-alarm_rate" check="alarm_rate" points=1
check("alarm_rate", alarm_rate)
### BEGIN HIDDEN TESTS
check.hidden("alarm_rate", alarm_rate)
### END HIDDEN TESTS

# %% [markdown] name="alarm-help" lang="en"
# <details><summary>“mean(): could not infer output dtype”</summary>
#
# `statistics > threshold` holds True and False, and torch takes a mean of numbers only: `.double()` makes 1 and 0 of them.
#
# </details>
# <details><summary>Which error is meant: that of one statistic, or that of the rate?</summary>
#
# That of the rate, made of all $n$ alarms and non-alarms. Four times as many of them halve it.
#
# </details>

# %% [markdown] name="alarm-help" lang="es"
# <details><summary>“mean(): could not infer output dtype”</summary>
#
# `statistics > threshold` contiene True y False, y torch solo calcula la media de números: `.double()` hace de ellos 1 y 0.
#
# </details>
# <details><summary>¿De qué error se trata: del de un estadístico o del de la tasa?</summary>
#
# Del de la tasa, que sale de las $n$ respuestas, haya alarma o no. Con el cuádruple de ellas se reduce a la mitad.
#
# </details>

# %% [markdown] name="alarm-look" lang="en"
# A thousand repetitions each: an honest sampler at $T = 6$, and one that ignores its temperature and draws at $T = 1$. How many draws does the
# test need before it notices? With ten draws it would not even have a cell for each word.

# %% [markdown] name="alarm-look" lang="es"
# Mil repeticiones de cada uno: un muestreador correcto con $T = 6$, y otro que no hace caso de su temperatura y extrae con $T = 1$. ¿Cuántas extracciones necesita la
# prueba para darse cuenta? Con diez ni siquiera tendría una celda por palabra.


# %% name="alarm-measure"
def repeated(drawn_at, judged_at, n):
    seed = torch.Generator("cpu").manual_seed(3)
    runs = draw(logits, drawn_at, 1000 * n, generator=seed).view(1000, n)
    expected = n * softmax(logits.double(), judged_at)
    counts = [torch.bincount(run, minlength=5) for run in runs]
    statistics = [float(chi_square(count, expected)[0]) for count in counts]
    return torch.tensor(statistics, dtype=torch.float64, device="cpu")


for n in [100, 300, 1000]:
    for drawn_at in [6.0, 1.0]:
        rate, error = map(float, alarm_rate(repeated(drawn_at, 6.0, n), 9.488))
        # en: print(f"{n:4} draws at T = {drawn_at}: alarm rate {rate:.3f} ± {error:.3f}")
        # es: print(f"{n:4} extracciones con T = {drawn_at}: tasa de alarmas {rate:.3f} ± {error:.3f}")

# %% name="alarm-picture"
plots.chi_square(repeated(6.0, 6.0, 300), 4, 9.488)

# %% [markdown] name="alarm-answer" lang="en"
# The last line of the table claims an error of 0, and that is too proud: when the alarm came in all $n$ trials, it may still fail to come with a
# probability of up to about $3/n$ (at 95 %, for a rate chosen before looking; the [note](../../theory/en/02-sampling.md#counts) says why). Here that is
# three in a thousand.

# %% [markdown] name="alarm-answer" lang="es"
# La última línea de la tabla presume de un error de 0, y es demasiado optimista: si la alarma saltó en los $n$ ensayos, todavía puede dejar de saltar
# con una probabilidad de hasta $3/n$, más o menos (al 95 %, para una tasa elegida antes de mirar; la [nota](../../theory/es/02-sampling.md#counts) dice
# por qué). Aquí son tres de cada mil.

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - A uniform number on a ruler draws a token, and the edges decide whether impossible tokens stay impossible.
# - Gumbel noise on the logits draws from the same distribution, and the temperature is the size of the noise.
# - Cold is not greedy: at $T = 0.01$ the second word still came a dozen times in a thousand.
# - A count has an expectation and an error, a test has a rate of false alarms, and a handful of draws shows little.
#
# The [solved lab](../../solutions/en/02-sampling.ipynb) is there for self-study.
# Next: lab 03, truncation, `python3 start.py lab 03 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Un número uniforme sobre una regla extrae un token, y de los bordes depende que los tokens imposibles lo sigan siendo.
# - El ruido de Gumbel en los logits extrae de la misma distribución, y la temperatura es el tamaño del ruido.
# - Frío no quiere decir voraz: con $T = 0.01$ la segunda palabra salió todavía una docena de veces en mil.
# - Un conteo tiene un valor esperado y un error, una prueba tiene una tasa de falsas alarmas, y un puñado de extracciones muestra poco.
#
# El [laboratorio resuelto](../../solutions/es/02-sampling.ipynb) está ahí para que estudies por tu cuenta.
# Siguiente: laboratorio 03, recortes, `python3 start.py lab 03 --lang es`.
