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
# # Lab 03 · Truncation: top-k, top-p, min-p
#
# Tens of thousands of words, each of them nearly impossible: together they can be a third of everything that a
# model says. Truncation removes them before the draw. In this lab you build the three filters that everybody uses, find
# out that the order in which a filter and a temperature are applied changes what can be said, mend a table that
# counts its words wrongly, and discover that a well-known penalty depends on a number that means nothing.
#
# **10 points, about 60 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/03-truncation.md)
# opens beside this lab; it has the proofs of everything that you measure here.
#
# A *filter* takes logits, a tensor of shape `[V]`, and returns logits of the same shape: where it removes a
# word it puts `-inf`, and it leaves the others as they were.

# %% [markdown] name="title" lang="es"
# # Laboratorio 03 · Recortes: top-k, top-p, min-p
#
# Decenas de miles de palabras, cada una casi imposible: juntas pueden ser un tercio de todo lo que dice un modelo. Un
# recorte las elimina antes de extraer. En este laboratorio programas los tres filtros que usa todo el mundo,
# descubres que el orden en que se aplican un filtro y una temperatura cambia lo que se puede llegar a decir,
# corriges una tabla que cuenta mal sus palabras y encuentras una penalización muy conocida que depende de un
# número que no significa nada.
#
# **10 puntos, unos 60 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/03-truncation.md)
# se abre al lado; contiene las demostraciones de todo lo que mides aquí.
#
# Un *filtro* recibe logits, un tensor de forma `[V]`, y devuelve logits de la misma forma: donde elimina una
# palabra pone `-inf`, y las demás las deja como estaban.

# %% name="setup"
import torch

from tempkit import filters, lab, plots, softmax

# en: check = lab.start("03", language="en")
# es: check = lab.start("03", language="es")

# %% [markdown] name="tail-task" lang="en"
# ## Exercise 1 · The long tail, measured (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: the long tail](../../theory/en/03-truncation.md#long-tail)*
#
# A vocabulary of 50257 words follows Zipf's law: the word at position $i$, counted from 0, has a probability
# proportional to $1/(i+1)$ (the note takes another vocabulary, with normal logits). How often does a draw miss the
# thousand likeliest words? Of $n$ draws let a share $s$ lie in the tail. Each draw is in it or not, so $s$ has the
# standard error of a proportion:
#
# $$
# \sqrt{\frac{s (1 - s)}{n}}
# $$
#
# Write `tail_share(draws, k)`: `draws` is a tensor `[n]` of positions; return two numbers, the share of draws
# that are **not** among the first `k` words, and its standard error.

# %% [markdown] name="tail-task" lang="es"
# ## Ejercicio 1 · La cola larga, medida (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: la cola larga](../../theory/es/03-truncation.md#long-tail)*
#
# Un vocabulario de 50257 palabras sigue la ley de Zipf: la palabra de la posición $i$, contada desde 0, tiene una
# probabilidad proporcional a $1/(i+1)$ (la nota usa otro vocabulario, con logits de distribución normal). ¿Cada cuánto
# cae una extracción fuera de las mil palabras más probables? Sea $s$ la proporción de $n$ extracciones que cae en la
# cola. Cada extracción cae en ella o no, así que $s$ tiene el error estándar de una proporción:
#
# $$
# \sqrt{\frac{s (1 - s)}{n}}
# $$
#
# Escribe `tail_share(draws, k)`: `draws` es un tensor `[n]` de posiciones; devuelve dos números, la proporción de
# extracciones que **no** están entre las `k` primeras palabras y su error estándar.


# %% name="tail_share" exercise=true
def tail_share(draws, k):
    # en: """Share of draws beyond the first k words, and its standard error; two numbers out."""
    # es: """Proporción de extracciones fuera de las k primeras y su error estándar; salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. The share: positions count from 0.
    # es: # 1. La proporción: las posiciones se cuentan desde 0.
    share = (draws >= k).double().mean().item()
    # en: # 2. Its standard error.
    # es: # 2. Su error estándar.
    return share, (share * (1 - share) / len(draws)) ** 0.5
    ### END SOLUTION


# %% name="check-tail_share" check="tail_share" points=1
check("tail_share", tail_share)
### BEGIN HIDDEN TESTS
check.hidden("tail_share", tail_share)
### END HIDDEN TESTS

# %% [markdown] name="tail-help" lang="en"
# <details><summary>(draws >= k).mean() stops with an error</summary>
#
# A comparison gives True and False, of which PyTorch takes no mean. Make numbers of them first:
# `(draws >= k).double().mean()`.
#
# </details>
# <details><summary>Where does the standard error come from?</summary>
#
# A draw that is in the tail or not has the variance $s (1 - s)$. The mean of $n$ draws has an $n$-th of that, and the
# standard error is the root: `(share * (1 - share) / len(draws)) ** 0.5`.
#
# </details>

# %% [markdown] name="tail-help" lang="es"
# <details><summary>(draws >= k).mean() se detiene con un error</summary>
#
# Una comparación da True y False, y PyTorch no saca su media. Conviértelos antes en números:
# `(draws >= k).double().mean()`.
#
# </details>
# <details><summary>¿De dónde sale el error estándar?</summary>
#
# Una extracción que cae en la cola o no tiene la varianza $s (1 - s)$. La media de $n$ extracciones tiene la $n$-ésima
# parte, y el error estándar es la raíz: `(share * (1 - share) / len(draws)) ** 0.5`.
#
# </details>

