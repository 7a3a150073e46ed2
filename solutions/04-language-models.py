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
# # Lab 04 · Language models
#
# A language model writes one token after another, and a temperature acts at every one of them. What does
# that do to a text? In this lab the model speaks a small language of English and Spanish sentences whose
# truth is known exactly, so that nothing has to be judged by eye: who makes the loop in cold text, what
# heat breaks and what it cannot, and which temperature is “best”.
#
# **10 points, about 70 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/04-language-models.md)
# opens beside this lab; it has the proofs. Make each prediction before you read its section: the note
# gives the answers away.

# %% [markdown] name="title" lang="es"
# # Laboratorio 04 · Modelos de lenguaje
#
# Un modelo de lenguaje escribe un token tras otro, y la temperatura actúa en cada uno. ¿Qué le hace eso a
# un texto? En este laboratorio el modelo habla un idioma pequeño, de frases en inglés y en español, que se
# conoce con exactitud; así no hay que juzgar nada a ojo: de quién es el bucle del texto frío, qué rompe
# el calor y qué no puede romper, y qué temperatura es «la mejor».
#
# **10 puntos, unos 70 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/04-language-models.md)
# se abre al lado; contiene las demostraciones. Haz cada predicción antes de leer su sección: la nota
# desvela las respuestas.

# %% name="setup"
import pandas
import torch

from tempkit import count_draws, generation, lab, plots, verbs

# en: check = lab.start("04", language="en")
# es: check = lab.start("04", language="es")

# %% [markdown] name="meet" lang="en"
# ## Meet the model
#
# A text becomes tokens, and each token a number, its *id*; here a token is a word, a mark or a tag. The
# tag `<en>` or `<es>` says which language is to follow. The model returns a row of logits for every
# position: row $i$ has read the tokens up to $i$ and says what may come after them. The token `<s>` marks the
# beginning. Running the model once is enough: every temperature is a cheap function of what it returned.
#
# (On a machine with a network, setting the environment variable `TEMPKIT_MODEL=distilgpt2` before you start makes another model
# answer in this first part; change the prompt too. The measurements below are about the verb model.)

# %% [markdown] name="meet" lang="es"
# ## Conoce el modelo
#
# Un texto se convierte en tokens, y cada token en un número, su *id*; aquí un token es una palabra, un
# signo o una etiqueta. La etiqueta `<en>` o `<es>` dice en qué idioma se va a escribir. El modelo devuelve
# una fila de logits por posición: la fila $i$ ha leído los tokens hasta $i$ y dice qué puede venir
# después. El token `<s>` marca el comienzo. Basta con ejecutar el modelo una vez: cada temperatura es una
# función barata de lo que devolvió.
#
# (En una máquina con red, si defines la variable de entorno `TEMPKIT_MODEL=distilgpt2` antes de empezar, en esta primera parte
# responde otro modelo; cambia también el texto de partida. Las mediciones de más abajo tratan del modelo de verbos.)

# %% name="meet-model"
model = generation.load()
# en: prompt = "<en> the teacher"
# es: prompt = "<es> la profesora"
ids = torch.tensor(model.tokenizer(prompt)["input_ids"])
with torch.no_grad():
    logits = model.model(ids[None]).logits[0]
print(len(model.tokenizer), ids.tolist(), [model.tokenizer.decode([i]) for i in ids.tolist()])
print(list(logits.shape))

# %% [markdown] name="table-task" lang="en"
# ## Exercise 1 · Spot the bug: what comes next? (2 points)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: the next token](../../theory/en/04-language-models.md#next-token)*
#
# The function below makes the table of the ten likeliest next tokens that many notebooks on language
# models show. It has two bugs. Run it: at $T = 100$, where 350 tokens are nearly alike, it gives each of
# the ten about a tenth, as if there were no other 340. That is the first; look for the second in the words.
#
# <details><summary>A hint for the second</summary>
#
# Can a tag such as `<es>` follow “the teacher”? Which row of the logits says what follows the *whole* prompt?
#
# </details>

# %% [markdown] name="table-task" lang="es"
# ## Ejercicio 1 · Encuentra el error: ¿qué viene después? (2 puntos)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: el token siguiente](../../theory/es/04-language-models.md#next-token)*
#
# La función de abajo hace la tabla de los diez tokens siguientes más probables que muestran muchos cuadernos
# sobre modelos de lenguaje. Tiene dos errores. Ejecútala: con $T = 100$, donde 350 tokens son casi iguales, da a
# cada uno de los diez cerca de un décimo, como si no hubiera otros 340. Ese es el primero; busca el segundo en las palabras.
#
# <details><summary>Una pista para el segundo</summary>
#
# ¿Puede una etiqueta como `<es>` seguir a «la profesora»? ¿Qué fila de los logits dice qué sigue al texto *entero*?
#
# </details>


# %% name="table-as-found"
def table_as_found(logits, temperature, k):
    top, indices = torch.topk(logits[0], k)
    shares = torch.softmax(top / temperature, dim=-1)
    return {"id": indices, "logit": top, "probability": shares}


found = table_as_found(logits, 100.0, 10)
print([model.tokenizer.decode([i]) for i in found["id"].tolist()])
print([round(p, 2) for p in found["probability"].tolist()])

# %% [markdown] name="table-write" lang="en"
# Write `next_token_table(logits, temperature, k)`. The logits are `[n, V]`, a row for each of the `n`
# tokens of the prompt; return a dictionary of three tensors `[k]` for the `k` tokens that are most
# probable **after the whole prompt**, likeliest first: `"id"`, `"logit"` (as the model returned it) and
# `"probability"`, the **model's** at that temperature.

# %% [markdown] name="table-write" lang="es"
# Escribe `next_token_table(logits, temperature, k)`. Los logits son `[n, V]`, una fila por cada uno de los
# `n` tokens del texto de partida; devuelve un diccionario de tres tensores `[k]` con los `k` tokens más
# probables **después del texto entero**, el más probable primero: `"id"`, `"logit"` (tal como lo devolvió el
# modelo) y `"probability"`, la **del modelo** a esa temperatura.


