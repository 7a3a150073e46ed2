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
# # Lab 10 · Audit
#
# Five pieces of code, each of a kind that runs somewhere tonight. They raise no error, they return probabilities or
# tokens, and what they write reads well. Each breaks a promise of its own documentation. You find the fault, prove it
# with an input on which code and promise part, and mend it. And one piece is accused that has done nothing.
#
# **10 points, about 60 minutes**, and 20 more to read the note. The [note of this chapter](../../theory/en/10-audit.md)
# opens beside this lab; read it after case 5, for its first section names the fault of each case and an input that proves
# it. Each case stands on a chapter of its own, which the list below links.

# %% [markdown] name="title" lang="es"
# # Laboratorio 10 · Auditoría
#
# Cinco fragmentos de código, cada uno de una clase de la que ahora mismo hay alguno en marcha en algún sitio. No lanzan
# errores, devuelven probabilidades o tokens, y lo que escriben se lee bien. Cada uno incumple una promesa de su propia documentación. Tú
# encuentras el defecto, lo pruebas con una entrada en la que el código y la promesa se separan, y lo corriges. Y hay un
# acusado que no ha hecho nada.
#
# **10 puntos, unos 60 minutos**, y otros 20 para leer la nota. La [nota de este capítulo](../../theory/es/10-audit.md)
# se abre al lado; léela después del caso 5, porque su primer apartado dice el defecto de cada caso y una entrada que lo
# prueba. Cada caso se apoya en un capítulo anterior, enlazado en la lista de abajo.

# %% name="setup"
import torch

import tempkit
from tempkit import lab, softmax
from tempkit.audit import audit

# en: check = lab.start("10", language="en")
# es: check = lab.start("10", language="es")

# %% [markdown] name="faults" lang="en"
# ## Twelve ways to be wrong
#
# Five of these are in the code below, one in each case.
#
# 1. The temperature multiplies the logits, so the knob turns backwards ([note 00](../../theory/en/00-inside-or-outside.md#outside-forms)).
# 2. Probabilities are divided by the temperature, which changes nothing once they are renormalised
#    ([note 00](../../theory/en/00-inside-or-outside.md#what-a-sampler-hides)).
# 3. The temperature acts twice ([note 00](../../theory/en/00-inside-or-outside.md#outside-forms)).
# 4. A temperature of exactly 1 is taken for greedy decoding ([note 02](../../theory/en/02-sampling.md#argmax-or-draw)).
# 5. A temperature of 0 is silently ignored, and another takes its place ([note 01](../../theory/en/01-temperature-and-entropy.md#three-limits)).
# 6. At 0 the first of several tied tokens gets everything ([note 01](../../theory/en/01-temperature-and-entropy.md#ties)).
# 7. A filter sees the logits before the temperature, where *after* is promised ([note 03](../../theory/en/03-truncation.md#order)).
# 8. A filter sees them after the temperature, where *before* is promised ([note 03](../../theory/en/03-truncation.md#order)).
# 9. Shares among the tokens that were kept are passed off as the model's probabilities ([note 03](../../theory/en/03-truncation.md#shares)).
# 10. The caller's logits are changed in place ([note 10](../../theory/en/10-audit.md#checks)).
# 11. The temperature is fitted on the rows that the model was trained on ([note 10](../../theory/en/10-audit.md#leak)).
# 12. The temperature is fitted on the rows that it is then reported on ([note 10](../../theory/en/10-audit.md#leak)).
#
# **How to give a proof.** A function without arguments returns a dictionary: the number of the `"fault"`, and a value for
# the arguments that the exercise names, in plain numbers and lists. The check runs the code and its promise on your input and
# compares. There are many right answers; a good one is the smallest.

# %% [markdown] name="faults" lang="es"
# ## Doce maneras de equivocarse
#
# Cinco de ellas están en el código que sigue, una en cada caso.
#
# 1. La temperatura multiplica los logits, así que el regulador gira al revés ([nota 00](../../theory/es/00-inside-or-outside.md#outside-forms)).
# 2. Se dividen las probabilidades entre la temperatura, lo que no cambia nada en cuanto se renormalizan
#    ([nota 00](../../theory/es/00-inside-or-outside.md#what-a-sampler-hides)).
# 3. La temperatura actúa dos veces ([nota 00](../../theory/es/00-inside-or-outside.md#outside-forms)).
# 4. Una temperatura de exactamente 1 se toma por decodificación voraz ([nota 02](../../theory/es/02-sampling.md#argmax-or-draw)).
# 5. Una temperatura de 0 se ignora sin avisar, y otra ocupa su lugar ([nota 01](../../theory/es/01-temperature-and-entropy.md#three-limits)).
# 6. Con 0 se lo lleva todo el primero de varios tokens empatados ([nota 01](../../theory/es/01-temperature-and-entropy.md#ties)).
# 7. Un filtro ve los logits antes de la temperatura, cuando se promete *después* ([nota 03](../../theory/es/03-truncation.md#order)).
# 8. Un filtro los ve después de la temperatura, cuando se promete *antes* ([nota 03](../../theory/es/03-truncation.md#order)).
# 9. Las proporciones entre los tokens conservados se hacen pasar por las probabilidades del modelo ([nota 03](../../theory/es/03-truncation.md#shares)).
# 10. Se modifican los logits de quien llama ([nota 10](../../theory/es/10-audit.md#checks)).
# 11. La temperatura se ajusta con las filas con las que se entrenó el modelo ([nota 10](../../theory/es/10-audit.md#leak)).
# 12. La temperatura se ajusta con las filas de las que después se informa ([nota 10](../../theory/es/10-audit.md#leak)).
#
# **Cómo se da una prueba.** Una función sin argumentos devuelve un diccionario: el número del defecto, `"fault"`, y un
# valor para los argumentos que nombra el ejercicio, en números y listas. La comprobación ejecuta el código y su promesa con tu
# entrada y compara. Hay muchas respuestas correctas; una buena es la más pequeña.