# %% [markdown] name="tail-measure" lang="en"
# Now a thousand draws. The likeliest word of the tail has a probability of less than one in ten thousand: in a
# thousand draws one would hardly expect to see it. How large is the tail?

# %% [markdown] name="tail-measure" lang="es"
# Ahora, mil extracciones. La palabra más probable de la cola tiene una probabilidad de menos de una entre diez mil:
# en mil extracciones casi no se esperaría verla. ¿Qué tamaño tiene la cola?

# %% name="tail-draws"
zipf = -torch.log(torch.arange(1, 50258, dtype=torch.float64))
p = softmax(zipf).cpu()
seed = torch.Generator("cpu").manual_seed(3)
drawn = torch.multinomial(p, 1000, replacement=True, generator=seed)
share, error = tail_share(drawn, 1000)
exact = float(p[1000:].sum())
# en: print(f"likeliest word of the tail {float(p[1000]):.6f}")
# en: print(f"share of the tail in draws {float(share):.3f}, its error {float(error):.3f}; exact {exact:.3f}")
# en: print(f"twenty words, none of them from the tail: {(1 - exact) ** 20:.5f}")
# es: print(f"palabra más probable de la cola {float(p[1000]):.6f}")
# es: print(f"parte de la cola en las extracciones {float(share):.3f}, su error {float(error):.3f}; exacta {exact:.3f}")
# es: print(f"veinte palabras, ninguna de la cola: {(1 - exact) ** 20:.5f}")

# %% [markdown] name="tail-moral" lang="en"
# Suppose that the model knows little about its tail, which is the reason for all truncation. Then a text of twenty
# words almost surely holds a bad one. So one cuts the tail off, and there are several ways to say where.

# %% [markdown] name="tail-moral" lang="es"
# Supón que el modelo sabe poco de su cola, que es el motivo de cualquier recorte. Entonces un texto de veinte palabras
# contiene casi con seguridad alguna mala. Por eso se corta la cola, y hay varias maneras de decir por dónde.

# %% [markdown] name="topk-task" lang="en"
# ## Exercise 2 · Top-k, with its edges (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the edges](../../theory/en/03-truncation.md#edge-cases)*
#
# Write `keep_top_k(logits, k)`: the filter that keeps the `k` largest logits and puts `-inf` in all other places.
#
# - Exactly `k` places stay, also when several logits are equal: of equal logits the **first** wins.
# - With `k` larger than the vocabulary everything stays.
# - A logit of `-inf` is an impossible word and stays one.

# %% [markdown] name="topk-task" lang="es"
# ## Ejercicio 2 · Top-k, con sus casos límite (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: los casos límite](../../theory/es/03-truncation.md#edge-cases)*
#
# Escribe `keep_top_k(logits, k)`: el filtro que conserva los `k` logits mayores y pone `-inf` en todas las demás
# posiciones.
#
# - Se quedan exactamente `k` posiciones, también si hay logits iguales: entre iguales gana el **primero**.
# - Si `k` es mayor que el vocabulario, se queda todo.
# - Un logit de `-inf` es una palabra imposible y lo sigue siendo.


# %% name="keep_top_k" exercise=true
def keep_top_k(logits, k):
    # en: """The k largest logits, -inf elsewhere; [V] in, [V] out."""
    # es: """Los k logits mayores, -inf en el resto; entra [V], sale [V]."""
    ### BEGIN SOLUTION
    # en: # 1. Positions from the largest logit down, equal ones in their order.
    # es: # 1. Posiciones desde el logit mayor hacia abajo; los iguales, en su orden.
    order = torch.sort(logits, descending=True, stable=True).indices[:k]
    # en: # 2. Everything impossible, then the kept ones put back.
    # es: # 2. Todo imposible; después, los que se quedan vuelven a su sitio.
    filtered = torch.full_like(logits, float("-inf"))
    filtered[order] = logits[order]
    return filtered
    ### END SOLUTION


# %% name="check-keep_top_k" check="keep_top_k" points=2
check("keep_top_k", keep_top_k)
### BEGIN HIDDEN TESTS
check.hidden("keep_top_k", keep_top_k)
### END HIDDEN TESTS

# %% [markdown] name="topk-help" lang="en"
# <details><summary>How do I put -inf everywhere else?</summary>
#
# Start from `torch.full_like(logits, float("-inf"))` and copy the logits that stay to their own positions:
# `filtered[order] = logits[order]`, where `order` holds the positions.
#
# </details>
# <details><summary>Ties: too many stay, or the wrong ones</summary>
#
# A comparison with the k-th largest logit keeps all that tie with it, and `torch.topk` does not promise which of
# several equals it takes. `torch.sort(logits, descending=True, stable=True)` does: the first stays first.
#
# </details>