# %% name="next_token_table" exercise=true
def next_token_table(logits, temperature, k):
    # en: """Ids, logits and probabilities of the k likeliest next tokens; [n, V] in, a dictionary out."""
    # es: """Ids, logits y probabilidades de los k tokens siguientes más probables; sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. Which row has read the whole prompt?
    # es: # 1. ¿Qué fila ha leído el texto entero?
    last = logits[-1]
    # en: # 2. The softmax runs over the vocabulary; the table shows only some of it.
    # es: # 2. El softmax recorre el vocabulario; la tabla solo muestra una parte.
    probabilities = torch.softmax(last / temperature, dim=-1)
    top, indices = torch.topk(last, k)
    return {"id": indices, "logit": top, "probability": probabilities[indices]}
    ### END SOLUTION


# %% name="check-next_token_table" check="next_token_table" points=2
check("next_token_table", next_token_table)
### BEGIN HIDDEN TESTS
check.hidden("next_token_table", next_token_table)
### END HIDDEN TESTS

# %% [markdown] name="table-help" lang="en"
# <details><summary>My probabilities are too large</summary>
#
# Take the softmax of the whole row first: 350 numbers that sum to 1. Then pick the k out of it by their
# ids, `probabilities[indices]`. Those k sum to less than 1, since the others have something too.
#
# </details>
# <details><summary>How do I get the ids?</summary>
#
# `top, indices = torch.topk(row, k)` gives the k largest numbers of a row, the largest first, and where
# they stand. Where they stand is the id.
#
# </details>

# %% [markdown] name="table-help" lang="es"
# <details><summary>Mis probabilidades son demasiado grandes</summary>
#
# Toma primero el softmax de la fila entera: 350 números que suman 1. Después elige los k por sus ids,
# `probabilities[indices]`. Esos k suman menos de 1, porque los demás también tienen algo.
#
# </details>
# <details><summary>¿Cómo obtengo los ids?</summary>
#
# `top, indices = torch.topk(row, k)` da los k números mayores de una fila, el mayor primero, y en qué lugar
# están. Ese lugar es el id.
#
# </details>

# %% name="table-look"
columns = {1.0: "T = 1", 2.0: "T = 2", 100.0: "T = 100"}
table = next_token_table(logits, 1.0, 10)
shown = pandas.DataFrame({"id": [int(i) for i in table["id"]]})
shown["token"] = [model.tokenizer.decode([i]) for i in shown["id"]]
shown["logit"] = [round(float(z), 2) for z in table["logit"]]
for temperature, name in columns.items():
    shown[name] = [
        round(float(p), 4) for p in next_token_table(logits, temperature, 10)["probability"]
    ]
shown

# %% [markdown] name="draws" lang="en"
# Now draw: a hundred next tokens at $T = 1$, counted, beside the number to expect and how far a count
# strays from it by chance. Two or three of the ten lines should be more than one standard error off.

# %% [markdown] name="draws" lang="es"
# Ahora extrae: cien tokens siguientes con $T = 1$, contados, junto al número esperado y a cuánto se aparta un
# recuento por azar. En dos o tres de las diez líneas, la diferencia debería superar un error estándar.

# %% name="draws-counted"
counts = count_draws(logits[-1].cpu(), 1.0, 100, generator=torch.Generator("cpu").manual_seed(4))
drawn = counts.table().loc[shown["id"], ["count", "expected", "standard_error"]]
drawn.insert(0, "token", shown["token"].tolist())
# en: drawn.columns = ["token", "count", "expected", "standard error"]
# es: drawn.columns = ["token", "recuento", "esperado", "error estándar"]
drawn.round(1)

# %% [markdown] name="row-play" lang="en"
# The explorer holds this row of logits, all of it. Raise $T$ and watch the last line, the tokens that are not shown: at which $T$ do they have half of the
# probability? What does a top-p of 0.9 leave of that line, with the temperature first and with the filter first?

# %% [markdown] name="row-play" lang="es"
# El explorador contiene esta fila de logits, entera. Sube $T$ y observa la última línea, la de los tokens que no se muestran: ¿con qué $T$ reúnen la mitad de la
# probabilidad? ¿Qué deja de esa línea un top-p de 0.9, si la temperatura va primero y si va primero el filtro?

# %% name="row-explorer"
from tempkit import Explorer

every_token = map(model.tokenizer.decode, range(len(model.tokenizer)))
Explorer(logits[-1].cpu(), every_token)

# %% [markdown] name="styles" lang="en"
# ## Four styles
#
# Draw a token, append it, ask again: that is how a text is written. (What the model computed for the
# earlier tokens is kept in a *cache*, so that a text of a thousand tokens costs a thousand positions and
# not half a million.) Guides give names to temperatures, from conservative to experimental. Here they are
# side by side, for three kinds of prompt: English, Spanish and a question. Each line uses the same random
# numbers in all columns. Read the texts, but do not conclude anything: one text per temperature is one draw.

# %% [markdown] name="styles" lang="es"
# ## Cuatro estilos
#
# Extraer un token, añadirlo y volver a preguntar: así se escribe un texto. (Lo que el modelo calculó para
# los tokens anteriores se guarda en una *caché*, de modo que un texto de mil tokens cuesta mil posiciones
# y no medio millón.) Las guías ponen nombre a las temperaturas, de «conservador» a «experimental». Aquí están,
# una al lado de otra, con tres clases de texto de partida: inglés, español y una pregunta. Cada línea usa los
# mismos números aleatorios en todas las columnas. Lee los textos, pero no concluyas nada: un texto por temperatura es
# una sola extracción.

# %% name="styles-table"
model = verbs.load("main", device=generation.device())
# en: prompts = ["<en>", "<es>", "<en> does"]
# es: prompts = ["<en>", "<es>", "<es> ¿"]
# en: names = ["conservative", "balanced", "creative", "experimental"]
# es: names = ["conservador", "equilibrado", "creativo", "experimental"]
columns = zip(names, generation.STYLES.values(), strict=True)
temperatures = {f"{name} (T = {t:g})": t for name, t in columns}
styles = [generation.styles(model, p, temperatures, max_new_tokens=24) for p in prompts]
pandas.concat(styles, keys=prompts).droplevel(1)

