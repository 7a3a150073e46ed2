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
# # Lab 07 · Schedules and mixtures
#
# A temperature can follow the uncertainty of each row, fall while a text is written, or be several at once. In
# this lab you write each of these, count what it costs, and compare it with what it replaces: a constant
# temperature that spends the same entropy. Some of them pay. Some do not, and you will have the standard errors
# to say so.
#
# **10 points, about 60 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/07-schedules-and-mixtures.md)
# opens beside this lab; it has the proofs. Make each prediction before you read its section: the note
# gives the answers away.

# %% [markdown] name="title" lang="es"
# # Laboratorio 07 · Planes de temperatura y mezclas
#
# La temperatura puede seguir la incertidumbre de cada fila, bajar mientras se escribe un texto o ser varias a la
# vez. En este laboratorio escribes cada una de esas cosas, cuentas lo que cuesta y la comparas con aquello a lo que
# sustituye: una temperatura constante que gasta la misma entropía. Algunas compensan. Otras no, y tendrás los errores
# estándar para decirlo.
#
# **10 puntos, unos 60 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/07-schedules-and-mixtures.md)
# se abre al lado; contiene las demostraciones. Haz cada predicción antes de leer su sección: la nota
# desvela las respuestas.

# %% name="setup"
import math

import pandas
import torch

from tempkit import entropy, generation, lab, plots, schedules, softmax, verbs

# en: check = lab.start("07", language="en")
# es: check = lab.start("07", language="es")

# %% [markdown] name="every-task" lang="en"
# ## Exercise 1 · Spot the bug: one pass, every temperature (2 points)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: in place](../../theory/en/07-schedules-and-mixtures.md#in-place)*
#
# The model runs once and returns logits; every temperature is a cheap function of them. This function makes the
# table of three temperatures, and divides in place, “to save memory”. Run it: the third row should be that of
# $T = 4$, where the first word has 0.268. And look at what became of the logits.

# %% [markdown] name="every-task" lang="es"
# ## Ejercicio 1 · Encuentra el error: una pasada, todas las temperaturas (2 puntos)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: sobre los propios logits](../../theory/es/07-schedules-and-mixtures.md#in-place)*
#
# El modelo se ejecuta una vez y devuelve logits; cada temperatura es una función barata de ellos. Esta función hace
# la tabla de tres temperaturas y divide en el sitio, «para ahorrar memoria». Ejecútala: la tercera fila debería ser la
# de $T = 4$, donde la primera palabra tiene 0.268. Y mira qué ha sido de los logits.


# %% name="every-as-found"
def as_found(logits, temperatures):
    rows = []
    for temperature in temperatures:
        logits /= temperature
        rows.append(torch.softmax(logits, dim=-1))
    return torch.stack(rows)


five = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
print([[round(p, 3) for p in row] for row in as_found(five, [0.5, 1.0, 4.0]).tolist()])
print([round(z, 3) for z in five.tolist()])

# %% [markdown] name="every-write" lang="en"
# Write `every_temperature(logits, temperatures)`: logits `[V]` and a list of `K` numbers in, a tensor `[K, V]` out,
# whose row $k$ is $\mathrm{softmax}(z/T_k)$. Whoever called it finds the logits as they were.

# %% [markdown] name="every-write" lang="es"
# Escribe `every_temperature(logits, temperatures)`: entran unos logits `[V]` y una lista de `K` números, sale un tensor
# `[K, V]` cuya fila $k$ es $\mathrm{softmax}(z/T_k)$. Quien la llamó encuentra los logits como estaban.


# %% name="every_temperature" exercise=true
def every_temperature(logits, temperatures):
    # en: """softmax(z / T) for each T; [V] and K numbers in, [K, V] out, the logits untouched."""
    # es: """softmax(z / T) para cada T; entran [V] y K números, sale [K, V], logits intactos."""
    ### BEGIN SOLUTION
    # en: # 1. Each division starts from the logits that came in, and makes a new tensor.
    # es: # 1. Cada división parte de los logits recibidos y crea otro tensor.
    rows = [torch.softmax(logits / temperature, dim=-1) for temperature in temperatures]
    # en: # 2. A row each.
    # es: # 2. Una fila por cada una.
    return torch.stack(rows)
    ### END SOLUTION


# %% name="check-every_temperature" check="every_temperature" points=2
check("every_temperature", every_temperature)
### BEGIN HIDDEN TESTS
check.hidden("every_temperature", every_temperature)
### END HIDDEN TESTS

# %% [markdown] name="every-help" lang="en"
# <details><summary>Which lines change a tensor in place?</summary>
#
# `z /= t`, `z *= t`, `z -= 1`, `z[0] = 5`, and every method whose name ends in `_`, such as `z.div_(t)`. They change
# the tensor for everybody who holds it. `z / t` makes a new one.
#
# </details>
# <details><summary>I made a copy, and the rows are still wrong</summary>
#
# One copy before the loop protects the caller, but inside the loop the divisions still pile up: 0.5, then 0.5 · 1,
# then 0.5 · 1 · 4. Divide the same logits each time.
#
# </details>
# <details><summary>I want all temperatures at once, without a loop</summary>
#
# `[V]` does not divide by `[K]`. Make a tensor of the temperatures and a column of that, `t[:, None]`: `[V]` divided by
# `[K, 1]` is `[K, V]`.
#
# </details>