# %% [markdown] name="topk-help" lang="es"
# <details><summary>¿Cómo pongo -inf en todo lo demás?</summary>
#
# Empieza con `torch.full_like(logits, float("-inf"))` y copia los logits que se quedan a su propia posición:
# `filtered[order] = logits[order]`, donde `order` contiene las posiciones.
#
# </details>
# <details><summary>Empates: se quedan demasiados, o los que no son</summary>
#
# Una comparación con el k-ésimo logit conserva todos los que empatan con él, y `torch.topk` no promete cuál de
# varios iguales toma. `torch.sort(logits, descending=True, stable=True)` sí: el primero sigue primero.
#
# </details>

# %% [markdown] name="topp-task" lang="en"
# ## Exercise 3 · Top-p, the nucleus (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: four filters](../../theory/en/03-truncation.md#four-filters)*
#
# Go down from the likeliest word and add up probabilities until the sum reaches `p`. The words that you needed are
# the *nucleus*. Write `keep_top_p(logits, p)` for $0 \le p \le 1$, the filter that keeps it:
#
# - the word with which the sum reaches `p` **stays** (without it the rest falls short);
# - with `p = 0` the likeliest word stays, and with `p = 1` every word, however improbable;
# - the logits that stay keep their places and their values; of equal logits the first wins.

# %% [markdown] name="topp-task" lang="es"
# ## Ejercicio 3 · Top-p, el núcleo (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: cuatro filtros](../../theory/es/03-truncation.md#four-filters)*
#
# Baja desde la palabra más probable y suma probabilidades hasta que la suma alcance `p`. Las palabras que hicieron
# falta son el *núcleo*. Escribe `keep_top_p(logits, p)`, con $0 \le p \le 1$, el filtro que lo conserva:
#
# - la palabra con la que la suma alcanza `p` **se queda** (sin ella, el resto no llega);
# - con `p = 0` se queda la palabra más probable, y con `p = 1`, todas, por improbables que sean;
# - los logits que se quedan conservan su posición y su valor; entre iguales gana el primero.


# %% name="keep_top_p" exercise=true
def keep_top_p(logits, p):
    # en: """The fewest likeliest words whose probabilities reach p, -inf elsewhere; [V] out."""
    # es: """El menor número de palabras más probables que alcanza p, -inf en el resto; sale [V]."""
    ### BEGIN SOLUTION
    # en: # 1. p = 1 is a case of its own: a sum that rounds to 1 too early would lose words.
    # es: # 1. p = 1 es un caso aparte: una suma que se redondea a 1 antes de tiempo perdería palabras.
    if p == 1:
        return logits.clone()
    # en: # 2. Probabilities from the likeliest word down, and what stands before each of them.
    # es: # 2. Probabilidades desde la palabra más probable, y lo que hay antes de cada una.
    order = torch.sort(logits, descending=True, stable=True).indices
    q = torch.softmax(logits.double(), dim=-1)[order]
    before = torch.cumsum(q, dim=-1) - q
    # en: # 3. A word is needed while those before it fall short; the first always is.
    # es: # 3. Una palabra hace falta mientras las anteriores no lleguen; la primera, siempre.
    needed = before < p
    needed[0] = True
    # en: # 4. Put them back in their places.
    # es: # 4. Devuélvelas a su sitio.
    filtered = torch.full_like(logits, float("-inf"))
    filtered[order[needed]] = logits[order[needed]]
    return filtered
    ### END SOLUTION


# %% name="check-keep_top_p" check="keep_top_p" points=2
check("keep_top_p", keep_top_p)
### BEGIN HIDDEN TESTS
check.hidden("keep_top_p", keep_top_p)
### END HIDDEN TESTS

# %% [markdown] name="topp-help" lang="en"
# <details><summary>I lose the word that crosses p</summary>
#
# Ask about the words *before* it. With the sorted probabilities `q`, `torch.cumsum(q, dim=-1) - q` is what stands
# before each word, and a word is needed while that is less than `p`.
#
# </details>
# <details><summary>My result is in the wrong order</summary>
#
# Sorting returns positions too (`.indices`). Use them to put what you keep back:
# `filtered[order[needed]] = logits[order[needed]]`.
#
# </details>
# <details><summary>p = 1 loses a word, or p = 0 keeps none</summary>
#
# In floating point a sum reaches 1 before the last improbable words: return a copy of the logits at once. At the other
# end nothing is less than 0: let the first word stay in any case.
#
# </details>

# %% [markdown] name="topp-help" lang="es"
# <details><summary>Pierdo la palabra que cruza p</summary>
#
# Pregunta por las palabras *anteriores*. Con las probabilidades ordenadas `q`, `torch.cumsum(q, dim=-1) - q` es lo que
# hay antes de cada palabra, y una palabra hace falta mientras eso sea menor que `p`.
#
# </details>
# <details><summary>Mi resultado sale desordenado</summary>
#
# Al ordenar también obtienes posiciones (`.indices`). Úsalas para devolver a su sitio lo que conservas:
# `filtered[order[needed]] = logits[order[needed]]`.
#
# </details>
# <details><summary>Con p = 1 se pierde una palabra, o con p = 0 no queda ninguna</summary>
#
# En coma flotante la suma llega a 1 antes de las últimas palabras improbables: devuelve directamente una copia de los
# logits. En el otro extremo nada es menor que 0: deja que la primera palabra se quede en cualquier caso.
#
# </details>