# %% [markdown] name="case1-task" lang="en"
# ## Case 1 · A sampler with a default (1 point)
#
# *Difficulty 1 of 3 · about 7 minutes ·
# [note: a checklist](../../theory/en/10-audit.md#checklist)*
#
# From a service that draws tokens. The `uniform` is a random number that the caller draws ([note 02](../../theory/en/02-sampling.md#inverse-cdf)
# says how it becomes a token), so you can choose it.

# %% [markdown] name="case1-task" lang="es"
# ## Caso 1 · Un muestreador con un valor predeterminado (1 punto)
#
# *Dificultad 1 de 3 · unos 7 minutos ·
# [nota: una lista de comprobación](../../theory/es/10-audit.md#checklist)*
#
# De un servicio que extrae tokens. El `uniform` es un número aleatorio que extrae quien llama (la
# [nota 02](../../theory/es/02-sampling.md#inverse-cdf) dice cómo se convierte en un token), así que puedes elegirlo.


# %% name="case1-as-found"
def draw_token_as_found(logits, temperature, uniform):
    # en: """The token that `uniform`, 0 <= uniform < 1, falls on when the probabilities
    # en: softmax(logits / temperature) lie end to end, token 0 first; at temperature 0
    # en: the likeliest token, of equal ones the first. logits: [V]."""
    # es: """El token en el que cae `uniform`, 0 <= uniform < 1, cuando las probabilidades
    # es: softmax(logits / temperature) se ponen en fila, el token 0 primero; con temperatura 0,
    # es: el token más probable, y entre iguales el primero. logits: [V]."""
    # en: # The default: nothing to scale.
    # es: # El valor predeterminado: nada que escalar.
    unchanged = temperature == 1.0
    if temperature == 0 or unchanged:
        return int(logits.argmax())
    sums = torch.softmax(logits.double() / temperature, dim=-1).cumsum(dim=-1)
    # en: # Rounding may leave the last sum a little short of 1.
    # es: # El redondeo puede dejar la última suma un poco por debajo de 1.
    return int((sums <= uniform * sums[-1]).sum())


# %% [markdown] name="case1-write" lang="en"
# Write `evidence_1()`. It returns `{"fault": ..., "logits": [...], "temperature": ..., "uniform": ...}` on which the code
# gives another token than its docstring promises.

# %% [markdown] name="case1-write" lang="es"
# Escribe `evidence_1()`. Devuelve `{"fault": ..., "logits": [...], "temperature": ..., "uniform": ...}`, con los que el código
# da un token distinto del que promete su documentación.


# %% name="evidence_1" exercise=true
def evidence_1():
    # en: """A fault's number, and logits [V], temperature and uniform that prove it."""
    # es: """El número de un defecto, y logits [V], temperature y uniform que lo prueban."""
    ### BEGIN SOLUTION
    # en: # 1. The number of the fault, from the list.
    # es: # 1. El número del defecto, de la lista.
    fault = 4
    # en: # 2. An input on which the promise and the code give different tokens.
    # es: # 2. Una entrada con la que la promesa y el código dan tokens distintos.
    return {"fault": fault, "logits": [0.0, 0.0], "temperature": 1.0, "uniform": 0.75}
    ### END SOLUTION


# %% name="check-evidence_1" check="evidence_1" points=1
check("evidence_1", evidence_1)
### BEGIN HIDDEN TESTS
check.hidden("evidence_1", evidence_1)
### END HIDDEN TESTS

# %% [markdown] name="case1-help" lang="en"
# <details><summary>I see nothing wrong</summary>
#
# Follow three temperatures through the code: 0, 0.5 and 1. Which of them reach the softmax? Which of them should?
#
# </details>
# <details><summary>I know the fault, but my input gives the promised token</summary>
#
# The code always returns the likeliest token there. Choose a `uniform` that falls on another one: with two equal logits
# token 0 owns the numbers below 0.5.
#
# </details>

# %% [markdown] name="case1-help" lang="es"
# <details><summary>No veo nada raro</summary>
#
# Sigue tres temperaturas por el código: 0, 0.5 y 1. ¿Cuáles llegan al softmax? ¿Cuáles deberían?
#
# </details>
# <details><summary>Conozco el defecto, pero mi entrada da el token prometido</summary>
#
# Ahí el código devuelve siempre el token más probable. Elige un `uniform` que caiga en otro: con dos logits iguales, el
# token 0 tiene los números menores que 0.5.
#
# </details>

# %% [markdown] name="case1-measure" lang="en"
# Nobody had noticed, for whoever tries a temperature tries 0.7 or 1.2. Here are a thousand tokens of five words at 1
# and on both sides of it: the share of the likeliest word, and its standard error.

# %% [markdown] name="case1-measure" lang="es"
# Nadie se había dado cuenta, porque quien prueba una temperatura prueba 0.7 o 1.2. Aquí hay mil tokens de cinco palabras
# con 1 y a ambos lados: la proporción de la palabra más probable y su error estándar.