# %% [markdown] name="every-help" lang="es"
# <details><summary>¿Qué líneas cambian un tensor en el sitio?</summary>
#
# `z /= t`, `z *= t`, `z -= 1`, `z[0] = 5`, y todo método cuyo nombre acaba en `_`, como `z.div_(t)`. Cambian el tensor
# para todo el que lo tenga. `z / t` crea otro.
#
# </details>
# <details><summary>Hice una copia y las filas siguen mal</summary>
#
# Una copia antes del bucle protege a quien llamó, pero dentro del bucle las divisiones se siguen acumulando: 0.5, después
# 0.5 · 1, después 0.5 · 1 · 4. Divide cada vez los mismos logits.
#
# </details>
# <details><summary>Quiero todas las temperaturas a la vez, sin bucle</summary>
#
# `[V]` no se puede dividir entre `[K]`. Haz de las temperaturas un tensor, y de él una columna, `t[:, None]`: `[V]` dividido
# entre `[K, 1]` es `[K, V]`.
#
# </details>

# %% [markdown] name="cost-look" lang="en"
# How much could be saved at all? Time the temperature against the forward pass of our small model; and for a vocabulary of
# 50257 against the last layer alone, one product of a matrix with a vector. At $T = 0.14$ many exponentials are
# *subnormal*, smaller than the normal numbers of float32, which some processors compute slowly: measure that too.
# Seconds depend on the machine, so only verdicts are printed.

# %% [markdown] name="cost-look" lang="es"
# ¿Cuánto se podía ahorrar como mucho? Mide el tiempo de la temperatura frente al de una pasada de nuestro modelo pequeño;
# y, con un vocabulario de 50257, frente a la última capa sola, un producto de una matriz por un vector. Con $T = 0.14$
# muchas exponenciales son *subnormales*, menores que los números normales de float32, y algunos procesadores las calculan
# despacio: mide eso también. Los segundos dependen de la máquina, así que solo se imprimen veredictos.

# %% name="cost-measure"
from time import perf_counter


def fastest(run, times=300):
    seconds = []
    for _ in range(times):
        start = perf_counter()
        run()
        seconds.append(perf_counter() - start)
    return min(seconds)


model = verbs.load("main", device=generation.device())
ids = torch.tensor([model.tokenizer("<en> the teacher")["input_ids"]]).to(model.model.device)
layer, state = torch.full((50257, 768), 0.01), torch.ones(768)
wide = 3 * torch.special.ndtri((torch.arange(50257) + 0.5) / 50257)
with torch.no_grad():
    logits = model.model(ids).logits[0, -1]
    small = fastest(lambda: torch.softmax(logits / 0.7, -1)) / fastest(
        lambda: model.model(ids), times=30
    )
    product = fastest(lambda: layer @ state, times=5)
warm = fastest(lambda: torch.softmax(wide / 1.0, -1)) / product
cold = fastest(lambda: torch.softmax(wide / 0.14, -1)) / product
exponents = (wide.double() - wide.max()) / 0.14
subnormal = ((exponents < -87.3365) & (exponents > -103.972)).double().mean()
# en: print("less than a tenth of the forward pass:", small < 0.1)
# es: print("menos de un décimo de la pasada del modelo:", small < 0.1)
# en: print("less than a tenth of the last layer, 50257 tokens:", warm < 0.1)
# es: print("menos de un décimo de la última capa, 50257 tokens:", warm < 0.1)
# en: print(f"the same at T = 0.14, where {subnormal:.2f} are subnormal:", cold < 0.1)
# es: print(f"lo mismo con T = 0.14, donde {subnormal:.2f} son subnormales:", cold < 0.1)

# %% [markdown] name="cost-answer" lang="en"
# Even the whole softmax is small beside the forward pass; the copy is a part of that.

# %% [markdown] name="cost-answer" lang="es"
# Hasta el softmax entero es poco junto a la pasada del modelo; la copia es una parte de él.

# %% [markdown] name="adaptive-task" lang="en"
# ## Exercise 2 · A temperature that goes both ways (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: a rule that goes both ways](../../theory/en/07-schedules-and-mixtures.md#two-ways)*
#
# “Lower $T$ where the model is sure, raise it where it is not”: a formula that is often given for this is
# $T_0 (1 + a H / \log n)$, with the entropy $H$ of the row at $T = 1$ and $n$ possible tokens. But $H$ is never
# negative, so it never goes below $T_0$. Write one that does both,
#
# $$
# T = T_{\text{certain}} + (T_{\text{uniform}} - T_{\text{certain}}) \frac{H}{\log n} ,
# $$
#
# as `adaptive_temperature(logits, certain, uniform)`: logits `[B, V]` in, a temperature for each row, `[B]`, out. A
# logit of $-\infty$ is an impossible token: it is not counted in $n$. A row with a single possible token is certain.
# (`tempkit.schedules` has this function; here, write your own. `tempkit.entropy(logits)` may be used: it takes logits,
# not probabilities.)