# %% [markdown] name="minp-task" lang="en"
# ## Exercise 4 · Min-p (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: four filters](../../theory/en/03-truncation.md#four-filters)*
#
# Min-p keeps the words that are at least `p` times as likely as the likeliest one: $q_i \ge p \max_j q_j$. The sum
# of the softmax cancels, so it can be decided on logits alone. Write `keep_min_p(logits, p)` for $0 \le p \le 1$;
# with `p = 0` every word stays.

# %% [markdown] name="minp-task" lang="es"
# ## Ejercicio 4 · Min-p (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: cuatro filtros](../../theory/es/03-truncation.md#four-filters)*
#
# Min-p conserva las palabras que son al menos `p` veces tan probables como la más probable:
# $q_i \ge p \max_j q_j$. La suma del softmax se cancela, así que se puede decidir solo con los logits. Escribe
# `keep_min_p(logits, p)`, con $0 \le p \le 1$; con `p = 0` se quedan todas las palabras.


# %% name="keep_min_p" exercise=true
def keep_min_p(logits, p):
    # en: """The words at least p times as likely as the likeliest, -inf elsewhere; [V] out."""
    # es: """Las palabras al menos p veces tan probables como la más probable, -inf en el resto."""
    ### BEGIN SOLUTION
    # en: # A factor between probabilities is a distance between logits: its logarithm.
    # es: # Un factor entre probabilidades es una distancia entre logits: su logaritmo.
    lowest = logits.max() + torch.log(torch.as_tensor(p, dtype=logits.dtype))
    return torch.where(logits >= lowest, logits, float("-inf"))
    ### END SOLUTION


# %% name="check-keep_min_p" check="keep_min_p" points=1
check("keep_min_p", keep_min_p)
### BEGIN HIDDEN TESTS
check.hidden("keep_min_p", keep_min_p)
### END HIDDEN TESTS

# %% [markdown] name="minp-help" lang="en"
# <details><summary>I would rather compare probabilities</summary>
#
# Do: `q = torch.softmax(logits, dim=-1)`, then `q >= p * q.max()`, and return the *logits* of those that pass.
#
# </details>
# <details><summary>`math.log(0)` is an error</summary>
#
# `torch.log(torch.as_tensor(0.0))` is `-inf`, and everything is at least that.
#
# </details>

# %% [markdown] name="minp-help" lang="es"
# <details><summary>Prefiero comparar probabilidades</summary>
#
# Adelante: `q = torch.softmax(logits, dim=-1)`, luego `q >= p * q.max()`, y devuelve los *logits* de las que pasan.
#
# </details>
# <details><summary>`math.log(0)` da un error</summary>
#
# `torch.log(torch.as_tensor(0.0))` es `-inf`, y cualquier logit es mayor o igual.
#
# </details>

# %% [markdown] name="filters-look" lang="en"
# Your three filters on the five words of lab 00, and a fourth that comes with the library, *typical*. It keeps the words whose
# surprise, $-\log q_i$, is nearest to the mean surprise, which is the
# [entropy](../../theory/en/00-inside-or-outside.md#entropy): neither the too predictable nor the too odd. A bar is the
# probability with which the truncated sampler draws a word, a black mark what the model gave it.

# %% [markdown] name="filters-look" lang="es"
# Tus tres filtros con las cinco palabras del laboratorio 00, y un cuarto filtro que ya trae la biblioteca, *typical*. Conserva
# las palabras cuya sorpresa, $-\log q_i$, está más cerca de la sorpresa media, que es la
# [entropía](../../theory/es/00-inside-or-outside.md#entropy): ni las demasiado previsibles ni las demasiado raras. Una
# barra es la probabilidad con la que el muestreador recortado extrae una palabra; una marca negra, lo que le dio el
# modelo.

# %% name="filters-picture"
# en: words = ["mat", "sofa", "floor", "roof", "moon"]
# es: words = ["alfombra", "silla", "mesa", "cama", "luna"]
logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
keepers = {
    "top-k 3": lambda z: keep_top_k(z, 3),
    "top-p 0.9": lambda z: keep_top_p(z, 0.9),
    "min-p 0.25": lambda z: keep_min_p(z, 0.25),
    "typical 0.6": lambda z: filters.typical(z, 0.6),
}
plots.truncated(logits, keepers, labels=words)

# %% [markdown] name="order-guess" lang="en"
# ### Predict before you run
#
# Logits 2, 1, 0.5, 0.2 and 0.1, $T = 2$, top-p with $p = 0.6$. At $T = 1$ the first two words hold 0.718 of the
# probability. If the temperature comes **before** the filter instead of after it, how many words does the filter keep?
#
# - **a** · the same
# - **b** · more
# - **c** · fewer

# %% [markdown] name="order-guess" lang="es"
# ### Predice antes de ejecutar
#
# Logits 2, 1, 0.5, 0.2 y 0.1, $T = 2$, top-p con $p = 0.6$. Con $T = 1$ las dos primeras palabras reúnen 0.718 de la
# probabilidad. Si la temperatura va **antes** del filtro y no después, ¿cuántas palabras conserva el filtro?
#
# - **a** · las mismas
# - **b** · más
# - **c** · menos