# %% [markdown] name="loop-guess" lang="en"
# ## Whose loop is it?
#
# Turn the temperature down to 0.1 and the English text becomes *she works. I work. I work. I work.* The
# usual comment is that the model has got stuck. We can ask something that cannot get stuck: the **true
# process**, the exact rules that made the training text, with each of its next-word distributions
# tempered to the same $T$. It makes no mistakes and has no memory from one sentence to the next.
#
# ### Predict before you run
#
# How often is an English sentence the same as the one before it, at $T = 0.1$?
#
# - **a** · often in the model's text, hardly ever in the true process: the loop is the model's
# - **b** · hardly ever in either: it only looks like a loop
# - **c** · often in both, and nearly as often in one as in the other
#
# (To measure it, several hundred texts are written below: this takes some seconds.)

# %% [markdown] name="loop-guess" lang="es"
# ## ¿De quién es el bucle?
#
# Baja la temperatura a 0.1 y el texto inglés se convierte en *she works. I work. I work. I work.* Suele
# decirse que el modelo se ha atascado. Podemos preguntar a algo que no puede atascarse: el **proceso
# verdadero**, las reglas exactas con que se hizo el texto de entrenamiento, con cada una de sus distribuciones de la
# palabra siguiente a la misma $T$. No comete errores y no guarda memoria de una frase a otra.
#
# ### Predice antes de ejecutar
#
# ¿Con qué frecuencia una frase inglesa es igual a la anterior, con $T = 0.1$?
#
# - **a** · a menudo en el texto del modelo, casi nunca en el proceso verdadero: el bucle es del modelo
# - **b** · casi nunca en ninguno: solo parece un bucle
# - **c** · a menudo en ambos, y casi con la misma frecuencia
#
# (Más abajo se escriben varios cientos de textos para medirlo: tarda unos segundos.)

# %% name="guess-whose-loop" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION


# %% name="repeated"
def repeated(texts):
    # en: """Share of the sentences that equal the one before them."""
    # es: """Proporción de frases iguales a la que tienen delante."""
    pairs = []
    for text in texts:
        sentences = text.replace("?", ".").split(". ")[1:-1]
        pairs += [sentences[i] == sentences[i + 1] for i in range(len(sentences) - 1)]
    return sum(pairs) / len(pairs)


# %% name="loop-measure"
truth = verbs.grammar()
for temperature in [0.1, 0.3, 1.0]:
    written = generation.generate(
        model, "<en>", temperature=temperature, samples=100, allow_end=False
    )
    seed = torch.Generator("cpu").manual_seed(0)
    documents = truth.sample(400, temperature=temperature, max_tokens=60, generator=seed)
    english = [text for text in map(truth.text, documents) if text.startswith("<en>")]
    a, b = repeated(written.texts), repeated(english)
    # en: print(f"T = {temperature}: model {a:.2f}, true process {b:.2f}")
    # es: print(f"T = {temperature}: modelo {a:.2f}, proceso verdadero {b:.2f}")
check.prediction("whose-loop", prediction)

# %% [markdown] name="chain-task" lang="en"
# ## Exercise 2 · How probable is a text? (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: from tokens to a text](../../theory/en/04-language-models.md#chain-rule)*
#
# The probability of a text is a product: the second token after the first, the third after the first two,
# and so on. Write `sequence_log_probability(logits, ids)`: from the model's logits `[n, V]` for a text of
# `n` tokens and its ids `[n]`, the natural logarithm of the probability of everything after the first
# token, $\sum_{t=2}^{n} \log p(x_t \mid x_1, \dots, x_{t-1})$. One of the checks is a text of 401 tokens.

# %% [markdown] name="chain-task" lang="es"
# ## Ejercicio 2 · ¿Qué probabilidad tiene un texto? (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: de los tokens a un texto](../../theory/es/04-language-models.md#chain-rule)*
#
# La probabilidad de un texto es un producto: el segundo token después del primero, el tercero después de los
# dos primeros, y así sucesivamente. Escribe `sequence_log_probability(logits, ids)`: a partir de los logits
# `[n, V]` del modelo para un texto de `n` tokens y de sus ids `[n]`, el logaritmo natural de la probabilidad de
# todo lo que sigue al primer token, $\sum_{t=2}^{n} \log p(x_t \mid x_1, \dots, x_{t-1})$. Una de las
# comprobaciones es un texto de 401 tokens.


# %% name="sequence_log_probability" exercise=true
def sequence_log_probability(logits, ids):
    # en: """Log-probability, in nats, of all tokens after the first; [n, V] and [n] in, a number out."""
    # es: """Log-probabilidad, en nats, de los tokens tras el primero; entran [n, V] y [n]."""
    ### BEGIN SOLUTION
    # en: # 1. Each row as log-probabilities.
    # es: # 1. Cada fila como log-probabilidades.
    log_p = torch.log_softmax(logits, dim=-1)
    # en: # 2. Which row said something about which token?
    # es: # 2. ¿Qué fila dijo algo sobre qué token?
    said = [log_p[row, token] for row, token in enumerate(ids[1:])]
    # en: # 3. Logarithms add.
    # es: # 3. Los logaritmos se suman.
    return torch.stack(said).sum()
    ### END SOLUTION


# %% name="check-sequence_log_probability" check="sequence_log_probability" points=2
check("sequence_log_probability", sequence_log_probability)
### BEGIN HIDDEN TESTS
check.hidden("sequence_log_probability", sequence_log_probability)
### END HIDDEN TESTS

# %% [markdown] name="chain-help" lang="en"
# <details><summary>My numbers are off, and I do not see why</summary>
#
# Row 0 has read token 0 and says what comes *next*: it is scored on token 1. So `n` tokens make `n - 1`
# terms, and the last row is not used: nobody knows what came after it.
#
# </details>
# <details><summary>My long text gives -inf</summary>
#
# A product of 400 probabilities is smaller than any float. Take the logarithm of each one, with
# `torch.log_softmax`, and add.
#
# </details>

# %% [markdown] name="chain-help" lang="es"
# <details><summary>Mis números no salen y no veo por qué</summary>
#
# La fila 0 ha leído el token 0 y dice qué viene *después*: puntúa el token 1. Así, `n` tokens dan `n - 1`
# términos, y la última fila no se usa: nadie sabe qué vino tras ella.
#
# </details>
# <details><summary>Mi texto largo da -inf</summary>
#
# Un producto de 400 probabilidades es menor que cualquier número de coma flotante. Toma el logaritmo de cada
# una, con `torch.log_softmax`, y suma.
#
# </details>