# %% [markdown] name="adaptive-task" lang="es"
# ## Ejercicio 2 · Una temperatura que va en los dos sentidos (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: una regla que va en los dos sentidos](../../theory/es/07-schedules-and-mixtures.md#two-ways)*
#
# «Bajar $T$ donde el modelo está seguro y subirla donde no»: una fórmula que se da a menudo para eso es
# $T_0 (1 + a H / \log n)$, con la entropía $H$ de la fila con $T = 1$ y $n$ tokens posibles. Pero $H$ nunca es negativa, así
# que nunca baja de $T_0$. Escribe una que haga las dos cosas,
#
# $$
# T = T_{\text{certain}} + (T_{\text{uniform}} - T_{\text{certain}}) \frac{H}{\log n} ,
# $$
#
# como `adaptive_temperature(logits, certain, uniform)`: entran logits `[B, V]`, sale una temperatura por fila, `[B]`. Un
# logit de $-\infty$ es un token imposible: no cuenta en $n$. Una fila con un solo token posible es segura.
# (`tempkit.schedules` tiene esta función; aquí, escribe la tuya. Puedes usar `tempkit.entropy(logits)`: recibe logits, no
# probabilidades).


# %% name="adaptive_temperature" exercise=true
def adaptive_temperature(logits, certain, uniform):
    # en: """A temperature a row, from its entropy at T = 1; [B, V] in, [B] out."""
    # es: """Una temperatura por fila, según su entropía con T = 1; entra [B, V], sale [B]."""
    ### BEGIN SOLUTION
    # en: # 1. The largest entropy that each row can have.
    # es: # 1. La mayor entropía que puede tener cada fila.
    possible = (logits > -torch.inf).sum(dim=-1)
    most = torch.log(possible.double())
    # en: # 2. The share of it that the row has; a single possible token has none.
    # es: # 2. Qué proporción de ella tiene la fila; un solo token posible no tiene nada.
    share = torch.where(possible > 1, entropy(logits) / most, 0.0)
    # en: # 3. A straight line between the two ends.
    # es: # 3. Una recta entre los dos extremos.
    return certain + (uniform - certain) * share
    ### END SOLUTION


# %% name="check-adaptive_temperature" check="adaptive_temperature" points=2
check("adaptive_temperature", adaptive_temperature)
### BEGIN HIDDEN TESTS
check.hidden("adaptive_temperature", adaptive_temperature)
### END HIDDEN TESTS

# %% [markdown] name="adaptive-help" lang="en"
# <details><summary>A row gives NaN</summary>
#
# Two things can. In $-\sum p \log p$ an impossible token has $0 \cdot \log 0$, which is NaN in floating point:
# `tempkit.entropy(logits)` and `torch.special.entr(p)` know that it is 0. And with one possible token $H / \log n$ is 0/0:
# say what it shall be, with `torch.where(mask, a, b)`.
#
# </details>
# <details><summary>How do I count the possible tokens of each row?</summary>
#
# `logits > -torch.inf` is true where a token is possible, and `.sum(dim=-1)` counts the trues of each row.
#
# </details>

# %% [markdown] name="adaptive-help" lang="es"
# <details><summary>Una fila da NaN</summary>
#
# Puede ser por dos cosas. En $-\sum p \log p$, un token imposible tiene $0 \cdot \log 0$, que en coma flotante es NaN:
# `tempkit.entropy(logits)` y `torch.special.entr(p)` saben que es 0. Y con un solo token posible $H / \log n$ es 0/0: di tú
# cuánto tiene que ser, con `torch.where(mask, a, b)`.
#
# </details>
# <details><summary>¿Cómo cuento los tokens posibles de cada fila?</summary>
#
# `logits > -torch.inf` es verdadero donde un token es posible, y `.sum(dim=-1)` cuenta los verdaderos de cada fila.
#
# </details>

# %% [markdown] name="adaptive-look" lang="en"
# Here is what it does along a sentence. After each word: the share $H / \log n$ of the next one, the formula that only
# raises ($T_0 = 1$, $a = 0.5$), and yours from 0.5 to 1.5. Where is the sentence open, and where is it settled?

# %% [markdown] name="adaptive-look" lang="es"
# Esto es lo que hace a lo largo de una frase. Después de cada palabra: la proporción $H / \log n$ de la siguiente, la
# fórmula que solo sube ($T_0 = 1$, $a = 0.5$) y la tuya de 0.5 a 1.5. ¿Dónde está abierta la frase y dónde está decidida?

# %% name="adaptive-table"
# en: sentence = "<en> my teacher does not drink coffee today."
# es: sentence = "<es> mi profesora no bebe café hoy."
ids = model.tokenizer(sentence)["input_ids"]
with torch.no_grad():
    logits = model.model(torch.tensor([ids]).to(model.model.device)).logits[0].double()
# en: # No word is impossible to the model, so n is the whole vocabulary.
# es: # Para el modelo ninguna palabra es imposible, así que n es todo el vocabulario.
share = entropy(logits) / math.log(logits.shape[-1])
raised, both_ways = 1 + 0.5 * share, adaptive_temperature(logits, 0.5, 1.5)
# en: columns = ["after", "H / log n", "1 + 0.5 H / log n", "0.5 to 1.5"]
# es: columns = ["después de", "H / log n", "1 + 0.5 H / log n", "de 0.5 a 1.5"]
words = [model.tokenizer.decode([i]) for i in ids]
rows = list(zip(words, *map(torch.Tensor.tolist, (share, raised, both_ways)), strict=True))
pandas.DataFrame(rows[1:], columns=columns).round(3)