# %% name="guess-hotter-nucleus" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="order-answer"
for temperature in [1.0, 2.0]:
    row = softmax(logits, temperature)
    print(temperature, [round(float(s), 3) for s in row.cumsum(-1)])
check.prediction("hotter-nucleus", prediction)

# %% [markdown] name="heat-look" lang="en"
# The figure shows, in the large vocabulary, how many words each filter keeps after a temperature. One of them does not
# move; at $T = 1.5$ two of them already let most of the vocabulary through, and by $T = 3$ a third.

# %% [markdown] name="heat-look" lang="es"
# La figura muestra, en el vocabulario grande, cuántas palabras conserva cada filtro después de aplicar la temperatura.
# Uno no se mueve; dos dejan pasar ya con $T = 1.5$ la mayor parte del vocabulario y, con $T = 3$, también un tercero.

# %% name="heat-picture"
plots.kept_sizes(
    zipf,
    {
        "top-k 50": lambda z: keep_top_k(z, 50),
        "top-p 0.9": lambda z: keep_top_p(z, 0.9),
        "min-p 0.03": lambda z: keep_min_p(z, 0.03),
        "typical 0.9": lambda z: filters.typical(z, 0.9),
    },
)

# %% [markdown] name="order-task" lang="en"
# ## Exercise 5 · Which comes first? (1 point)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: the order](../../theory/en/03-truncation.md#order)*
#
# Write `both_orders(logits, temperature, keep)`, where `keep` is a filter: a function from logits to logits. Return a
# dictionary of two tensors of **probabilities** `[V]`, each summing to 1:
#
# - `"temperature_first"`: divide by $T$, filter, softmax;
# - `"temperature_last"`: filter, divide by $T$, softmax.

# %% [markdown] name="order-task" lang="es"
# ## Ejercicio 5 · ¿Qué va primero? (1 punto)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: el orden](../../theory/es/03-truncation.md#order)*
#
# Escribe `both_orders(logits, temperature, keep)`, donde `keep` es un filtro: una función de logits a logits. Devuelve
# un diccionario con dos tensores de **probabilidades** `[V]`, cada uno de suma 1:
#
# - `"temperature_first"`: divide entre $T$, filtra, softmax;
# - `"temperature_last"`: filtra, divide entre $T$, softmax.


# %% name="both_orders" exercise=true
def both_orders(logits, temperature, keep):
    # en: """Probabilities with the temperature before the filter and after it; a dictionary out."""
    # es: """Probabilidades con la temperatura antes del filtro y después; sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # The filter sees z / T in one order and z in the other.
    # es: # El filtro ve z / T en un orden y z en el otro.
    return {
        "temperature_first": torch.softmax(keep(logits / temperature), dim=-1),
        "temperature_last": torch.softmax(keep(logits) / temperature, dim=-1),
    }
    ### END SOLUTION


# %% name="check-both_orders" check="both_orders" points=1
check("both_orders", both_orders)
### BEGIN HIDDEN TESTS
check.hidden("both_orders", both_orders)
### END HIDDEN TESTS

# %% [markdown] name="order-help" lang="en"
# <details><summary>What do I pass to keep?</summary>
#
# Logits, and it gives back logits: `keep(logits / temperature)` in one order, `keep(logits)` in the other. It is a
# function like any other; which filter it holds need not interest you.
#
# </details>
# <details><summary>My probabilities do not sum to 1</summary>
#
# The softmax comes last in both orders, after everything that happens to logits: whatever divides or removes after it
# breaks the sum.
#
# </details>

# %% [markdown] name="order-help" lang="es"
# <details><summary>¿Qué le paso a keep?</summary>
#
# Logits, y devuelve logits: `keep(logits / temperature)` en un orden y `keep(logits)` en el otro. Es una función como
# cualquier otra; no hace falta saber qué filtro lleva dentro.
#
# </details>
# <details><summary>Mis probabilidades no suman 1</summary>
#
# En los dos órdenes el softmax va al final, después de todo lo que se hace con los logits: lo que se divida o se elimine
# después de él estropea la suma.
#
# </details>

# %% [markdown] name="order-measure" lang="en"
# The experiment: the four filters, and the nucleus of your prediction, at $T = 2$ and at $T = 0.5$. For each, how many
# words it keeps with the temperature first and last, and how far apart the two samplers are (total variation: the
# largest difference in the probability of any set of words). Which filter does not care? Which one removes the likeliest
# word, and when? (The figure below shows it.)

# %% [markdown] name="order-measure" lang="es"
# El experimento: los cuatro filtros, y el núcleo de tu predicción, con $T = 2$ y con $T = 0.5$. Para cada uno, cuántas
# palabras conserva con la temperatura antes y después, y a qué distancia quedan los dos muestreadores (variación total: la
# mayor diferencia en la probabilidad de un conjunto cualquiera de palabras). ¿A qué filtro le da igual? ¿Cuál elimina la
# palabra más probable, y cuándo? (Lo muestra la figura siguiente).

# %% name="order-experiment"
predicted = {"top-p 0.6": lambda z: keep_top_p(z, 0.6)}
for temperature in [2.0, 0.5]:
    for name, keep in (keepers | predicted).items():
        made = both_orders(logits, temperature, keep)
        before, after = (torch.as_tensor(made[f"temperature_{when}"]) for when in ("first", "last"))
        kept = [int((row > 0).sum()) for row in (before, after)]
        print(temperature, name, kept, f"{float((before - after).abs().sum()) / 2:.3f}")