# %% [markdown] name="greedy-guess" lang="en"
# ### Predict before you run
#
# *Greedy* decoding takes the likeliest next token at every step. Is the sentence that it writes the
# likeliest sentence?
#
# - **a** · yes: the best choice at every step gives the best whole
# - **b** · no, not in general

# %% [markdown] name="greedy-guess" lang="es"
# ### Predice antes de ejecutar
#
# La decodificación *voraz* toma el token siguiente más probable en cada paso. ¿Es la frase que escribe la
# frase más probable?
#
# - **a** · sí: la mejor elección en cada paso da el mejor conjunto
# - **b** · no, no en general

# %% name="guess-greedy-and-mode" prediction=true
# en: prediction = None  # write "a" or "b"
# es: prediction = None  # escribe "a" o "b"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown] name="greedy-look" lang="en"
# For the true process both sentences can be found exactly. Two lines a language: the greedy sentence
# first, then the likeliest; in English they are the same. Each line: language, sentence, its true
# probability, and the one that your function finds in the model's logits (from the tag on: the tag is
# given, not guessed).

# %% [markdown] name="greedy-look" lang="es"
# En el proceso verdadero las dos frases se pueden hallar con exactitud. Hay dos líneas por idioma: primero la
# frase voraz, después la más probable; en inglés son la misma. Cada línea: idioma, frase, su probabilidad
# verdadera y la que tu función encuentra en los logits del modelo (desde la etiqueta: esa se da, no se adivina).

# %% name="greedy-measure"
for lang in ["en", "es"]:
    for sentence, log_p in [truth.greedy_sentence(lang), truth.most_probable_sentence(lang)]:
        ids = torch.tensor(model.tokenizer(f"<{lang}> {sentence}")["input_ids"])
        with torch.no_grad():
            rows = model.model(ids[None]).logits[0]
        by_model = float(sequence_log_probability(rows[1:], ids[1:]))
        print(lang, sentence, [round(torch.tensor(x).exp().item(), 4) for x in (log_p, by_model)])
check.prediction("greedy-and-mode", prediction)

# %% [markdown] name="both-task" lang="en"
# ## Exercise 3 · Two temperatures (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: two temperatures](../../theory/en/04-language-models.md#two-temperings)*
#
# Greedy is the coldest temperature, and it misses the likeliest sentence. So tempering tokens cannot be the
# same as tempering sentences. Take the smallest language in which that can happen: a first token with
# probabilities `first` `[A]`, then a second with probabilities `second` `[A, B]`, a row for each first one.
# Write `temper_both(first, second, temperature)`, a dictionary of two tables `[A, B]` that each sum to 1:
#
# - `"tokens"`: the probabilities of the sentences when **each step** is tempered, $p^{1/T}$ divided by the sum of that step;
# - `"sequences"`: when the $A \cdot B$ **sentences** are tempered: multiply first, then $p^{1/T}$, divided by
#   the sum over all of them.

# %% [markdown] name="both-task" lang="es"
# ## Ejercicio 3 · Dos temperaturas (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: dos temperaturas](../../theory/es/04-language-models.md#two-temperings)*
#
# La decodificación voraz es la temperatura más fría, y no da con la frase más probable. Así que aplicar la temperatura a los tokens
# no puede ser lo mismo que aplicarla a las frases. Toma el idioma más pequeño en que eso puede ocurrir: un primer
# token con probabilidades `first` `[A]` y un segundo con probabilidades `second` `[A, B]`, una fila por cada
# primer token. Escribe `temper_both(first, second, temperature)`, un diccionario de dos tablas `[A, B]` que
# suman 1 cada una:
#
# - `"tokens"`: las probabilidades de las frases cuando la temperatura actúa en **cada paso**, $p^{1/T}$ dividida entre la suma de ese paso;
# - `"sequences"`: cuando actúa sobre las $A \cdot B$ **frases**: multiplica primero; después, $p^{1/T}$ dividida
#   entre la suma de todas.


# %% name="temper_both" exercise=true
def temper_both(first, second, temperature):
    # en: """Probabilities of all sentences, tempered in two ways; [A] and [A, B] in, a dictionary out."""
    # es: """Probabilidades de las frases, con T de dos maneras; entran [A] y [A, B], sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. Each step by itself, then the product.
    # es: # 1. Cada paso por separado; después, el producto.
    start = first ** (1 / temperature)
    rows = second ** (1 / temperature)
    tokens = (start / start.sum())[:, None] * (rows / rows.sum(dim=-1, keepdim=True))
    # en: # 2. The product, then all sentences together.
    # es: # 2. El producto; después, todas las frases juntas.
    sequences = (first[:, None] * second) ** (1 / temperature)
    return {"tokens": tokens, "sequences": sequences / sequences.sum()}
    ### END SOLUTION


# %% name="check-temper_both" check="temper_both" points=2
check("temper_both", temper_both)
### BEGIN HIDDEN TESTS
check.hidden("temper_both", temper_both)
### END HIDDEN TESTS

# %% [markdown] name="both-help" lang="en"
# <details><summary>How do I multiply a list with a table?</summary>
#
# `first[:, None]` stands the `A` numbers upright, one a row, so that `first[:, None] * second` multiplies row
# $i$ with number $i$. Without it, `first * second` multiplies the *columns*, and if $A = B$ nothing warns you.
#
# </details>
# <details><summary>My tables do not sum to 1</summary>
#
# Under `"tokens"` two things are normalised, each by itself: the first token (one sum), and every row of the
# second (one sum a row: `sum(dim=-1, keepdim=True)`). Under `"sequences"` there is one sum for the whole table.
#
# </details>

# %% [markdown] name="both-help" lang="es"
# <details><summary>¿Cómo multiplico una lista por una tabla?</summary>
#
# `first[:, None]` pone de pie los `A` números, uno por fila, y así `first[:, None] * second` multiplica la fila
# $i$ por el número $i$. Sin eso, `first * second` multiplica las *columnas*, y si $A = B$ nada te avisa.
#
# </details>
# <details><summary>Mis tablas no suman 1</summary>
#
# En `"tokens"` se normalizan dos cosas, cada una por su lado: el primer token (una suma) y cada fila del segundo
# (una suma por fila: `sum(dim=-1, keepdim=True)`). En `"sequences"` hay una sola suma para toda la tabla.
#
# </details>