# %% [markdown] name="adaptive-answer" lang="en"
# Most open after “teacher”; settled after “does”, which can only be followed by “not” here, and after “today”,
# where only the full stop is left.

# %% [markdown] name="adaptive-answer" lang="es"
# Lo más abierto, entre una frase y otra y, dentro de la frase, tras «no»; lo más cerrado, tras «hoy», donde
# solo queda el punto.

# %% [markdown] name="gap-task" lang="en"
# ## Exercise 3 · Worth it? A difference and its error (2 points)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: the error of a difference](../../theory/en/07-schedules-and-mixtures.md#paired)*
#
# A rule that makes the text colder makes it better, but no rule is needed for that: a lower constant would do. So compare
# at the same mean entropy, on the same rows of the same documents. Write `paired_gap(first, second)`: two tensors `[n]`,
# one number for each document by the first method and by the second; return two numbers, the mean of first − second,
# and its standard error. The documents are **paired**: the standard error is that of the mean of the $n$ differences,
# with $n - 1$ in their variance.

# %% [markdown] name="gap-task" lang="es"
# ## Ejercicio 3 · ¿Compensa? Una diferencia y su error (2 puntos)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: el error de una diferencia](../../theory/es/07-schedules-and-mixtures.md#paired)*
#
# Una regla que enfría el texto lo mejora, pero para eso no hace falta una regla: bastaría una constante más baja. Así que
# compara con la misma entropía media, en las mismas filas de los mismos documentos. Escribe `paired_gap(first, second)`:
# dos tensores `[n]`, un número por documento con el primer método y con el segundo; devuelve dos números, la media de
# first − second y su error estándar. Los documentos están **emparejados**: el error estándar es el de la media de las $n$
# diferencias, con $n - 1$ en su varianza.


# %% name="paired_gap" exercise=true
def paired_gap(first, second):
    # en: """Mean difference and its standard error; [n] twice in, two numbers out."""
    # es: """Diferencia media y su error estándar; entran dos [n], salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. The difference in each document.
    # es: # 1. La diferencia en cada documento.
    gaps = first - second
    # en: # 2. Their mean, and how far it strays by chance.
    # es: # 2. Su media, y cuánto se aparta por azar.
    return gaps.mean(), gaps.std() / len(gaps) ** 0.5
    ### END SOLUTION


# %% name="check-paired_gap" check="paired_gap" points=2
check("paired_gap", paired_gap)
### BEGIN HIDDEN TESTS
check.hidden("paired_gap", paired_gap)
### END HIDDEN TESTS

# %% [markdown] name="gap-help" lang="en"
# <details><summary>I have two standard errors and do not know how to join them</summary>
#
# You need only one. Make one list of differences, document by document, and forget the two lists: a document that is
# hard for one method is hard for the other too, and that cancels.
#
# </details>

# %% [markdown] name="gap-help" lang="es"
# <details><summary>Tengo dos errores estándar y no sé cómo juntarlos</summary>
#
# Solo necesitas uno. Haz una única lista de diferencias, documento a documento, y olvida las otras dos: un documento
# difícil para un método lo es también para el otro, y eso se cancela.
#
# </details>

# %% [markdown] name="same-guess" lang="en"
# ### Predict before you run
#
# A gentle rule that goes both ways, from 0.78 to 1.28, is compared with the constant of the same mean entropy, on 100
# documents of the verb language. What happens to the *leak*, the probability of words that are impossible there?
#
# - **a** · it is halved, at least: the rule is cold just where an error would be grave
# - **b** · it falls by about a tenth
# - **c** · it grows

# %% [markdown] name="same-guess" lang="es"
# ### Predice antes de ejecutar
#
# Una regla suave que va en los dos sentidos, de 0.78 a 1.28, se compara con la constante de la misma entropía media, en 100
# documentos del idioma de los verbos. ¿Qué le pasa a la *fuga*, la probabilidad de las palabras que ahí son imposibles?
#
# - **a** · se reduce al menos a la mitad: la regla es fría justo donde un error sería grave
# - **b** · baja cerca de una décima parte
# - **c** · crece

# %% name="guess-gentle-rule" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown] name="same-look" lang="en"
# Four rules, each beside its constant. The last one is the formula that only raises. A gap below 0 speaks for the rule.
# The `±` is yours; the last column is what it would be if the pairing were ignored.
#
# Here every document counts the same, long or short; in the note every row does, so its numbers differ a little, and it
# is over the rows that the two entropies are equal.

# %% [markdown] name="same-look" lang="es"
# Cuatro reglas, cada una junto a su constante. La última es la fórmula que solo sube. Una diferencia menor que 0 habla a
# favor de la regla. El `±` es el tuyo; la última columna es lo que sería si se pasara por alto que están emparejados.
#
# Aquí todos los documentos cuentan igual, largos o cortos; en la nota cuentan igual todas las filas, así que sus cifras
# difieren un poco, y es sobre las filas como las dos entropías son iguales.

# %% name="same-measure"
# en: # The model's logits at every word of 100 documents, and beside them the true probabilities.
# es: # Los logits del modelo en cada palabra de 100 documentos y, al lado, las probabilidades verdaderas.
seen = verbs.probe(model, documents=100)