# %% name="order-picture"
# en: first, last, title = "T = 2, then {}", "{}, then T = 2", "The same filters, before T and after it"
# es: first, last, title = "T = 2 y después {}", "{} y después T = 2", "Los mismos filtros, antes y después de T"
plots.truncated(
    logits,
    {
        first.format("top-p 0.6"): lambda z: keep_top_p(z / 2, 0.6),
        last.format("top-p 0.6"): lambda z: torch.as_tensor(keep_top_p(z, 0.6)) / 2,
        first.format("typical 0.6"): lambda z: filters.typical(z / 2, 0.6),
        last.format("typical 0.6"): lambda z: filters.typical(z, 0.6) / 2,
    },
    temperature=2.0,
    labels=words,
    title=title,
)

# %% [markdown] name="order-moral" lang="en"
# Libraries differ: transformers applies the temperature first, llama.cpp by default last. With top-p or min-p and $T$
# above 1, “first” lets in words that “last” keeps out; below 1 it is the other way round. The same settings, two
# samplers. And at $T = 2$ *typical* removes the likeliest word itself, whose surprise is further from the mean surprise
# than that of the other four: [the note](../../theory/en/03-truncation.md#heat) says why heat brings that about.

# %% [markdown] name="order-moral" lang="es"
# Las bibliotecas no se ponen de acuerdo: transformers aplica la temperatura antes; llama.cpp, si no se le dice otra cosa,
# después. Con top-p o min-p y $T$ por encima de 1, «antes» deja entrar palabras que «después» deja fuera; por debajo de
# 1 es al revés. Los mismos ajustes, dos muestreadores. Y con $T = 2$ *typical* elimina la propia palabra más probable,
# cuya sorpresa está más lejos de la sorpresa media que la de las otras cuatro:
# [la nota](../../theory/es/03-truncation.md#heat) dice por qué el calor lleva a eso.

# %% [markdown] name="order-play" lang="en"
# The same experiment by hand: switch between “temperature first” and “filter first”, now at $T = 2$, then somewhere below 1. At which $T$ can the
# switch never make a difference? And which of the three filters in the explorer does not care about the order at all?

# %% [markdown] name="order-play" lang="es"
# El mismo experimento, a mano: cambia entre «primero la temperatura» y «primero el filtro», ahora con $T = 2$ y luego por debajo de 1. ¿Con qué $T$ no puede
# importar nunca el orden? ¿Y a cuál de los tres filtros del explorador le da siempre igual?

# %% name="order-explorer"
from tempkit import Explorer

Explorer(logits, words, temperature=2.0, top_p=0.6)

# %% [markdown] name="bug-task" lang="en"
# ## Exercise 6 · Spot the bug: how many words are nine tenths? (1 point)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: shares are not probabilities](../../theory/en/03-truncation.md#shares)*
#
# Somebody wants to know how many words a nucleus of $p = 0.9$ holds, and reads it off a table of the ten likeliest
# words with their probabilities and running sums. Run it: at $T = 1$ eight words are enough, it says, and at $T = 2$
# nine. Then why does the figure above show tens of thousands?

# %% [markdown] name="bug-task" lang="es"
# ## Ejercicio 6 · Encuentra el error: ¿cuántas palabras son nueve décimas? (1 punto)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: las proporciones no son probabilidades](../../theory/es/03-truncation.md#shares)*
#
# Alguien quiere saber cuántas palabras contiene un núcleo de $p = 0.9$ y lo lee en una tabla de las diez palabras más
# probables, con sus probabilidades y sus sumas acumuladas. Ejecuta la celda: con $T = 1$, dice, bastan ocho palabras, y
# con $T = 2$, nueve. Entonces, ¿por qué la figura de arriba muestra decenas de miles?


# %% name="bug-as-found"
def size_as_found(logits, temperature, p):
    top = torch.topk(logits, 10).values
    probabilities = torch.softmax(top / temperature, dim=-1)
    sums = torch.cumsum(probabilities, dim=-1)
    print("T =", temperature, [round(float(s), 3) for s in sums])
    return int((sums < p).sum()) + 1


for temperature in [0.5, 1.0, 2.0]:
    print(size_as_found(zipf, temperature, 0.9))

# %% [markdown] name="bug-write" lang="en"
# Write `nucleus_size(logits, temperature, p)` for $0 < p < 1$: how many words the nucleus of the **model's**
# distribution at that temperature holds, as a whole number. The words come in any order.

# %% [markdown] name="bug-write" lang="es"
# Escribe `nucleus_size(logits, temperature, p)`, con $0 < p < 1$: cuántas palabras contiene el núcleo de la distribución
# **del modelo** a esa temperatura, un número entero. Las palabras vienen en cualquier orden.