# %% name="case1-draws"
logits = torch.tensor([2.0, 1.0, 0.5, 0.2, 0.1])
uniforms = torch.rand(1000, generator=torch.Generator("cpu").manual_seed(10), device="cpu").tolist()
for temperature in [0.99, 1.0, 1.01]:
    drawn = [draw_token_as_found(logits, temperature, u) for u in uniforms]
    share = drawn.count(0) / len(drawn)
    error = (share * (1 - share) / len(drawn)) ** 0.5
    # en: print(f"T = {temperature}: {share:.3f} ± {error:.3f}, promised {float(softmax(logits, temperature)[0]):.3f}")
    # es: print(f"T = {temperature}: {share:.3f} ± {error:.3f}, prometida {float(softmax(logits, temperature)[0]):.3f}")

# %% [markdown] name="case2-task" lang="en"
# ## Case 2 · Two functions and a list of banned words (1 point)
#
# *Difficulty 1 of 3 · about 7 minutes ·
# [note: a checklist](../../theory/en/10-audit.md#checklist)*
#
# From a pipeline. The first function stood in one file, the second in another, by another author.

# %% [markdown] name="case2-task" lang="es"
# ## Caso 2 · Dos funciones y una lista de palabras prohibidas (1 punto)
#
# *Dificultad 1 de 3 · unos 7 minutos ·
# [nota: una lista de comprobación](../../theory/es/10-audit.md#checklist)*
#
# De una cadena de funciones. La primera estaba en un archivo y la segunda en otro, de otra autora.


# %% name="case2-as-found"
def scaled_logits(logits, temperature, banned):
    # en: """Logits at a temperature, the `banned` tokens impossible."""
    # es: """Logits a una temperatura, con los tokens `banned` imposibles."""
    scaled = logits / temperature
    scaled[banned] = -torch.inf
    return scaled


def allowed_probabilities_as_found(logits, temperature, banned):
    # en: """softmax(logits / temperature) for a temperature above 0, except that the tokens
    # en: in `banned`, a list of positions, get 0 and the others share the rest in proportion."""
    # es: """softmax(logits / temperature) para una temperatura mayor que 0, salvo que los tokens
    # es: de `banned`, una lista de posiciones, reciben 0 y los demás se reparten el resto en proporción."""
    allowed = scaled_logits(logits, temperature, banned)
    return torch.softmax(allowed / temperature, dim=-1)


# %% [markdown] name="case2-write" lang="en"
# Write `evidence_2()`. It returns `{"fault": ..., "logits": [...], "temperature": ...}`; nothing is banned in the trial, so leave
# `banned` out. Some probability has to be wrong by a thousandth at least.

# %% [markdown] name="case2-write" lang="es"
# Escribe `evidence_2()`. Devuelve `{"fault": ..., "logits": [...], "temperature": ...}`; en el juicio no hay nada prohibido,
# así que no pongas `banned`. Alguna probabilidad tiene que estar mal en una milésima por lo menos.


# %% name="evidence_2" exercise=true
def evidence_2():
    # en: """A fault's number, and logits [V] and temperature that prove it."""
    # es: """El número de un defecto, y logits [V] y temperature que lo prueban."""
    ### BEGIN SOLUTION
    # en: # 1. The number of the fault, from the list.
    # es: # 1. El número del defecto, de la lista.
    fault = 3
    # en: # 2. Logits and a temperature that show it.
    # es: # 2. Logits y una temperatura que lo muestran.
    return {"fault": fault, "logits": [1.0, 0.0], "temperature": 2.0}
    ### END SOLUTION


# %% name="check-evidence_2" check="evidence_2" points=1
check("evidence_2", evidence_2)
### BEGIN HIDDEN TESTS
check.hidden("evidence_2", evidence_2)
### END HIDDEN TESTS

# %% [markdown] name="case2-help" lang="en"
# <details><summary>Both give the same on my input</summary>
#
# Is your temperature 1? There a division does nothing, done once, twice or not at all. Are your logits equal? Then every
# temperature gives the same.
#
# </details>
# <details><summary>How would one notice without the code?</summary>
#
# By the odds. Of two tokens $q_i / q_j = e^{(z_i - z_j)/T}$, so the logits and two probabilities tell the temperature that
# was really used: $T = (z_i - z_j) / \log (q_i / q_j)$. The next cell does that.
#
# </details>

# %% [markdown] name="case2-help" lang="es"
# <details><summary>Con mi entrada los dos dan lo mismo</summary>
#
# ¿Tu temperatura es 1? Ahí una división no hace nada, se haga una vez, dos o ninguna. ¿Son iguales tus logits? Entonces
# todas las temperaturas dan lo mismo.
#
# </details>
# <details><summary>¿Cómo se notaría sin ver el código?</summary>
#
# Por las razones. Entre dos tokens, $q_i / q_j = e^{(z_i - z_j)/T}$, así que los logits y dos probabilidades dicen qué
# temperatura se usó de verdad: $T = (z_i - z_j) / \log (q_i / q_j)$. Es lo que hace la celda siguiente.
#
# </details>

# %% name="case2-effective"
for asked in [0.5, 0.7, 1.0, 1.5, 2.0]:
    q = allowed_probabilities_as_found(logits, asked, [])
    used = float((logits[0] - logits[1]) / torch.log(q[0] / q[1]))
    # en: print(f"asked for T = {asked}, used {used:.2f}")
    # es: print(f"pedida T = {asked}, usada {used:.2f}")

# %% [markdown] name="accused-guess" lang="en"
# ### Predict before you run
#
# A colleague has learned from case 2 and accuses the next function: “The temperature stands outside the softmax.” What do
# you say?
#
# - **a** · guilty: another distribution
# - **b** · innocent: the same distribution at every temperature above 0
# - **c** · right at temperature 1 only