def leak_by_document(temperature):
    leaks = softmax(seen.logits, temperature).masked_fill(seen.truth > 0, 0.0).sum(-1)
    return torch.stack([part.mean() for part in leaks.split(seen.lengths.tolist())])


share = entropy(seen.logits) / math.log(seen.logits.shape[-1])
rules = {
    "0.78 → 1.28": adaptive_temperature(seen.logits, 0.78, 1.28),
    "0.5 → 1.5": adaptive_temperature(seen.logits, 0.5, 1.5),
    "1.5 → 0.5": adaptive_temperature(seen.logits, 1.5, 0.5),
    "1 + 0.5 H / log n": 1 + 0.5 * share,
}
rows = []
for name, temperature in rules.items():
    # en: # The constant temperature with the mean entropy of the rule.
    # es: # La temperatura constante con la entropía media de la regla.
    constant = schedules.equivalent_constant(seen.logits, temperature)
    rule, beside = leak_by_document(temperature), leak_by_document(constant)
    gap, error = paired_gap(rule, beside)
    apart = ((rule.var() + beside.var()) / len(rule)) ** 0.5
    rows.append([name, constant, *map(float, (rule.mean(), beside.mean(), gap, error, apart))])
check.prediction("gentle-rule", prediction)
# en: print(f"constant 0.98: leak {float(leak_by_document(0.98).mean()):.5f}")
# es: print(f"constante 0.98: fuga {float(leak_by_document(0.98).mean()):.5f}")
# en: columns = ["rule", "constant", "leak", "constant's leak", "gap", "±", "± unpaired"]
# es: columns = ["regla", "constante", "fuga", "la de la constante", "diferencia", "±", "± sin emparejar"]
pandas.DataFrame(rows, columns=columns).round(5)

# %% [markdown] name="same-answer" lang="en"
# So there is something in it, and it is small: a constant 0.02 colder has the same leak as the gentle rule. The formula
# that only raises gains a tenth too, once it stands beside *its* constant, 1.21: what matters is that a rule is gentle,
# not that it goes both ways. The steep rule gains nothing and the one turned round loses much. And by the model's own likelihood no rule can win: the
# [note](../../theory/en/07-schedules-and-mixtures.md#constant) proves it in four lines.

# %% [markdown] name="same-answer" lang="es"
# Así que algo hay, y es poco: una constante 0.02 más fría tiene la misma fuga que la regla suave. La fórmula que solo sube
# gana también una décima parte, puesta junto a *su* constante, 1.21: importa que la regla sea suave, no que vaya en los dos
# sentidos. La regla brusca no gana nada, y la que va al revés pierde mucho. Y según la verosimilitud del propio modelo no puede ganar ninguna: la
# [nota](../../theory/es/07-schedules-and-mixtures.md#constant) lo demuestra en cuatro líneas.

# %% [markdown] name="annealed-task" lang="en"
# ## Exercise 4 · Annealing, as a logits processor (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: annealing, as a logits processor](../../theory/en/07-schedules-and-mixtures.md#processor)*
#
# Begin hot and cool down while the text is written. Libraries let you change the scores at every step: a *logits
# processor* is given all tokens so far, `input_ids` `[B, n]`, and the scores `[B, V]` of the next one, and returns
# scores. Write `annealed_scores(input_ids, scores, prompt_length, start, end, steps)`: the scores divided by the
# temperature of this step, which is `start` for the first new token (step 0), `end` from step `steps` on, and between them
# on a straight line. The first `prompt_length` columns are the prompt.

# %% [markdown] name="annealed-task" lang="es"
# ## Ejercicio 4 · Enfriar, como procesador de logits (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: enfriar sobre la marcha, con un procesador de logits](../../theory/es/07-schedules-and-mixtures.md#processor)*
#
# Empezar en caliente y enfriar mientras se escribe el texto. Las bibliotecas dejan cambiar las puntuaciones en cada paso:
# un *procesador de logits* recibe todos los tokens escritos, `input_ids` `[B, n]`, y las puntuaciones `[B, V]` del
# siguiente, y devuelve puntuaciones. Escribe `annealed_scores(input_ids, scores, prompt_length, start, end, steps)`: las
# puntuaciones divididas entre la temperatura de este paso, que es `start` en el primer token nuevo (paso 0), `end` desde
# el paso `steps` en adelante y, entre ambos, va en línea recta. Las primeras `prompt_length` columnas son el texto de partida.


# %% name="annealed_scores" exercise=true
def annealed_scores(input_ids, scores, prompt_length, start, end, steps):
    # en: """Scores divided by a T that falls from start to end; [B, n] and [B, V] in, [B, V] out."""
    # es: """Puntuaciones entre una T que baja de start a end; entran [B, n] y [B, V], sale [B, V]."""
    ### BEGIN SOLUTION
    # en: # 1. Which step is this, the first new token being 0?
    # es: # 1. ¿Qué paso es este, si el primer token nuevo es el 0?
    step = input_ids.shape[1] - prompt_length
    # en: # 2. How much of the way is done? Not more than all of it.
    # es: # 2. ¿Qué parte del camino está hecha? No más que todo.
    share = min(step / steps, 1.0)
    # en: # 3. Divide; the scores that came in belong to somebody else.
    # es: # 3. Divide; las puntuaciones recibidas son de otro.
    return scores / (start + (end - start) * share)
    ### END SOLUTION