# %% [markdown] name="both-look" lang="en"
# Four sentences: “my dog” is the greedy one, “we sing” the likeliest. Follow their two curves from $T = 1$
# to the left: in one panel the cold chooses the first, in the other the second.

# %% [markdown] name="both-look" lang="es"
# Cuatro frases: «mi perro» es la voraz, «yo canto» la más probable. Sigue sus dos curvas desde $T = 1$ hacia
# la izquierda: en un panel el frío elige la primera; en el otro, la segunda.

# %% name="both-picture"
first = torch.tensor([0.6, 0.4])
second = torch.tensor([[0.55, 0.45], [0.9, 0.1]])
for key, table in temper_both(first, second, 0.5).items():
    print(key, [[round(float(p), 3) for p in row] for row in table])
# en: sentences = ["my dog", "my cat", "we sing", "we dance"]
# es: sentences = ["mi perro", "mi gato", "yo canto", "yo bailo"]
plots.two_temperings(first, second, labels=sentences)

# %% [markdown] name="distinct-task" lang="en"
# ## Exercise 4 · Variety as a number (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: four things to measure](../../theory/en/04-language-models.md#four-measures)*
#
# “More creative” is not a measurement. *Distinct-n* is one: the number of **different** runs of `n` tokens in
# a row (*n-grams*), divided by the number of **all** such runs. Write `distinct_n(texts, n)`: `texts` is a list of texts,
# each a list of tokens (words or ids); collect the runs of all texts, but no run goes from one text into the
# next.

# %% [markdown] name="distinct-task" lang="es"
# ## Ejercicio 4 · La variedad en un número (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: cuatro cosas que medir](../../theory/es/04-language-models.md#four-measures)*
#
# «Más creativo» no es una medición. *Distinct-n* sí: el número de series **distintas** de `n` tokens seguidos (*n-gramas*),
# dividido entre el número de **todas** esas series. Escribe `distinct_n(texts, n)`: `texts` es una lista de
# textos, cada uno una lista de tokens (palabras o ids); reúne las series de todos los textos, pero ninguna serie pasa de un texto al
# siguiente.


# %% name="distinct_n" exercise=true
def distinct_n(texts, n):
    # en: """Different runs of n tokens over all runs; a list of lists in, a number out."""
    # es: """Series distintas de n tokens entre todas; entra una lista de listas, sale un número."""
    ### BEGIN SOLUTION
    # en: # 1. Every run of n tokens, text by text.
    # es: # 1. Cada serie de n tokens, texto por texto.
    runs = [tuple(text[i : i + n]) for text in texts for i in range(len(text) - n + 1)]
    # en: # 2. How many are different?
    # es: # 2. ¿Cuántas son distintas?
    return len(set(runs)) / len(runs)
    ### END SOLUTION


# %% name="check-distinct_n" check="distinct_n" points=1
check("distinct_n", distinct_n)
### BEGIN HIDDEN TESTS
check.hidden("distinct_n", distinct_n)
### END HIDDEN TESTS

# %% [markdown] name="distinct-help" lang="en"
# <details><summary>An example by hand</summary>
#
# `a b a b` and `b a`, with $n = 2$: the runs are *ab, ba, ab* and *ba*, four of them and two different ones,
# so distinct-2 is 0.5.
#
# </details>
# <details><summary>unhashable type: 'list'</summary>
#
# A list cannot be put into a set. Make each run a tuple: `tuple(text[i : i + n])`. (Strings made by joining
# will not do: tokens may be numbers, and 1, 23 would look like 12, 3.)
#
# </details>

# %% [markdown] name="distinct-help" lang="es"
# <details><summary>Un ejemplo a mano</summary>
#
# `a b a b` y `b a`, con $n = 2$: las series son *ab, ba, ab* y *ba*, cuatro en total y dos distintas, así que
# distinct-2 es 0.5.
#
# </details>
# <details><summary>unhashable type: 'list'</summary>
#
# Una lista no se puede meter en un conjunto. Haz de cada serie una tupla: `tuple(text[i : i + n])`. (Unir los
# tokens en una cadena no sirve: pueden ser números, y 1, 23 parecería 12, 3.)
#
# </details>

# %% [markdown] name="hot-guess" lang="en"
# ## What heat breaks
#
# Now temperatures above 1. The model's text goes wrong: *she sells. they before he casa pronto.* Before you
# measure it, ask the true process again, with each of its next-word distributions tempered to $T = 3$.
#
# ### Predict before you run
#
# What share of the sentences of the **true process** is grammatical at $T = 3$?
#
# - **a** · all of them
# - **b** · about half
# - **c** · almost none

# %% [markdown] name="hot-guess" lang="es"
# ## Qué rompe el calor
#
# Ahora, temperaturas mayores que 1. El texto del modelo se estropea: *she sells. they before he casa pronto.*
# Antes de medirlo, pregunta otra vez al proceso verdadero, con cada una de sus distribuciones de la palabra siguiente a $T = 3$.
#
# ### Predice antes de ejecutar
#
# ¿Qué proporción de las frases del **proceso verdadero** es gramatical con $T = 3$?
#
# - **a** · todas
# - **b** · cerca de la mitad
# - **c** · casi ninguna

# %% name="guess-true-process-hot" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "a"
### END SOLUTION

# %% name="hot-measure"
seed = torch.Generator("cpu").manual_seed(3)
hot = truth.sample(100, temperature=3.0, max_tokens=60, generator=seed)
# en: print("true process", verbs.grammatical_rate(hot))
# es: print("proceso verdadero", verbs.grammatical_rate(hot))
written = generation.generate(
    model, ["<en>", "<es>"], temperature=3.0, samples=64, seed=1, allow_end=False
)
rate = verbs.grammatical_rate(written.texts)
# en: print("model", round(rate.value, 2), "±", round(rate.standard_error, 2))
# es: print("modelo", round(rate.value, 2), "±", round(rate.standard_error, 2))
check.prediction("true-process-hot", prediction)