# %% [markdown] name="accused-guess" lang="es"
# ### Predice antes de ejecutar
#
# Un colega ha aprendido del caso 2 y acusa a la función siguiente: «La temperatura está fuera del softmax». ¿Qué dices?
#
# - **a** · culpable: otra distribución
# - **b** · inocente: la misma distribución a cualquier temperatura mayor que 0
# - **c** · correcta solo con temperatura 1


# %% name="accused-code"
def accused(logits, temperature):
    log_p = torch.log_softmax(logits, dim=-1)
    return torch.softmax(log_p / temperature, dim=-1)


# %% name="guess-accused" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="accused-measure"
worst = max(
    float((accused(z, t) - softmax(z, t)).abs().max())
    for z in [logits.double(), 5 * logits.double() - 80]
    for t in [0.05, 0.5, 1.0, 3.0, 50.0]
)
# en: print("largest difference below a millionth:", worst < 1e-6)
# es: print("mayor diferencia, menor que una millonésima:", worst < 1e-6)
check.prediction("accused", prediction)

# %% [markdown] name="case3-task" lang="en"
# ## Case 3 · One line for a default (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: a checklist](../../theory/en/10-audit.md#checklist)*
#
# From a library's front door, where a caller may leave the temperature out.

# %% [markdown] name="case3-task" lang="es"
# ## Caso 3 · Una línea para un valor predeterminado (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: una lista de comprobación](../../theory/es/10-audit.md#checklist)*
#
# De la puerta de entrada de una biblioteca, donde quien llama puede omitir la temperatura.


# %% name="case3-as-found"
def tempered_as_found(logits, temperature=None):
    # en: """softmax(logits / temperature) for any temperature from 0 on; at 0 its limit, in which
    # en: the likeliest tokens share everything equally. Without a temperature, as at 1."""
    # es: """softmax(logits / temperature) para cualquier temperatura desde 0; con 0, su límite, en
    # es: el que los tokens más probables se lo reparten todo por igual. Sin temperatura, como con 1."""
    temperature = temperature or 1.0
    return torch.softmax(logits / temperature, dim=-1)


# %% [markdown] name="case3-write" lang="en"
# Write `evidence_3()`. It returns `{"fault": ..., "logits": [...], "temperature": ...}`.

# %% [markdown] name="case3-write" lang="es"
# Escribe `evidence_3()`. Devuelve `{"fault": ..., "logits": [...], "temperature": ...}`.


# %% name="evidence_3" exercise=true
def evidence_3():
    # en: """A fault's number, and logits [V] and temperature that prove it."""
    # es: """El número de un defecto, y logits [V] y temperature que lo prueban."""
    ### BEGIN SOLUTION
    # en: # 1. The number of the fault, from the list.
    # es: # 1. El número del defecto, de la lista.
    fault = 5
    # en: # 2. Logits and a temperature that show it.
    # es: # 2. Logits y una temperatura que lo muestran.
    return {"fault": fault, "logits": [1.0, 0.0], "temperature": 0.0}
    ### END SOLUTION


# %% name="check-evidence_3" check="evidence_3" points=1
check("evidence_3", evidence_3)
### BEGIN HIDDEN TESTS
check.hidden("evidence_3", evidence_3)
### END HIDDEN TESTS

# %% [markdown] name="case3-help" lang="en"
# <details><summary>What does “or” do with numbers?</summary>
#
# `a or b` is `a` unless `a` counts as false, and then `b`. None counts as false, and so does an empty list, and so does 0.
# Try `None or 1.0`, `0.5 or 1.0` and `0 or 1.0`.
#
# </details>
# <details><summary>Is the code not a little wrong at small temperatures, too?</summary>
#
# No: 0.001 is a number like any other, and the code divides by it. That makes the fault hard to see: from 0.001 to 0
# the text becomes livelier at once.
#
# </details>

# %% [markdown] name="case3-help" lang="es"
# <details><summary>¿Qué hace «or» con los números?</summary>
#
# `a or b` es `a`, salvo que `a` cuente como falso, y entonces es `b`. None cuenta como falso, una lista vacía también, y
# también 0. Prueba `None or 1.0`, `0.5 or 1.0` y `0 or 1.0`.
#
# </details>
# <details><summary>¿No está el código algo mal también con temperaturas pequeñas?</summary>
#
# No: 0.001 es un número como cualquier otro, y el código divide entre él. Por eso el defecto es difícil de ver: de 0.001
# a 0 el texto se anima de golpe.
#
# </details>

# %% [markdown] name="case4-task" lang="en"
# ## Case 4 · A nucleus, as documented (1 point)
#
# *Difficulty 2 of 3 · about 9 minutes ·
# [note: a checklist](../../theory/en/10-audit.md#checklist)*
#
# From a server whose documentation is exact. Is its code?

# %% [markdown] name="case4-task" lang="es"
# ## Caso 4 · Un núcleo, como está documentado (1 punto)
#
# *Dificultad 2 de 3 · unos 9 minutos ·
# [nota: una lista de comprobación](../../theory/es/10-audit.md#checklist)*
#
# De un servidor cuya documentación es exacta. ¿Y su código?


# %% name="case4-as-found"
def nucleus_as_found(logits, temperature, top_p):
    # en: """Top-p sampling of the tempered distribution q = softmax(logits / temperature), for
    # en: temperature > 0 and 0 < top_p < 1: the fewest likeliest tokens whose q sum to top_p or
    # en: more stay, and share everything in proportion to q."""
    # es: """Muestreo top-p de la distribución q = softmax(logits / temperature), con
    # es: temperature > 0 y 0 < top_p < 1: se quedan los menos tokens, desde el más probable, cuyas
    # es: q suman top_p o más, y se lo reparten todo en proporción a q."""
    p = torch.softmax(logits, dim=-1)
    order = torch.argsort(logits, descending=True, stable=True)
    before = p[order].cumsum(dim=-1) - p[order]
    kept = order[before < top_p]
    filtered = torch.full_like(logits, -torch.inf)
    filtered[kept] = logits[kept]
    return torch.softmax(filtered / temperature, dim=-1)