# %% name="nucleus_size" exercise=true
def nucleus_size(logits, temperature, p):
    # en: """How many words reach p, from the likeliest down; [V] in, a whole number out."""
    # es: """Cuántas palabras alcanzan p, desde la más probable; entra [V], sale un entero."""
    ### BEGIN SOLUTION
    # en: # 1. The softmax runs over the whole vocabulary.
    # es: # 1. El softmax recorre todo el vocabulario.
    q = torch.softmax(logits / temperature, dim=-1)
    # en: # 2. Then sort and sum: the words before p is reached, and the one that reaches it.
    # es: # 2. Después ordena y suma: las palabras antes de alcanzar p, y la que lo alcanza.
    sums = torch.cumsum(torch.sort(q, descending=True).values, dim=-1)
    return int((sums < p).sum()) + 1
    ### END SOLUTION


# %% name="check-nucleus_size" check="nucleus_size" points=1
check("nucleus_size", nucleus_size)
### BEGIN HIDDEN TESTS
check.hidden("nucleus_size", nucleus_size)
### END HIDDEN TESTS

# %% [markdown] name="bug-help" lang="en"
# <details><summary>I see nothing wrong</summary>
#
# Add up the probabilities of the table: ten words, and the last sum is 1. What did the softmax run over? Compare with
# `softmax(zipf).topk(10).values.sum()`.
#
# </details>
# <details><summary>It is one word too many, or one too few</summary>
#
# Count the sums that are *below* `p`, and add one for the word that reaches it. The sums run from the likeliest word
# down: `torch.sort(q, descending=True).values`.
#
# </details>

# %% [markdown] name="bug-help" lang="es"
# <details><summary>No veo nada raro</summary>
#
# Suma las probabilidades de la tabla: diez palabras, y la última suma es 1. ¿Qué recorrió el softmax? Compara con
# `softmax(zipf).topk(10).values.sum()`.
#
# </details>
# <details><summary>Me sobra una palabra, o me falta una</summary>
#
# Cuenta las sumas *menores* que `p` y añade una por la palabra que lo alcanza. Las sumas van desde la palabra más probable
# hacia abajo: `torch.sort(q, descending=True).values`.
#
# </details>

# %% name="bug-use"
for temperature in [0.5, 1.0, 2.0]:
    mass = float(softmax(zipf, temperature).topk(10).values.sum())
    # en: print(temperature, "nucleus:", int(nucleus_size(zipf, temperature, 0.9)), "words; the first ten hold", round(mass, 3))
    # es: print(temperature, "núcleo:", int(nucleus_size(zipf, temperature, 0.9)), "palabras; las diez primeras reúnen", round(mass, 3))

# %% [markdown] name="penalty-task" lang="en"
# ## Exercise 7 · The repetition penalty (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the repetition penalty](../../theory/en/03-truncation.md#repetition)*
#
# Cold models repeat themselves. A popular remedy changes the logits of all words that have already appeared, with a
# number $\rho$, usually 1.1 to 1.3: a positive logit is divided by $\rho$, a negative one multiplied by it, so that both
# fall.
#
# Write `penalise(logits, previous_tokens, penalty)`: `previous_tokens` is a tensor of positions, perhaps empty, perhaps
# with repetitions; a word is penalised **once**, however often it appeared. Leave the input as it was.

# %% [markdown] name="penalty-task" lang="es"
# ## Ejercicio 7 · La penalización por repetición (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: la penalización por repetición](../../theory/es/03-truncation.md#repetition)*
#
# En frío, los modelos se repiten. Un remedio popular cambia los logits de todas las palabras que ya han aparecido, con
# un número $\rho$, normalmente de 1.1 a 1.3: un logit positivo se divide entre $\rho$ y uno negativo se multiplica por él,
# de modo que los dos bajan.
#
# Escribe `penalise(logits, previous_tokens, penalty)`: `previous_tokens` es un tensor de posiciones, quizá vacío, quizá
# con repeticiones; una palabra se penaliza **una sola vez**, por mucho que haya aparecido. Deja la entrada como estaba.


# %% name="penalise" exercise=true
def penalise(logits, previous_tokens, penalty):
    # en: """Logits of words that have appeared: positive ones / penalty, negative ones * penalty."""
    # es: """Logits de palabras ya aparecidas: los positivos / penalty, los negativos * penalty."""
    ### BEGIN SOLUTION
    # en: # 1. A copy: the caller keeps the logits.
    # es: # 1. Una copia: los logits de quien llama no cambian.
    penalised = logits.clone()
    # en: # 2. Both cases fall; assigning to a position twice is the same as once.
    # es: # 2. Los dos casos bajan; asignar dos veces a una posición es lo mismo que una.
    z = logits[previous_tokens]
    penalised[previous_tokens] = torch.where(z > 0, z / penalty, z * penalty)
    return penalised
    ### END SOLUTION


# %% name="check-penalise" check="penalise" points=2
check("penalise", penalise)
### BEGIN HIDDEN TESTS
check.hidden("penalise", penalise)
### END HIDDEN TESTS

# %% [markdown] name="penalty-help" lang="en"
# <details><summary>A word that appears twice is penalised twice</summary>
#
# A loop over `previous_tokens` meets it twice. Compute the new values from the *original* logits, or loop over
# `previous_tokens.unique()`.
#
# </details>
# <details><summary>It fails when nothing has appeared</summary>
#
# Indexing with an empty tensor of integers is fine and changes nothing. Is something in your code taking a maximum, or the
# first element, of it?
#
# </details>