# %% [markdown] name="grammatical-task" lang="en"
# ## Exercise 5 · From a leak to a sentence (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: what heat breaks](../../theory/en/04-language-models.md#leak)*
#
# The model is not the truth: it gives every impossible token a little. The sum of what it gives them is its
# *leak*, the chance that the next token breaks a rule. (The library's `illegal_mass` measures it.) If each token leaks with the same chance, how many sentences survive? Write
# `predicted_grammatical(leak, lengths)`: the expected share of sentences without a single leak, given the leak
# (a number) and the lengths of the sentences in tokens, the final mark included (a list).

# %% [markdown] name="grammatical-task" lang="es"
# ## Ejercicio 5 · De una fuga a una frase (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: qué rompe el calor](../../theory/es/04-language-models.md#leak)*
#
# El modelo no es la distribución verdadera: le da un poco a cada token imposible. La suma de lo que les da es su *fuga*, la
# probabilidad de que el token siguiente rompa una regla. (La mide `illegal_mass`, de la biblioteca.) Si cada token falla con la misma probabilidad, ¿cuántas frases sobreviven? Escribe
# `predicted_grammatical(leak, lengths)`: la proporción esperada de frases sin una sola fuga, dadas la fuga (un
# número) y las longitudes de las frases en tokens, con el signo final incluido (una lista).


# %% name="predicted_grammatical" exercise=true
def predicted_grammatical(leak, lengths):
    # en: """Expected share of sentences without a leak; a number and a list in, a number out."""
    # es: """Proporción esperada de frases sin fuga; entran un número y una lista, sale un número."""
    ### BEGIN SOLUTION
    # en: # The chance that every token of a sentence is right, averaged over the sentences.
    # es: # La probabilidad de que todos los tokens estén bien, promediada sobre las frases.
    return sum((1 - leak) ** n for n in lengths) / len(lengths)
    ### END SOLUTION


# %% name="check-predicted_grammatical" check="predicted_grammatical" points=1
check("predicted_grammatical", predicted_grammatical)
### BEGIN HIDDEN TESTS
check.hidden("predicted_grammatical", predicted_grammatical)
### END HIDDEN TESTS

# %% [markdown] name="grammatical-help" lang="en"
# <details><summary>One sentence first</summary>
#
# A token is right with the chance $1 - \text{leak}$. For a sentence of three tokens, three of them have to be
# right, one after the other: what is the chance of that? Then take the mean of such chances over the list; a
# mean length will not do, since short sentences survive far more often.
#
# </details>

# %% [markdown] name="grammatical-help" lang="es"
# <details><summary>Primero, una sola frase</summary>
#
# Un token está bien con probabilidad $1 - \text{leak}$. En una frase de tres tokens tienen que estar bien tres,
# uno tras otro: ¿qué probabilidad tiene eso? Después toma la media de esas probabilidades sobre la lista; una
# longitud media no sirve, porque las frases cortas sobreviven mucho más a menudo.
#
# </details>

# %% [markdown] name="leak-look" lang="en"
# Is it so? Let the model write 500 texts of each language and take the *first sentence* of each. It counts
# if it is grammatical in the language that the text began in: that is the event your function predicts. This
# takes some seconds.

# %% [markdown] name="leak-look" lang="es"
# ¿Es así? Haz que el modelo escriba 500 textos en cada idioma y toma la *primera frase* de cada uno. Cuenta si
# es gramatical en el idioma en que empezó el texto: ese es el suceso que tu función predice. Tarda unos
# segundos.


# %% name="leak-table"
def first_sentence(ids):
    # en: """The ids up to the first full stop or question mark, which is included."""
    # es: """Los ids hasta el primer punto o signo de interrogación, que va incluido."""
    stops = [n for n, token in enumerate(ids, 1) if token in (truth.id("."), truth.id("?"))]
    return ids[: stops[0]] if stops else ids


seen, rows = verbs.probe(model), []
for temperature in [0.5, 1.0, 1.5, 2.0, 3.0]:
    sentences = []
    for tag in ["<en>", "<es>"]:
        written = generation.generate(
            model,
            tag,
            temperature=temperature,
            samples=500,
            max_new_tokens=16,
            seed=1,
            allow_end=False,
        )
        sentences += [(truth.id(tag), *first_sentence(ids)) for ids in written.ids]
    share = sum(bool(truth.parse(sentence)) for sentence in sentences) / len(sentences)
    leak = verbs.illegal_mass(seen, temperature).value
    lengths = [len(sentence) - 1 for sentence in sentences]
    rows.append(
        {
            "T": temperature,
            "leak": leak,
            "predicted": predicted_grammatical(leak, lengths),
            "counted": share,
            "±": (share * (1 - share) / len(sentences)) ** 0.5,
        }
    )
survival = pandas.DataFrame(rows)
# en: columns = ["T", "leak", "predicted", "counted", "±"]
# es: columns = ["T", "fuga", "prevista", "contada", "±"]
survival.round(4).set_axis(columns, axis=1)

# %% name="leak-picture"
plots.grammatical(
    survival["T"].tolist(),
    survival["counted"].tolist(),
    survival["±"].tolist(),
    survival["predicted"].tolist(),
)

# %% [markdown] name="leak-answer" lang="en"
# Up to $T = 2$ the prediction is less than 0.05 off, and a little too high; at $T = 3$ it allows less than two
# thirds of what is counted.
#
# <details><summary>Why?</summary>
#
# One number stands for all positions. After “does”, where a question begins, only four words are right; after
# “¿”, 162. The leak is not the same in the two. Some sentences run through safe positions, and the mean of their chances is larger than the
# chance at the mean leak. And hot sentences are not the sentences on which the leak was averaged. The
# [note](../../theory/en/04-language-models.md#leak) has the exact statement: multiply along each path.
#
# </details>

# %% [markdown] name="leak-answer" lang="es"
# Hasta $T = 2$ la predicción se aparta menos de 0.05, y queda algo alta; con $T = 3$ prevé menos de dos
# tercios de lo que se cuenta.
#
# <details><summary>¿Por qué?</summary>
#
# Un solo número representa a todas las posiciones. Después de «does», al empezar una pregunta, solo hay cuatro
# palabras correctas; después de «¿», 162. La fuga no es la misma en las dos. Algunas frases pasan por posiciones seguras, y la media de sus probabilidades es
# mayor que la probabilidad con la fuga media. Además, las frases calientes no son las frases sobre las que se promedió la fuga. La
# [nota](../../theory/es/04-language-models.md#leak) tiene el enunciado exacto: multiplicar a lo largo de cada camino.
#
# </details>