# %% [markdown] name="case4-write" lang="en"
# Write `evidence_4()`. It returns `{"fault": ..., "logits": [...], "temperature": ..., "top_p": ...}`.

# %% [markdown] name="case4-write" lang="es"
# Escribe `evidence_4()`. Devuelve `{"fault": ..., "logits": [...], "temperature": ..., "top_p": ...}`.


# %% name="evidence_4" exercise=true
def evidence_4():
    # en: """A fault's number, and logits [V], temperature and top_p that prove it."""
    # es: """El número de un defecto, y logits [V], temperature y top_p que lo prueban."""
    ### BEGIN SOLUTION
    # en: # 1. The number of the fault, from the list.
    # es: # 1. El número del defecto, de la lista.
    fault = 7
    # en: # 2. An input on which the promise and the code keep different words.
    # es: # 2. Una entrada con la que la promesa y el código conservan palabras distintas.
    return {"fault": fault, "logits": [1.0, 0.0], "temperature": 4.0, "top_p": 0.6}
    ### END SOLUTION


# %% name="check-evidence_4" check="evidence_4" points=1
check("evidence_4", evidence_4)
### BEGIN HIDDEN TESTS
check.hidden("evidence_4", evidence_4)
### END HIDDEN TESTS

# %% [markdown] name="case4-help" lang="en"
# <details><summary>The same words stay, whatever I try</summary>
#
# Two tokens are enough. Compute what the first one has at temperature 1 and at yours, and choose `top_p` between the two
# numbers: on one side it is enough alone, on the other it is not.
#
# </details>
# <details><summary>Which of the two faults about filters is it?</summary>
#
# Ask what the filter *should* see, which the docstring says, and what it sees, which the first line of the code says.
#
# </details>

# %% [markdown] name="case4-help" lang="es"
# <details><summary>Se quedan las mismas palabras, pruebe lo que pruebe</summary>
#
# Bastan dos tokens. Calcula lo que tiene el primero con temperatura 1 y con la tuya, y elige `top_p` entre los dos
# números: en un lado basta él solo, y en el otro no.
#
# </details>
# <details><summary>¿Cuál de los dos defectos de los filtros es?</summary>
#
# Pregúntate qué *debería* ver el filtro, que lo dice la documentación, y qué ve, que lo dice la primera línea del código.
#
# </details>

# %% [markdown] name="mend-task" lang="en"
# ## Cases 1 to 4, mended · One function in the place of four (3 points)
#
# *Difficulty 2 of 3 · about 14 minutes ·
# [note: the checks](../../theory/en/10-audit.md#checks)*
#
# Now mend all four at once. Write `mended_probabilities(logits, temperature, p)`, one distribution that could serve in the place of all
# four, for logits `[V]`, a `temperature` that is a number from 0 on or None, and $0 < p \le 1$:
#
# 1. without a temperature (None), as at 1; and 1 is a temperature like any other;
# 2. at 0 the limit: the tied maxima share equally, however small the difference to the next (case 1 promised otherwise);
# 3. the temperature acts once;
# 4. then top-p on the tempered probabilities: the fewest likeliest tokens that sum to `p` or more, the *nucleus*, stay,
#    the one that crosses `p` among them, and are divided by their sum; with `p = 1` everything stays. Where tokens are
#    tied at the edge, and at 0, the check does not ask which of the tied stay.

# %% [markdown] name="mend-task" lang="es"
# ## Casos 1 a 4, corregidos · Una función en lugar de cuatro (3 puntos)
#
# *Dificultad 2 de 3 · unos 14 minutos ·
# [nota: las comprobaciones](../../theory/es/10-audit.md#checks)*
#
# Ahora corrige los cuatro a la vez. Escribe `mended_probabilities(logits, temperature, p)`, una distribución que serviría en lugar de las cuatro,
# con logits `[V]`, una `temperature` que es un número desde 0 o None, y $0 < p \le 1$:
#
# 1. sin temperatura (None), como con 1; y 1 es una temperatura como cualquier otra;
# 2. con 0, el límite: los máximos empatados se lo reparten por igual, por pequeña que sea la diferencia con el siguiente
#    (el caso 1 prometía otra cosa);
# 3. la temperatura actúa una sola vez;
# 4. después, top-p con las probabilidades a esa temperatura: se quedan los menos tokens, desde el más probable, que suman
#    `p` o más (el *núcleo*), incluido el que cruza `p`, y se dividen entre su suma; con `p = 1` se queda todo. Si hay
#    tokens empatados en el borde, y con 0, la comprobación no pregunta cuáles de ellos se quedan.


# %% name="mended_probabilities" exercise=true
def mended_probabilities(logits, temperature, p):
    # en: """What to draw from: temperature once, its limit at 0, then the nucleus; [V] out."""
    # es: """De qué extraer: la temperatura una vez, su límite en 0 y después el núcleo; sale [V]."""
    ### BEGIN SOLUTION
    # en: # 1. Left out is None, not 0.
    # es: # 1. Omitida es None, no 0.
    if temperature is None:
        temperature = 1.0
    # en: # 2. The limit at 0, or one division.
    # es: # 2. El límite en 0, o una sola división.
    if temperature == 0:
        tied = (logits == logits.max()).double()
        q = tied / tied.sum()
    else:
        q = torch.softmax(logits.double() / temperature, dim=-1)
    # en: # 3. With p = 1 everything stays.
    # es: # 3. Con p = 1 se queda todo.
    if p == 1:
        return q
    # en: # 4. The nucleus of the tempered distribution, renormalised.
    # es: # 4. El núcleo de la distribución a esa temperatura, renormalizado.
    order = torch.argsort(q, descending=True, stable=True)
    kept = order[q[order].cumsum(dim=-1) - q[order] < p]
    weights = torch.zeros_like(q)
    weights[kept] = q[kept]
    return weights / weights.sum()
    ### END SOLUTION