# %% name="check-annealed_scores" check="annealed_scores" points=2
check("annealed_scores", annealed_scores)
### BEGIN HIDDEN TESTS
check.hidden("annealed_scores", annealed_scores)
### END HIDDEN TESTS

# %% [markdown] name="annealed-help" lang="en"
# <details><summary>How do I know the step?</summary>
#
# From how many tokens there are: `input_ids.shape[1]` columns, of which the first `prompt_length` are the prompt. When
# the first new token is drawn there are exactly `prompt_length`: step 0.
#
# </details>
# <details><summary>My temperature becomes negative</summary>
#
# The line goes on after its end. `min(step / steps, 1.0)` stops it there.
#
# </details>

# %% [markdown] name="annealed-help" lang="es"
# <details><summary>¿Cómo sé en qué paso estoy?</summary>
#
# Por cuántos tokens hay: `input_ids.shape[1]` columnas, de las que las primeras `prompt_length` son el texto de partida.
# Cuando se extrae el primer token nuevo hay exactamente `prompt_length`: el paso 0.
#
# </details>
# <details><summary>Mi temperatura se vuelve negativa</summary>
#
# La recta sigue después de su final. `min(step / steps, 1.0)` la detiene ahí.
#
# </details>

# %% [markdown] name="annealed-look" lang="en"
# Three texts, hot at the beginning and cold at the end. Your function runs inside one generation, at every step. The
# columns: prompt, continuation, how many tokens it has, and whether the text ended by itself.

# %% [markdown] name="annealed-look" lang="es"
# Tres textos, calientes al principio y fríos al final. Tu función actúa dentro de una sola generación, en cada paso. Las
# columnas: texto de partida (*prompt*), continuación, cuántos tokens tiene (*tokens*) y si el texto acabó por sí solo
# (*ended*).


# %% name="annealed-texts"
def anneal(scores, previous_tokens):
    # en: # The prompt is 2 tokens, the start of text and the language; 60 new ones are steps 0 to 59.
    # es: # El texto de partida son 2 tokens, inicio de texto e idioma; 60 nuevos son los pasos 0 a 59.
    # en: # A filter of generate() is given the scores first, and then the tokens.
    # es: # Un filtro de generate() recibe primero las puntuaciones y después los tokens.
    return annealed_scores(previous_tokens, scores, 2, 1.5, 0.5, 59)


# en: tag = "<en>"
# es: tag = "<es>"
generation.generate(model, tag, filters=anneal, samples=3, seed=3, allow_end=False)

# %% [markdown] name="positions-task" lang="en"
# ## Exercise 5 · What it costs (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: annealing and the cache](../../theory/en/07-schedules-and-mixtures.md#cache)*
#
# Another way to anneal is to call `generate()` for one token at a time, each time with another temperature. Each call reads
# the whole text so far: all its positions are computed again. Inside one call a *cache* keeps what was computed, so that
# the prompt is read once and after that each step reads the one token that was drawn last. Write
# `positions_computed(prompt, new)`: how many positions the model computes in total, for a prompt of `prompt` tokens and
# `new` new ones, as a dictionary with the keys `"with_cache"` and `"one_call_a_token"`.

# %% [markdown] name="positions-task" lang="es"
# ## Ejercicio 5 · Lo que cuesta (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: enfriar con la caché](../../theory/es/07-schedules-and-mixtures.md#cache)*
#
# Otra manera de enfriar es llamar a `generate()` para un token cada vez, cada una con otra temperatura. Cada llamada lee todo
# el texto escrito hasta entonces: vuelve a calcular todas sus posiciones. Dentro de una sola llamada, una *caché* guarda lo
# calculado, de modo que el texto de partida se lee una vez y después cada paso lee el único token que se acaba de extraer.
# Escribe `positions_computed(prompt, new)`: cuántas posiciones calcula el modelo en total, con un texto de partida de `prompt`
# tokens y `new` nuevos, como diccionario con las claves `"with_cache"` (con caché) y `"one_call_a_token"` (una llamada por token).


# %% name="positions_computed" exercise=true
def positions_computed(prompt, new):
    # en: """Positions that the model computes, both ways; two whole numbers in, a dictionary out."""
    # es: """Posiciones que calcula el modelo de las dos maneras; entran dos enteros, sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. The prompt, then every new token but the last, which nobody reads.
    # es: # 1. El texto de partida y cada token nuevo salvo el último, que nadie lee.
    with_cache = prompt + new - 1
    # en: # 2. All tokens so far, once for every new one.
    # es: # 2. Todos los tokens escritos, una vez por cada nuevo.
    calls = sum(prompt + written for written in range(new))
    return {"with_cache": with_cache, "one_call_a_token": calls}
    ### END SOLUTION


# %% name="check-positions_computed" check="positions_computed" points=1
check("positions_computed", positions_computed)
### BEGIN HIDDEN TESTS
check.hidden("positions_computed", positions_computed)
### END HIDDEN TESTS

# %% [markdown] name="positions-help" lang="en"
# <details><summary>My numbers are a little too large</summary>
#
# Take `new = 1`: the model reads the prompt, a token is drawn, and that is all. Both numbers are `prompt`. The token that
# was drawn last is never read.
#
# </details>