# %% [markdown] name="quality-look" lang="en"
# The great measurement: 128 texts of 60 tokens at each temperature. The share of grammatical sentences, of
# whole texts and in either language, with its standard error; variety by your `distinct_n`; and the share of
# good sentences that the training text does not hold. This takes some seconds. Look for the best row: is there
# one?

# %% [markdown] name="quality-look" lang="es"
# La gran medición: 128 textos de 60 tokens con cada temperatura. La proporción de frases gramaticales, en textos
# enteros y en cualquiera de los dos idiomas, con su error estándar; la variedad según tu `distinct_n`; y la parte
# de las frases buenas que el texto de entrenamiento no contiene. Tarda unos segundos. Busca la mejor fila: ¿la hay?

# %% name="quality-table"
rows = []
for temperature in [0.1, 0.5, 1.0, 1.5, 2.0, 3.0]:
    written = generation.generate(
        model, ["<en>", "<es>"], temperature=temperature, samples=64, seed=1, allow_end=False
    )
    good = verbs.grammatical_rate(written.texts)
    rows.append(
        {
            "T": temperature,
            "grammatical": good.value,
            "±": good.standard_error,
            "distinct-2": distinct_n([list(ids) for ids in written.ids], 2),
            "novelty": verbs.novelty(written.texts).value,
        }
    )
# en: columns = ["T", "grammatical", "±", "distinct-2", "novelty"]
# es: columns = ["T", "gramatical", "±", "distinct-2", "novedad"]
pandas.DataFrame(rows).round(3).set_axis(columns, axis=1)

# %% [markdown] name="kl-task" lang="en"
# ## Exercise 6 · How far from the truth? (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: the best temperature, for what?](../../theory/en/04-language-models.md#best-temperature)*
#
# Grammar is one criterion. Another asks that every next word be as probable as it truly is: the
# *divergence* $\mathrm{KL}(p, q) = \sum_i p_i \log (p_i / q_i)$, 0 only for a perfect model. Write
# `kl_curve(truth, logits, temperatures)`: a tensor `[K]` with the divergence in nats of
# $q = \mathrm{softmax}(z/T)$ from the true $p$ at each of `K` temperatures, averaged over `N` positions. `truth`
# `[N, V]` holds probabilities, many of them 0 (they add 0); `logits` is `[N, V]`; `temperatures` is a Python
# list. Only the model is tempered.

# %% [markdown] name="kl-task" lang="es"
# ## Ejercicio 6 · ¿A qué distancia de la verdadera? (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: la mejor temperatura, ¿para qué?](../../theory/es/04-language-models.md#best-temperature)*
#
# La gramática es un criterio. Otro pide que cada palabra siguiente sea tan probable como lo es de verdad: la
# *divergencia* $\mathrm{KL}(p, q) = \sum_i p_i \log (p_i / q_i)$, que solo es 0 con un modelo perfecto. Escribe
# `kl_curve(truth, logits, temperatures)`: un tensor `[K]` con la divergencia en nats de
# $q = \mathrm{softmax}(z/T)$ respecto de la verdadera $p$ para cada una de las `K` temperaturas, promediada sobre `N` posiciones.
# `truth` `[N, V]` contiene probabilidades, muchas de ellas 0 (aportan 0); `logits` es `[N, V]`; `temperatures`
# es una lista de Python. La temperatura solo se aplica al modelo.


# %% name="kl_curve" exercise=true
def kl_curve(truth, logits, temperatures):
    # en: """KL(truth, model at T) in nats, averaged over positions; [N, V] twice in, [K] out."""
    # es: """KL(verdadera, modelo a T) en nats, promediada; entran dos [N, V], sale [K]."""
    ### BEGIN SOLUTION
    # en: # 1. The truth's own entropy: the same at every T.
    # es: # 1. La entropía de la propia distribución verdadera: la misma con cada T.
    own = torch.special.entr(truth).sum(dim=-1)
    # en: # 2. The cross-entropy, -sum p log q, at each T, less that; averaged over the positions.
    # es: # 2. La entropía cruzada, -suma p log q, con cada T, menos esa; media sobre las posiciones.
    curve = []
    for temperature in temperatures:
        cross = -(truth * torch.log_softmax(logits / temperature, dim=-1)).sum(dim=-1)
        curve.append((cross - own).mean())
    return torch.stack(curve)
    ### END SOLUTION


# %% name="check-kl_curve" check="kl_curve" points=2
check("kl_curve", kl_curve)
### BEGIN HIDDEN TESTS
check.hidden("kl_curve", kl_curve)
### END HIDDEN TESTS

# %% [markdown] name="kl-help" lang="en"
# <details><summary>I get NaN</summary>
#
# In floating point `0 * log(0)` is NaN. Split the logarithm: the divergence is the *cross-entropy*
# $-\sum_i p_i \log q_i$ less the truth's own entropy. `torch.special.entr(truth)` is $-p \log p$ with
# the right value at 0, and `torch.log_softmax` of the model is finite.
#
# </details>
# <details><summary>Which of the two comes first?</summary>
#
# The one that is averaged over: in $\mathrm{KL}(p, q)$ the truth $p$ stands in front of the logarithm.
# (`torch.nn.functional.kl_div` takes its arguments the other way round, the model first, as logarithms.)
#
# </details>

# %% [markdown] name="kl-help" lang="es"
# <details><summary>Obtengo NaN</summary>
#
# En coma flotante `0 * log(0)` es NaN. Separa el logaritmo: la divergencia es la *entropía cruzada*
# $-\sum_i p_i \log q_i$ menos la entropía de la propia distribución verdadera. `torch.special.entr(truth)` es $-p \log p$ con el
# valor correcto en 0, y `torch.log_softmax` del modelo es finito.
#
# </details>
# <details><summary>¿Cuál de las dos va primero?</summary>
#
# La que hace la media: en $\mathrm{KL}(p, q)$ la verdadera, $p$, está delante del logaritmo.
# (`torch.nn.functional.kl_div` toma sus argumentos al revés: primero el modelo, en logaritmos.)
#
# </details>