# %% name="check-mended_probabilities" check="mended_probabilities" points=3
check("mended_probabilities", mended_probabilities)
### BEGIN HIDDEN TESTS
check.hidden("mended_probabilities", mended_probabilities)
### END HIDDEN TESTS

# %% [markdown] name="mend-help" lang="en"
# <details><summary>Where do I begin?</summary>
#
# With the mended cases 3, 2 and 4, in that order: `if temperature is None`, a case of its own for 0, one division,
# and then order, running sum and `kept` as in case 4, with `q` in the place of `p`. But finish without another softmax:
# set the `q` of the others to 0 and divide by the sum.
#
# </details>
# <details><summary>NaN at 0</summary>
#
# Dividing by 0 gives infinities, and the softmax of two of them is NaN. `logits == logits.max()` says which tokens are
# tied.
#
# </details>

# %% [markdown] name="mend-help" lang="es"
# <details><summary>¿Por dónde empiezo?</summary>
#
# Por los casos 3, 2 y 4 corregidos, en ese orden: `if temperature is None`, un caso aparte para 0, una sola división, y
# después el orden, la suma acumulada y `kept` como en el caso 4, con `q` en lugar de `p`. Pero termina sin otro softmax:
# pon a 0 la `q` de los demás y divide entre la suma.
#
# </details>
# <details><summary>NaN con 0</summary>
#
# Dividir entre 0 da infinitos, y el softmax de dos infinitos es NaN. `logits == logits.max()` dice qué tokens están
# empatados.
#
# </details>

# %% [markdown] name="audit-intro" lang="en"
# Could all that have been found without reading code? `tempkit.audit` knows twelve things that must hold of any function
# from logits and a temperature to probabilities, whoever wrote it. (The probabilities of case 1 come from drawing with
# evenly spaced numbers, which is why it is given a wider tolerance. If the last column is ✗ throughout, your function stops with an
# error: solve it first.) Which one alone convicts case 2?

# %% [markdown] name="audit-intro" lang="es"
# ¿Se podría haber encontrado todo eso sin leer código? `tempkit.audit` sabe doce cosas que tiene que cumplir cualquier función
# que va de logits y una temperatura a probabilidades, la haya escrito quien la haya escrito. (Las probabilidades del caso 1
# salen de extraer con números equidistantes; por eso se le da una tolerancia mayor. Si la última columna es toda ✗, tu función se
# detiene con un error: resuélvela antes). ¿Cuál condena por sí sola al caso 2?


# %% name="audit-table"
def case1(z, temperature, n=400):
    drawn = [draw_token_as_found(z, temperature, (i + 0.5) / n) for i in range(n)]
    return torch.bincount(torch.tensor(drawn), minlength=len(z)) / n


# en: first, second, third, mended = "case 1", "case 2", "case 3", "mended"
# es: first, second, third, mended = "caso 1", "caso 2", "caso 3", "corregida"
table = audit(
    {
        second: lambda z, t: allowed_probabilities_as_found(z, t, []) if t > 0 else softmax(z, t),
        third: tempered_as_found,
        mended: lambda z, t: mended_probabilities(z, t, 1.0),
    }
)
table.insert(0, first, audit({first: case1}, tolerance=0.03)[first])
table

# %% [markdown] name="audit-moral" lang="en"
# Case 2 passes everything but one line: the unit. Doubling the logits and the temperature must change nothing, and with
# the square of $T$ it does. [The note](../../theory/en/10-audit.md#checks) proves that this line and $T = 1$ together leave no
# other function than the softmax at a temperature. Case 3 is silent until somebody asks for 0. (At 0 case 1 gives
# everything to the first of several equals, but that is what it promises.)

# %% [markdown] name="audit-moral" lang="es"
# El caso 2 lo cumple todo menos una línea: la unidad. Duplicar los logits y la temperatura no debe cambiar nada, y con el
# cuadrado de $T$ cambia. [La nota](../../theory/es/10-audit.md#checks) demuestra que esa línea y $T = 1$ no dejan juntas más función
# que el softmax a una temperatura. El caso 3 calla hasta que alguien pide 0. (Con 0, el caso 1 se lo da todo al primero de
# varios iguales, pero eso es lo que promete).

# %% [markdown] name="case5-task" lang="en"
# ## Case 5 · A report on held-out data (1 point)
#
# *Difficulty 2 of 3 · about 9 minutes ·
# [note: the leak](../../theory/en/10-audit.md#leak)*
#
# From an evaluation script. `fit_temperature` finds the temperature that makes the labels of its rows most likely; the *NLL*
# is the mean of $-\log q_y$, with $q_y$ the probability given to the label. Every row is for training (0), for calibration (1)
# or for the test (2).

# %% [markdown] name="case5-task" lang="es"
# ## Caso 5 · Un informe con datos reservados (1 punto)
#
# *Dificultad 2 de 3 · unos 9 minutos ·
# [nota: la filtración](../../theory/es/10-audit.md#leak)*
#
# De un programa de evaluación. `fit_temperature` encuentra la temperatura que hace más verosímiles las etiquetas de sus filas;
# la *NLL* es la media de $-\log q_y$, donde $q_y$ es la probabilidad dada a la etiqueta. Cada fila es de entrenamiento (0), de
# calibración (1) o de prueba (2).