# %% [markdown] name="penalty-help" lang="es"
# <details><summary>Una palabra que aparece dos veces se penaliza dos veces</summary>
#
# Un bucle sobre `previous_tokens` la encuentra dos veces. Calcula los valores nuevos a partir de los logits
# *originales*, o recorre `previous_tokens.unique()`.
#
# </details>
# <details><summary>Falla cuando no ha aparecido nada</summary>
#
# Indexar con un tensor vacío de enteros es válido y no cambia nada. ¿Hay algo en tu código que tome su máximo o su primer
# elemento?
#
# </details>

# %% [markdown] name="shift-guess" lang="en"
# ### Predict before you run
#
# Adding a constant to all logits changes no softmax. With $\rho = 1.3$ the penalty takes “mat”, whose logit is 2, from
# 0.525 to 0.410. Now add 10 to all five logits, and then penalise and take the softmax. What does “mat” get?
#
# - **a** · about 0.41, as before
# - **b** · about 0.06
# - **c** · about 0.52, no effect

# %% [markdown] name="shift-guess" lang="es"
# ### Predice antes de ejecutar
#
# Sumar una constante a todos los logits no cambia ningún softmax. Con $\rho = 1.3$ la penalización lleva a «alfombra»,
# cuyo logit es 2, de 0.525 a 0.410. Ahora suma 10 a los cinco logits, y después penaliza y toma el softmax. ¿Qué recibe
# «alfombra»?
#
# - **a** · cerca de 0.41, como antes
# - **b** · cerca de 0.06
# - **c** · cerca de 0.52, ningún efecto

# %% name="guess-shifted-penalty" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="shift-measure"
first_word = torch.tensor([0])
for shift in [-10.0, -2.0, 0.0, 10.0]:
    shifted = torch.as_tensor(penalise(logits + shift, first_word, 1.3))
    print(shift, [round(float(row[0]), 3) for row in (softmax(logits + shift), softmax(shifted))])
check.prediction("shifted-penalty", prediction)

# %% name="shift-picture"
plots.penalty_shift(logits, labels=words)

# %% [markdown] name="loop" lang="en"
# Does it stop a loop, at least? Here is the simplest one: a model with no memory, which gives the same five logits at every
# step, and a decoder that always takes the largest. With $\rho = 1.3$ nothing changes at all, since $2 / 1.3$ still beats 1.
# A large $\rho$ lets a second word in once, and then the loop is back: the penalty asks only *whether* a word has
# appeared. A penalty that grows with every appearance (an additive *frequency* penalty, last line) does break it.

# %% [markdown] name="loop" lang="es"
# ¿Al menos detiene un bucle? Aquí está el más simple: un modelo sin memoria, que da los mismos cinco logits en cada paso, y
# una decodificación que toma siempre el mayor. Con $\rho = 1.3$ no cambia nada en absoluto, pues $2 / 1.3$ sigue ganando
# a 1. Una $\rho$ grande deja entrar una vez a una segunda palabra, y después vuelve el bucle: la penalización solo pregunta
# *si* una palabra ha aparecido. Una penalización que crece con cada aparición (aditiva, *de frecuencia*, última línea) sí
# lo rompe.


# %% name="loop-steps"
def greedy(change, steps=8):
    said = []
    for _ in range(steps):
        said.append(int(torch.as_tensor(change(torch.tensor(said, dtype=torch.int64))).argmax()))
    return [words[i] for i in said]


for penalty in [1.0, 1.3, 2.5]:
    print(penalty, greedy(lambda said, rho=penalty: penalise(logits, said, rho)))
print(greedy(lambda said: logits - 0.4 * torch.bincount(said, minlength=5)))

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - A long tail of nearly impossible words holds a third of the probability; a filter cuts it off.
# - Top-k promises a number of words, top-p a mass, min-p a ratio, each in the distribution that it is given. The word
#   that crosses $p$ stays, ties need a rule, and $p = 1$ a case of its own.
# - Heat makes a nucleus larger, so the order of filter and temperature matters, except for top-k.
# - Running sums over ten words count shares; a nucleus needs the whole vocabulary.
# - The repetition penalty depends on where zero lies, which means nothing to a softmax.
#
# The [solved lab](../../solutions/en/03-truncation.ipynb) is there for self-study. Next: lab 04, language models,
# `python3 start.py lab 04 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Una larga cola de palabras casi imposibles reúne un tercio de la probabilidad; un filtro la corta.
# - Top-k promete un número de palabras; top-p, una masa; min-p, una razón, cada uno en la distribución que recibe. La
#   palabra que cruza $p$ se queda, los empates necesitan una regla, y $p = 1$, un caso aparte.
# - El calor agranda el núcleo; por eso importa el orden entre filtro y temperatura, salvo con top-k.
# - Las sumas acumuladas de diez palabras cuentan proporciones; un núcleo necesita el vocabulario entero.
# - La penalización por repetición depende de dónde está el cero, que para un softmax no significa nada.
#
# El [laboratorio resuelto](../../solutions/es/03-truncation.ipynb) está ahí para que estudies por tu cuenta. Siguiente:
# laboratorio 04, modelos de lenguaje, `python3 start.py lab 04 --lang es`.