# %% [markdown] name="positions-help" lang="es"
# <details><summary>Mis números son un poco grandes</summary>
#
# Toma `new = 1`: el modelo lee el texto de partida, se extrae un token, y eso es todo. Los dos números son `prompt`. El
# último token extraído no lo lee nadie.
#
# </details>

# %% [markdown] name="positions-look" lang="en"
# Count them inside the model: a *hook* is called at every forward pass and adds up how many positions it was given. Two
# tokens of prompt and 60 new ones.

# %% [markdown] name="positions-look" lang="es"
# Cuéntalas dentro del modelo: un *gancho* (hook) se activa en cada pasada y suma cuántas posiciones recibió. Dos tokens de
# partida y 60 nuevos.

# %% name="positions-measure"
read = []
hook = model.model.register_forward_hook(
    lambda *given: read.append(given[2]["input_ids"].numel()), with_kwargs=True
)
start = perf_counter()
generation.generate(model, "<en>", filters=anneal, max_new_tokens=60, allow_end=False)
one_call, with_cache = perf_counter() - start, sum(read)

read.clear()
start = perf_counter()
ids = torch.tensor([model.tokenizer("<en>")["input_ids"]])
for step in range(60):
    heat = schedules.linear(1.5, 0.5, 59)(step)
    made = generation.generate(model, ids, temperature=heat, max_new_tokens=1, allow_end=False)
    ids = torch.cat([ids, torch.tensor([made.ids[0]])], dim=1)
many_calls = perf_counter() - start
hook.remove()
print({"with_cache": with_cache, "one_call_a_token": sum(read)})
print(positions_computed(2, 60))
# en: print("one call a token takes longer:", many_calls > one_call)
# es: print("una llamada por token tarda más:", many_calls > one_call)

# %% [markdown] name="verdict-guess" lang="en"
# ### Predict before you run
#
# Now the texts: 64 in each language, 60 tokens each. Annealed from 1.5 to 0.5, they have the same *distinct-2* as at the
# constant $T = 1$: the share of the pairs of neighbouring words that are different pairs. And their grammar?
#
# - **a** · better: variety early on, care at the end
# - **b** · as good
# - **c** · worse

# %% [markdown] name="verdict-guess" lang="es"
# ### Predice antes de ejecutar
#
# Ahora, los textos: 64 en cada idioma, de 60 tokens. Enfriados de 1.5 a 0.5, tienen el mismo *distinct-2* que con la
# constante $T = 1$: qué proporción de las parejas de palabras vecinas son parejas distintas. ¿Y su gramática?
#
# - **a** · mejor: variedad al principio, cuidado al final
# - **b** · igual de buena
# - **c** · peor

# %% name="guess-annealing-verdict" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% name="verdict-measure"
tags, rows = ["<en>", "<es>"], []
for name, filters in {"T = 1": None, "1.5 → 0.5": anneal}.items():
    texts = generation.generate(
        model, tags, filters=filters, samples=64, seed=1, allow_end=False
    ).texts
    variety, good = verbs.distinct_n(texts), verbs.grammatical_rate(texts)
    rows.append([name, variety.value, variety.standard_error, good.value, good.standard_error])
check.prediction("annealing-verdict", prediction)
# en: columns = ["temperature", "distinct-2", "± distinct-2", "grammatical", "± grammatical"]
# es: columns = ["temperatura", "distinct-2", "± distinct-2", "gramaticales", "± gramaticales"]
pandas.DataFrame(rows, columns=columns).round(3)

# %% [markdown] name="averages-task" lang="en"
# ## Exercise 6 · Two averages (1 point)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: two averages](../../theory/en/07-schedules-and-mixtures.md#two-averages)*
#
# “An ensemble over temperatures” may average the probabilities or the logits. Write
# `two_averages(logits, temperatures, weights)`: logits `[V]`, a list of `K` temperatures and a list of `K` weights that sum to
# 1; a dictionary out:
#
# - `"mixture"`: the weighted average of the `K` distributions $\mathrm{softmax}(z/T_k)$, `[V]`;
# - `"mean_logits"`: the softmax of the weighted average of the `K` rows $z/T_k$, `[V]`;
# - `"temperature"`: the **one** temperature $T$ for which $\mathrm{softmax}(z/T)$ is `"mean_logits"`, a number.

# %% [markdown] name="averages-task" lang="es"
# ## Ejercicio 6 · Dos medias (1 punto)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: dos medias](../../theory/es/07-schedules-and-mixtures.md#two-averages)*
#
# «Un conjunto de temperaturas» puede promediar las probabilidades o los logits. Escribe
# `two_averages(logits, temperatures, weights)`: entran unos logits `[V]`, una lista de `K` temperaturas y una lista de `K` pesos
# que suman 1; sale un diccionario:
#
# - `"mixture"` (mezcla): la media ponderada de las `K` distribuciones $\mathrm{softmax}(z/T_k)$, `[V]`;
# - `"mean_logits"` (media de logits): el softmax de la media ponderada de las `K` filas $z/T_k$, `[V]`;
# - `"temperature"`: la **única** temperatura $T$ con la que $\mathrm{softmax}(z/T)$ es `"mean_logits"`, un número.