# %% name="case5-as-found"
def calibration_report_as_found(logits, labels, part):
    # en: """Temperature scaling, reported honestly. logits [n, C], labels [n], part [n]: 0 for a
    # en: training row, 1 for a calibration row, 2 for a test row. The temperature is fitted on the
    # en: calibration rows; before and after are the NLL of the test rows at 1 and at that temperature."""
    # es: """Ajuste de temperatura, con un informe honrado. logits [n, C], labels [n], part [n]:
    # es: 0 si la fila es de entrenamiento, 1 de calibración, 2 de prueba. La temperatura se ajusta con las
    # es: filas de calibración; before y after son la NLL de las filas de prueba con 1 y con esa temperatura."""
    # en: # Held out: the model has never seen these rows.
    # es: # Datos reservados: el modelo nunca ha visto estas filas.
    held_out = part == 2
    fit = tempkit.fit_temperature(logits[held_out], labels[held_out])
    return {
        "temperature": fit.temperature,
        "before": fit.nll_before,
        "after": fit.nll_after,
    }


# %% [markdown] name="case5-write" lang="en"
# Write `evidence_5()`. It returns `{"fault": ..., "logits": [[...], ...], "labels": [...], "part": [...]}`: a few rows, from which
# the report names another temperature than the calibration rows ask for.

# %% [markdown] name="case5-write" lang="es"
# Escribe `evidence_5()`. Devuelve `{"fault": ..., "logits": [[...], ...], "labels": [...], "part": [...]}`: unas pocas filas, con las
# que el informe da una temperatura distinta de la que piden las filas de calibración.


# %% name="evidence_5" exercise=true
def evidence_5():
    # en: """A fault's number, and logits [n, C], labels [n] and part [n] that prove it."""
    # es: """El número de un defecto, y logits [n, C], labels [n] y part [n] que lo prueban."""
    ### BEGIN SOLUTION
    # en: # 1. The number of the fault, from the list.
    # es: # 1. El número del defecto, de la lista.
    fault = 12
    # en: # 2. A few rows with their labels.
    # es: # 2. Unas pocas filas con sus etiquetas.
    logits = [[2.0, 0.0]] * 7
    labels = [0, 0, 0, 1, 0, 0, 1]
    # en: # 3. Which part each of them belongs to.
    # es: # 3. A qué parte pertenece cada una.
    part = [1, 1, 1, 1, 2, 2, 2]
    return {"fault": fault, "logits": logits, "labels": labels, "part": part}
    ### END SOLUTION


# %% name="check-evidence_5" check="evidence_5" points=1
check("evidence_5", evidence_5)
### BEGIN HIDDEN TESTS
check.hidden("evidence_5", evidence_5)
### END HIDDEN TESTS

# %% [markdown] name="case5-help" lang="en"
# <details><summary>How do I make up rows?</summary>
#
# Give all rows the same logits, `[2.0, 0.0]`, so that class 0 is the one predicted. Then only the labels differ: make the
# model right more often in one part than in the other, and wrong at least once in each.
#
# </details>
# <details><summary>But the rows were held out!</summary>
#
# From training, yes. A report needs rows that are held out from *everything* that was fitted, and the temperature was
# fitted too.
#
# </details>

# %% [markdown] name="case5-help" lang="es"
# <details><summary>¿Cómo invento filas?</summary>
#
# Da a todas los mismos logits, `[2.0, 0.0]`, de modo que se predice la clase 0. Así solo se distinguen por las etiquetas: haz
# que el modelo acierte más en una parte que en la otra, y que falle al menos una vez en cada una.
#
# </details>
# <details><summary>¡Pero si las filas estaban reservadas!</summary>
#
# Del entrenamiento, sí. Un informe necesita filas reservadas de *todo* lo que se ha ajustado, y la temperatura también se
# ha ajustado.
#
# </details>

# %% [markdown] name="report-task" lang="en"
# ## Case 5, mended · The report (2 points)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: the leak](../../theory/en/10-audit.md#leak)*
#
# Write `calibration_report(logits, labels, part)`, which does what the docstring of case 5 says and returns the same three
# numbers. `tempkit.nll(logits, labels, temperature)` is the NLL of rows at a temperature.

# %% [markdown] name="report-task" lang="es"
# ## Caso 5, corregido · El informe (2 puntos)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: la filtración](../../theory/es/10-audit.md#leak)*
#
# Escribe `calibration_report(logits, labels, part)`, que hace lo que dice la documentación del caso 5 y devuelve los mismos tres
# números. `tempkit.nll(logits, labels, temperature)` es la NLL de unas filas a una temperatura.


# %% name="calibration_report" exercise=true
def calibration_report(logits, labels, part):
    # en: """T of the calibration rows, and the NLL of the test rows before and after; a dictionary out."""
    # es: """La T de las filas de calibración, y la NLL de las de prueba antes y después; sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. Fit on one part.
    # es: # 1. Ajusta con una parte.
    fit = tempkit.fit_temperature(logits[part == 1], labels[part == 1])
    # en: # 2. Report on another, which nothing has been fitted to.
    # es: # 2. Informa de otra, con la que no se ha ajustado nada.
    test_logits, test_labels = logits[part == 2], labels[part == 2]
    return {
        "temperature": fit.temperature,
        "before": tempkit.nll(test_logits, test_labels),
        "after": tempkit.nll(test_logits, test_labels, fit.temperature),
    }
    ### END SOLUTION