# %% [markdown] name="best-guess" lang="en"
# ### Predict before you run
#
# Besides `main` there are three failed models: `under` was stopped too early; `over` and `over-more` read a
# small text again and again, until they knew it too well. At which temperature is the *over-fitted*
# `over-more` nearest to the truth?
#
# - **a** · well below 1
# - **b** · at 1
# - **c** · well above 1
#
# (Four models are read below, at 25 temperatures each: this takes some seconds.)

# %% [markdown] name="best-guess" lang="es"
# ### Predice antes de ejecutar
#
# Además de `main` hay tres modelos fallidos: `under` se detuvo demasiado pronto; `over` y `over-more` leyeron un
# texto pequeño una y otra vez, hasta conocerlo demasiado bien. ¿Con qué temperatura está más cerca de la distribución verdadera el
# modelo *sobreajustado* `over-more`?
#
# - **a** · bastante menor que 1
# - **b** · con 1
# - **c** · bastante mayor que 1
#
# (Abajo se leen cuatro modelos, con 25 temperaturas cada uno: tarda unos segundos.)

# %% name="guess-over-fitted-best" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% name="best-measure"
temperatures = torch.logspace(-0.6, 0.6, 25).tolist()
curves, illegal = {}, {}
for name in verbs.MODELS:
    seen = verbs.probe(verbs.load(name, device=generation.device()), documents=50)
    curves[name] = [float(kl) for kl in kl_curve(seen.truth, seen.logits, temperatures)]
    illegal[name] = [verbs.illegal_mass(seen, t).value for t in temperatures]
check.prediction("over-fitted-best", prediction)

# %% name="best-picture"
plots.divergence(temperatures, curves, illegal)

# %% [markdown] name="order" lang="en"
# The picture reads each minimum off a grid, in which a temperature is 12 % above the one before, and from 50
# documents; the note minimises on more text and finds 0.98, 0.89, 1.39 and 1.95.
#
# A filter can do what one temperature cannot: cut the tail where it leaks. But at $T = 2$ the order decides.
# The first line takes the [nucleus](../../theory/en/03-truncation.md#four-filters) of 0.95 before the heat, the
# second after it.

# %% [markdown] name="order" lang="es"
# La figura lee cada mínimo en una cuadrícula donde una temperatura es un 12 % mayor que la anterior, y con 50
# documentos; la nota minimiza con más texto y halla 0.98, 0.89, 1.39 y 1.95.
#
# Un filtro puede hacer lo que una sola temperatura no puede: cortar la cola donde hay fuga. Pero con $T = 2$ decide el
# orden. La primera línea toma el [núcleo](../../theory/es/03-truncation.md#four-filters) de 0.95 antes de calentar; la
# segunda, después.

# %% name="order-measure"
from functools import partial

from tempkit.filters import temper, top_p

nucleus, heat = partial(top_p, p=0.95), partial(temper, temperature=2.0)
# en: orders = ["grammatical, nucleus then heat:", "grammatical, heat then nucleus:"]
# es: orders = ["gramaticales, núcleo y después calor:", "gramaticales, calor y después núcleo:"]
for order, filters in zip(orders, [[nucleus, heat], [heat, nucleus]], strict=True):
    written = generation.generate(
        model, ["<en>", "<es>"], filters=filters, samples=64, seed=1, allow_end=False
    )
    rate = verbs.grammatical_rate(written.texts)
    print(order, f"{rate.value:.3f} ± {rate.standard_error:.3f}")

# %% [markdown] name="guide" lang="en"
# ## A guide, tested
#
# Guides give a temperature for each task. That of DeepSeek's models has 0 for code (the greedy text above), 1
# for data, 1.3 for conversation and 1.5 for creative writing; an earlier version had 0.7 for data. Here is what
# these numbers do with *this* model. Choose a criterion, then a row; for another model, measure again.

# %% [markdown] name="guide" lang="es"
# ## Una guía, puesta a prueba
#
# Las guías dan una temperatura por tarea. La de los modelos de DeepSeek da 0 para código (el texto voraz de
# antes), 1 para datos, 1.3 para conversación y 1.5 para escritura creativa; una versión anterior daba 0.7 para
# datos. Esto es lo que esos números hacen con *este* modelo. Elige un criterio y después una fila; con otro
# modelo, mide de nuevo.

# %% name="guide-table"
seen, rows = verbs.probe(model), []
for temperature in [0.7, 1.0, 1.3, 1.5]:
    written = generation.generate(
        model, ["<en>", "<es>"], temperature=temperature, samples=64, seed=1, allow_end=False
    )
    rate = verbs.grammatical_rate(written.texts)
    variety = distinct_n([list(ids) for ids in written.ids], 2)
    divergence = float(kl_curve(seen.truth, seen.logits, [temperature])[0])
    rows.append([temperature, rate.value, rate.standard_error, variety, divergence])
# en: columns = ["T", "grammatical", "±", "distinct-2", "divergence"]
# es: columns = ["T", "gramatical", "±", "distinct-2", "divergencia"]
pandas.DataFrame(rows, columns=columns).round(3)

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - The model's probabilities stand in the last row and run over the whole vocabulary.
# - A cold loop is in the language: the true process, tempered, repeats itself too.
# - Greedy does not find the likeliest sentence, and tempering tokens is not tempering sentences.
# - Heat breaks no rule by itself: it brings out what the model leaks.
# - “The best temperature” has no answer before one says best at what.
#
# The [solved lab](../../solutions/en/04-language-models.ipynb) is there for self-study.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Las probabilidades del modelo están en la última fila y recorren todo el vocabulario.
# - El bucle en frío está en el idioma: el proceso verdadero, con T baja, también se repite.
# - La decodificación voraz no da con la frase más probable, y aplicar la temperatura a los tokens no es aplicarla a las frases.
# - El calor por sí solo no rompe ninguna regla: saca a la luz la fuga del modelo.
# - «La mejor temperatura» no tiene respuesta mientras no se diga mejor en qué.
#
# El [laboratorio resuelto](../../solutions/es/04-language-models.ipynb) está ahí para que estudies por tu
# cuenta.