# %% name="two_averages" exercise=true
def two_averages(logits, temperatures, weights):
    # en: """Probabilities averaged, logits averaged, and the one T of the latter; a dictionary out."""
    # es: """Media de probabilidades, media de logits y la única T de esta; sale un diccionario."""
    ### BEGIN SOLUTION
    pairs = list(zip(weights, temperatures, strict=True))
    # en: # 1. Average after the softmax.
    # es: # 1. La media, después del softmax.
    mixture = sum(w * torch.softmax(logits / t, dim=-1) for w, t in pairs)
    # en: # 2. Average before it. What is z multiplied by?
    # es: # 2. La media, antes. ¿Por qué número queda multiplicado z?
    rate = sum(w / t for w, t in pairs)
    # en: # 3. The temperature is the inverse of that.
    # es: # 3. La temperatura es el inverso de ese número.
    return {
        "mixture": mixture,
        "mean_logits": torch.softmax(logits * rate, dim=-1),
        "temperature": 1 / rate,
    }
    ### END SOLUTION


# %% name="check-two_averages" check="two_averages" points=1
check("two_averages", two_averages)
### BEGIN HIDDEN TESTS
check.hidden("two_averages", two_averages)
### END HIDDEN TESTS

# %% [markdown] name="averages-help" lang="en"
# <details><summary>How can an average of logits be one temperature?</summary>
#
# $w_1 z / T_1 + w_2 z / T_2 = z \cdot (w_1 / T_1 + w_2 / T_2)$. The bracket is a single number, and dividing by $T$ is
# multiplying by $1/T$.
#
# </details>

# %% [markdown] name="averages-help" lang="es"
# <details><summary>¿Cómo puede ser una sola temperatura una media de logits?</summary>
#
# $w_1 z / T_1 + w_2 z / T_2 = z \cdot (w_1 / T_1 + w_2 / T_2)$. El paréntesis es un solo número, y dividir entre $T$ es
# multiplicar por $1/T$.
#
# </details>

# %% [markdown] name="tail-guess" lang="en"
# ### Predict before you run
#
# Mix $T = 0.5$ and $T = 2$, half and half. A token lies 12 nats below the likeliest. Which probability does the mixture give
# it, roughly?
#
# - **a** · that of the mean temperature, 1.25
# - **b** · that of the averaged logits, $T = 0.8$
# - **c** · half of what $T = 2$ gives it

# %% [markdown] name="tail-guess" lang="es"
# ### Predice antes de ejecutar
#
# Mezcla $T = 0.5$ y $T = 2$, a partes iguales. Un token está 12 nats por debajo del más probable. ¿Qué probabilidad le da la
# mezcla, más o menos?
#
# - **a** · la de la temperatura media, 1.25
# - **b** · la de la media de los logits, $T = 0.8$
# - **c** · la mitad de lo que le da $T = 2$

# %% name="guess-mixture-tail" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% name="tail-measure"
ladder = -torch.arange(13).double()
found = two_averages(ladder, [0.5, 2.0], [0.5, 0.5])
cases = {
    "T = 1.25": softmax(ladder, 1.25),
    "T = 0.8": softmax(ladder, 0.8),
    "½ (T = 2)": softmax(ladder, 2.0) / 2,
    "mean_logits": found["mean_logits"],
    "mixture": found["mixture"],
}
for name, q in cases.items():
    print(f"{name:12} {float(q[-1]):.7f}")
check.prediction("mixture-tail", prediction)

# %% [markdown] name="tail-look" lang="en"
# In this picture a softmax at any temperature is a straight line. Is there one that lies on the mixture?

# %% [markdown] name="tail-look" lang="es"
# En esta figura, un softmax a cualquier temperatura es una recta. ¿Hay alguna que coincida con la mezcla?

# %% name="tail-picture"
plots.mixed_temperatures(ladder, [0.5, 2.0])

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - One forward pass serves every temperature, as long as nobody divides in place.
# - A rule of the entropy can go both ways. At equal entropy a gentle one saves a tenth of the leak; a steep one nothing.
# - Annealing needs a processor, and keeps the cache. At equal variety it breaks more sentences than a constant.
# - Averaged logits are one temperature, the harmonic mean. Averaged probabilities are none, and have the tail of the hottest.
# - What a schedule buys is known when it stands beside the constant it replaces, with a standard error.
#
# The [solved lab](../../solutions/en/07-schedules-and-mixtures.ipynb) is there for self-study. Next: lab 08, distillation,
# `python3 start.py lab 08 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Una sola pasada sirve para todas las temperaturas, mientras nadie divida en el sitio.
# - Una regla de la entropía puede ir en los dos sentidos. A igual entropía, una suave ahorra una décima parte de la fuga; una brusca, nada.
# - Para enfriar basta un procesador, que conserva la caché. A igual variedad, rompe más frases que una constante.
# - La media de logits es una temperatura, la media armónica. La media de probabilidades no es ninguna, y tiene la cola de la más caliente.
# - Lo que gana un plan se sabe cuando está junto a la constante a la que sustituye, con un error estándar.
#
# El [laboratorio resuelto](../../solutions/es/07-schedules-and-mixtures.ipynb) está ahí para que estudies por tu cuenta.
# Siguiente: laboratorio 08, destilación, `python3 start.py lab 08 --lang es`.