# %% name="check-calibration_report" check="calibration_report" points=2
check("calibration_report", calibration_report)
### BEGIN HIDDEN TESTS
check.hidden("calibration_report", calibration_report)
### END HIDDEN TESTS

# %% [markdown] name="report-help" lang="en"
# <details><summary>My two numbers are not right, the temperature is</summary>
#
# `fit.nll_before` and `fit.nll_after` speak of the rows that were fitted. Compute both anew, with `tempkit.nll`, on the rows with
# `part == 2`.
#
# </details>

# %% [markdown] name="report-help" lang="es"
# <details><summary>La temperatura es correcta, pero los dos números no</summary>
#
# `fit.nll_before` y `fit.nll_after` hablan de las filas del ajuste. Vuelve a calcular ambos, con `tempkit.nll`, con las filas
# con `part == 2`.
#
# </details>

# %% [markdown] name="illusion-guess" lang="en"
# ### Predict before you run
#
# How much does such a leak pretend? Take a model that is calibrated already: its labels are drawn from its own
# probabilities, so the best temperature is 1 and there is nothing to gain. Three hundred times, 40 rows get new labels, the
# temperature is fitted to them, and the NLL of *these* rows is reported before and after. What does it show?
#
# - **a** · no gain, on average
# - **b** · a gain every time
# - **c** · a loss

# %% [markdown] name="illusion-guess" lang="es"
# ### Predice antes de ejecutar
#
# ¿Cuánto finge una filtración así? Toma un modelo que ya está calibrado: sus etiquetas se extraen de sus propias
# probabilidades, de modo que la mejor temperatura es 1 y no hay nada que ganar. Trescientas veces, 40 filas reciben
# etiquetas nuevas, se ajusta con ellas la temperatura y se informa de la NLL de *esas* filas antes y después. ¿Qué sale?
#
# - **a** · ninguna ganancia, en promedio
# - **b** · una ganancia, siempre
# - **c** · una pérdida

# %% name="guess-illusion" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="illusion-measure"
seed = torch.Generator("cpu").manual_seed(10)
rows = 2 * torch.randn(40, 3, generator=seed, device="cpu", dtype=torch.float64)
q = softmax(rows)
reported, real = [], []
for _ in range(300):
    labels = torch.multinomial(q, 1, generator=seed).squeeze(-1)
    fit = tempkit.fit_temperature(rows, labels)
    reported.append(fit.nll_before - fit.nll_after)
    # en: # On new labels of the same rows: the mean over all that might be drawn.
    # es: # Con etiquetas nuevas de las mismas filas: la media de todas las que podrían salir.
    after = -(q * tempkit.log_softmax(rows, fit.temperature)).sum(dim=-1).mean()
    real.append(float(tempkit.entropy(rows).mean() - after))
# en: names = ["reported gain", "real gain"]
# es: names = ["ganancia del informe", "ganancia real"]
for name, values in zip(names, [reported, real], strict=True):
    gains = torch.tensor(values, dtype=torch.float64)
    print(f"{name}: {float(gains.mean()):.4f} ± {float(gains.std()) / 300**0.5:.4f}")
# en: print("runs that report a loss:", sum(gain < -1e-9 for gain in reported))
# es: print("veces que informa de una pérdida:", sum(gain < -1e-9 for gain in reported))
check.prediction("illusion", prediction)

# %% [markdown] name="illusion-moral" lang="en"
# A gain where there is none, and as large a loss in its place: both are about $1/(2N)$, here $1/80$, and
# [the note](../../theory/en/10-audit.md#leak) says why. One temperature on ten thousand rows leaks next to nothing. A temperature for
# each class, a threshold, a choice among ten methods, on a test set of a few hundred rows: they add up.

# %% [markdown] name="illusion-moral" lang="es"
# Una ganancia donde no la hay y, en su lugar, una pérdida igual de grande: las dos valen alrededor de $1/(2N)$, aquí $1/80$, y
# [la nota](../../theory/es/10-audit.md#leak) dice por qué. Una sola temperatura con diez mil filas filtra casi nada. Una
# temperatura para cada clase, un umbral, una elección entre diez métodos, con unos cientos de filas de prueba: se van sumando.

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - A fault is proved by an input, a promise and two outputs. At temperature 1, with equal logits, or where a filter keeps
#   the same words anyway, most faults are invisible.
# - The default value deserves a test of its own, and so does 0.
# - Doubling logits and temperature must change nothing: that line finds what reading misses.
# - The place of the temperature convicts nobody. What it divides does.
# - Rows held out from training are not held out from what is fitted later.
#
# The [solved lab](../../solutions/en/10-audit.ipynb) is there for self-study. This was the last lab of the course; the
# [folklore page](../../docs/folklore.en.md) lists what it has put right, each with its proof.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Un defecto se prueba con una entrada, una promesa y dos salidas. Con temperatura 1, con logits iguales o donde un filtro
#   conserva de todos modos las mismas palabras, casi todos los defectos son invisibles.
# - El valor predeterminado merece una prueba propia, y el 0 también.
# - Duplicar los logits y la temperatura no debe cambiar nada: esa línea encuentra lo que se escapa al leer.
# - El lugar de la temperatura no condena a nadie. Lo que cuenta es qué divide.
# - Las filas reservadas del entrenamiento no están reservadas de lo que se ajusta después.
#
# El [laboratorio resuelto](../../solutions/es/10-audit.ipynb) está ahí para que estudies por tu cuenta. Este era el último del
# curso; la [página de creencias populares](../../docs/folklore.es.md) enumera lo que se ha puesto en su sitio, con su demostración.
