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
# # Lab 06 · Decisions
#
# A classifier is sure, or it is not. When may a program act on what it says, and when should a person have a look? In
# this lab you watch a classifier over temperatures, send its doubtful cases to review, measure what that buys, with
# error bars, take apart a popular recipe that makes doubts vanish, and find out why a cold classifier seems to lose its
# sense of order.
#
# **10 points, about 60 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/06-decisions.md)
# opens beside this lab; it has the proofs of everything that you measure here. Make each prediction before you read its
# section: the note gives the answers away.

# %% [markdown] name="title" lang="es"
# # Laboratorio 06 · Decisiones
#
# Un clasificador está seguro, o no lo está. ¿Cuándo puede un programa actuar según lo que dice, y cuándo conviene que lo
# mire una persona? En este laboratorio observas un clasificador con varias temperaturas, mandas a revisión sus casos
# dudosos, mides qué se gana con ello, con barras de error, desmontas una receta popular que hace desaparecer las dudas
# y averiguas por qué un clasificador frío parece perder el sentido del orden.
#
# **10 puntos, unos 60 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/06-decisions.md)
# se abre al lado; contiene las demostraciones de todo lo que mides aquí. Haz cada predicción antes de leer su sección: la
# nota desvela las respuestas.

# %% name="setup"
import torch

from tempkit import decisions, digits, fit_temperature, lab, plots, softmax

# en: check = lab.start("06", language="en")
# es: check = lab.start("06", language="es")

# %% [markdown] name="data-look" lang="en"
# The classifier is the over-confident network of lab 05: digits in noise, ten classes, trained here in a few seconds. It is
# tried on 599 images that it has never seen, each of them **eight times** with fresh noise. Remember the eight, they
# will matter. `calibrated` is the temperature $T^{\ast}$ fitted on other images, at which its confidences mean what they say.

# %% [markdown] name="data-look" lang="es"
# El clasificador es la red demasiado segura del laboratorio 05: cifras con ruido, diez clases, entrenada aquí en unos
# segundos. Se prueba con 599 imágenes que nunca ha visto, cada una **ocho veces** con ruido nuevo. Recuerda ese ocho,
# que va a importar. `calibrated` es la temperatura $T^{\ast}$ ajustada con otras imágenes, con la que las confianzas
# de la red significan lo que dicen.

# %% name="data"
net = digits.classifier()
held_out, seen = net.calibration, net.test
calibrated = fit_temperature(held_out.logits, held_out.labels).temperature
test_logits, test_labels = (x.to(torch.get_default_device()) for x in (seen.logits, seen.labels))
test_wrong = test_logits.argmax(dim=-1) != test_labels
test_image = torch.arange(len(test_labels)) // 8
# en: print(f"{len(test_labels)} rows, error rate {test_wrong.double().mean():.3f}, T* = {calibrated:.2f}")
# es: print(f"{len(test_labels)} filas, tasa de error {test_wrong.double().mean():.3f}, T* = {calibrated:.2f}")

# %% [markdown] name="monitor-task" lang="en"
# ## Exercise 1 · A monitor (1 point)
#
# *Difficulty 1 of 3 · about 7 minutes ·
# [note: watch it over temperatures](../../theory/en/06-decisions.md#monitor)*
#
# One forward pass gives the logits; every temperature is a cheap function of them. Write
# `monitor_row(logits, temperatures)`: `logits` is one row `[V]` with at least three classes, `temperatures` a list of
# `K` positive numbers. Return a dictionary of three tensors:
#
# - `"prediction"` `[K]`: the number of the predicted class at each temperature;
# - `"top_three"` `[K, 3]`: the three largest probabilities, the largest first;
# - `"entropy"` `[K]`: the entropy of the whole row, in nats. A logit may be `-inf`.

# %% [markdown] name="monitor-task" lang="es"
# ## Ejercicio 1 · Un monitor (1 punto)
#
# *Dificultad 1 de 3 · unos 7 minutos ·
# [nota: observar con varias temperaturas](../../theory/es/06-decisions.md#monitor)*
#
# Una sola pasada por el modelo da los logits; cualquier temperatura es una función barata de ellos. Escribe
# `monitor_row(logits, temperatures)`: `logits` es una fila `[V]` de al menos tres clases, y `temperatures`, una lista de
# `K` números positivos. Devuelve un diccionario con tres tensores:
#
# - `"prediction"` `[K]`: el número de la clase que se predice con cada temperatura;
# - `"top_three"` `[K, 3]`: las tres probabilidades mayores, empezando por la mayor;
# - `"entropy"` `[K]`: la entropía de la fila entera, en nats. Un logit puede ser `-inf`.


# %% name="monitor_row" exercise=true
def monitor_row(logits, temperatures):
    # en: """Prediction [K], three largest probabilities [K, 3] and entropy [K]; a dictionary out."""
    # es: """Predicción [K], tres probabilidades mayores [K, 3] y entropía [K]; sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. A row of probabilities for each temperature.
    # es: # 1. Una fila de probabilidades para cada temperatura.
    q = torch.stack([torch.softmax(logits / temperature, dim=-1) for temperature in temperatures])
    # en: # 2. What they say: the class, the three largest, the entropy (0 log 0 = 0).
    # es: # 2. Lo que dicen: la clase, las tres mayores y la entropía (0 log 0 = 0).
    return {
        "prediction": q.argmax(dim=-1),
        "top_three": q.topk(3, dim=-1).values,
        "entropy": -torch.xlogy(q, q).sum(dim=-1),
    }
    ### END SOLUTION


# %% name="check-monitor_row" check="monitor_row" points=1
check("monitor_row", monitor_row)
### BEGIN HIDDEN TESTS
check.hidden("monitor_row", monitor_row)
### END HIDDEN TESTS

# %% [markdown] name="monitor-help" lang="en"
# <details><summary>How do I get one row per temperature?</summary>
#
# A loop is fine: `torch.stack([torch.softmax(logits / t, dim=-1) for t in temperatures])` has the shape `[K, V]`.
#
# </details>
# <details><summary>There is a NaN in the entropy</summary>
#
# A class of probability 0 gives 0 · log 0, which is NaN for a computer and 0 for the entropy. `torch.xlogy(q, q)` is
# `q * log(q)` with that case set right.
#
# </details>

# %% [markdown] name="monitor-help" lang="es"
# <details><summary>¿Cómo obtengo una fila por temperatura?</summary>
#
# Un bucle sirve: `torch.stack([torch.softmax(logits / t, dim=-1) for t in temperatures])` tiene la forma `[K, V]`.
#
# </details>
# <details><summary>Hay un NaN en la entropía</summary>
#
# Una clase de probabilidad 0 da 0 · log 0, que para la máquina es NaN y para la entropía es 0. `torch.xlogy(q, q)` es
# `q * log(q)` con ese caso resuelto.
#
# </details>

# %% [markdown] name="monitor-use" lang="en"
# Two of the predictions, over temperatures. Which column changes, and which does not? Compare the two confidences
# (the first of the three numbers) at $T = 0.5$ and at $T = 5$, and the *gaps* between the two largest logits.

# %% [markdown] name="monitor-use" lang="es"
# Dos de las predicciones, con varias temperaturas. ¿Qué columna cambia y cuál no? Compara las dos confianzas (el primero
# de los tres números) con $T = 0.5$ y con $T = 5$, y las *distancias* entre los dos logits mayores.

# %% name="monitor-measure"
for row in [213, 189]:
    first, second = test_logits[row].topk(2).values
    # en: print("row", row, "· gap", round(float(first - second), 1), "· class, three largest, entropy:")
    # es: print("fila", row, "· distancia", round(float(first - second), 1), "· clase, tres mayores, entropía:")
    temperatures = [0.5, 1.0, 2.0, 5.0]
    table = monitor_row(test_logits[row], temperatures)
    for k, temperature in enumerate(temperatures):
        top = [round(float(p), 3) for p in table["top_three"][k]]
        predicted, nats = int(table["prediction"][k]), round(float(table["entropy"][k]), 2)
        print("  T =", temperature, predicted, top, nats)
colder = [monitor_row(test_logits[row], [0.5])["top_three"][0][0] for row in [213, 189]]
# en: print("the two confidences at T = 0.5, to five digits:", *(round(float(c), 5) for c in colder))
# es: print("las dos confianzas con T = 0.5, con cinco cifras:", *(round(float(c), 5) for c in colder))

# %% [markdown] name="monitor-moral" lang="en"
# The prediction never changes, and neither does the order *within* a row: a temperature is a monotone change of the
# row's own logits, and adds nothing to them. But the order *across* rows changes. At $T = 0.5$ row 213, with the larger
# gap, is ahead by a hair (0.99906 against 0.99905); from $T = 1$ on row 189 is. The figure shows it with two smaller rows:
# row A has the larger gap and three rivals, row B a smaller gap and only one. Cold, the gap decides, and A is surer; hot,
# the crowd does, and B is. [The note](../../theory/en/06-decisions.md#within) proves it, and that with two classes it cannot happen.

# %% [markdown] name="monitor-moral" lang="es"
# La predicción no cambia nunca, y tampoco el orden *dentro* de una fila: una temperatura es un cambio monótono de los
# logits de esa fila, y no les añade nada. Pero el orden *entre* filas sí cambia. Con $T = 0.5$ la fila 213, la de mayor
# distancia, va por delante por un pelo (0.99906 frente a 0.99905); desde $T = 1$ va la 189. La figura lo muestra con dos
# filas más pequeñas: la A tiene la distancia mayor y tres rivales; la B, una distancia menor y un solo rival. En frío decide la distancia, y A está más segura; en
# caliente decide la multitud, y lo está B. [La nota](../../theory/es/06-decisions.md#within) lo demuestra, y también que
# con dos clases no puede ocurrir.

# %% name="rows-picture"
rows = {
    "A, logits (3, 0, 0, 0)": torch.tensor([3.0, 0.0, 0.0, 0.0]),
    "B, logits (2, 0, −9, −9)": torch.tensor([2.0, 0.0, -9.0, -9.0]),
}
plots.doubts(rows, crossing=0.91)

# %% [markdown] name="review-task" lang="en"
# ## Exercise 2 · Send the doubtful ones to review (2 points)
#
# *Difficulty 2 of 3 · about 9 minutes ·
# [note: entropy and review](../../theory/en/06-decisions.md#review)*
#
# A rule for work that people and machines share: if the entropy of a row is above a limit, a person decides. Two
# questions belong to every such rule: how much work is that, and what is still wrong in the rest?
#
# Write `review_by_entropy(logits, labels, temperature, limit)`: `logits` is `[N, V]`, `labels` is `[N]`. A row goes to review
# if the entropy of its softmax at `temperature`, in nats, is greater than `limit`. Return three numbers: the share of
# rows sent to review, the error rate of the machine among the rows that are **not** reviewed, and its error rate
# among those that are. (Neither group is empty here. A logit may be `-inf`.)

# %% [markdown] name="review-task" lang="es"
# ## Ejercicio 2 · Manda a revisión los casos dudosos (2 puntos)
#
# *Dificultad 2 de 3 · unos 9 minutos ·
# [nota: entropía y revisión](../../theory/es/06-decisions.md#review)*
#
# Una regla para el trabajo que comparten personas y máquinas: si la entropía de una fila supera un límite, decide una
# persona. Toda regla así trae dos preguntas: ¿cuánto trabajo es eso, y qué sigue estando mal en el resto?
#
# Escribe `review_by_entropy(logits, labels, temperature, limit)`: `logits` es `[N, V]` y `labels` es `[N]`. Una fila va a
# revisión si la entropía de su softmax con `temperature`, en nats, es mayor que `limit`. Devuelve tres números: la
# proporción de filas que van a revisión, la tasa de error de la máquina entre las que **no** se revisan y su tasa de
# error entre las que sí. (Aquí ninguno de los dos grupos está vacío. Un logit puede ser `-inf`).


# %% name="review_by_entropy" exercise=true
def review_by_entropy(logits, labels, temperature, limit):
    # en: """Share reviewed, error rate of the others, error rate of the reviewed; three numbers out."""
    # es: """Proporción revisada, tasa de error de las demás y de las revisadas; salen tres números."""
    ### BEGIN SOLUTION
    # en: # 1. The entropy of every row.
    # es: # 1. La entropía de cada fila.
    q = torch.softmax(logits / temperature, dim=-1)
    reviewed = -torch.xlogy(q, q).sum(dim=-1) > limit
    # en: # 2. Where the machine is wrong, in either group.
    # es: # 2. Dónde se equivoca la máquina, en cada grupo.
    wrong = (logits.argmax(dim=-1) != labels).double()
    share = reviewed.double().mean().item()
    return share, wrong[~reviewed].mean().item(), wrong[reviewed].mean().item()
    ### END SOLUTION


# %% name="check-review_by_entropy" check="review_by_entropy" points=2
check("review_by_entropy", review_by_entropy)
### BEGIN HIDDEN TESTS
check.hidden("review_by_entropy", review_by_entropy)
### END HIDDEN TESTS

# %% [markdown] name="review-help" lang="en"
# <details><summary>How do I take the mean over one group?</summary>
#
# A mask of True and False chooses rows: `wrong[reviewed].mean()`, and `wrong[~reviewed].mean()` for the others. True and
# False have no mean in PyTorch: `.double()` first.
#
# </details>
# <details><summary>My error rates are too small</summary>
#
# Each is a share *of its own group*. Dividing by all rows answers another question.
#
# </details>

# %% [markdown] name="review-help" lang="es"
# <details><summary>¿Cómo saco la media de un solo grupo?</summary>
#
# Una máscara de True y False elige filas: `wrong[reviewed].mean()`, y `wrong[~reviewed].mean()` para las demás. True y False
# no tienen media en PyTorch: antes, `.double()`.
#
# </details>
# <details><summary>Mis tasas de error salen demasiado pequeñas</summary>
#
# Cada una es una proporción *de su propio grupo*. Dividir entre todas las filas responde a otra pregunta.
#
# </details>

# %% name="review-measure"
for temperature in [1.0, calibrated]:
    for limit in [0.3, 0.5, 1.0]:
        parts = review_by_entropy(test_logits, test_labels, temperature, limit)
        # en: print(f"T = {temperature:.2f}, limit {limit}: reviewed {parts[0]:.2f}, wrong in the rest {parts[1]:.3f}, in the reviewed {parts[2]:.2f}")
        # es: print(f"T = {temperature:.2f}, límite {limit}: se revisa {parts[0]:.2f}, error en el resto {parts[1]:.3f}, en lo revisado {parts[2]:.2f}")

# %% [markdown] name="review-moral" lang="en"
# It works: errors gather where the entropy is high. But the same limit is another rule at another temperature. A limit
# of 0.5 reviews one row in seven at $T = 1$ and more than one in three at $T^{\ast}$, since heat raises every
# entropy. Whoever copies a limit without its temperature copies nothing.

# %% [markdown] name="review-moral" lang="es"
# Funciona: los errores se juntan donde la entropía es alta. Pero el mismo límite es otra regla con otra temperatura. Un
# límite de 0.5 revisa una fila de cada siete con $T = 1$ y más de una de cada tres con $T^{\ast}$, porque el calor sube todas
# las entropías. Quien copia un límite sin su temperatura no copia nada.

# %% [markdown] name="error-task" lang="en"
# ## Exercise 3 · An honest error bar (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: how sure are these rates?](../../theory/en/06-decisions.md#uncertainty)*
#
# How far can such an error rate be trusted? With $n$ *independent* rows, a rate $r$ has the *standard error*
# $\sqrt{r(1 - r)/n}$ (the typical distance of such a rate from the one that endless data would give). Ours are not independent: eight rows show the same image, and a badly written 9 is read wrongly
# again and again. The remedy is to add up by image first. With $w_i$ equal to 1 for a wrong row and 0 for a right one,
#
# $$
# e_g = \sum_{i \text{ in image } g} (w_i - r) , \qquad \text{standard error} = \frac{1}{n} \sqrt{\sum_g e_g^2} .
# $$
#
# Write `error_by_image(wrong, image)`: `wrong` is a tensor `[n]` of True and False, `image` a tensor `[n]` of whole numbers,
# which say of which image each row is a copy. The numbers may have gaps, the rows come in any order, and an image may have any
# number of rows. Return two numbers: the rate $r$ and its standard error.

# %% [markdown] name="error-task" lang="es"
# ## Ejercicio 3 · Una barra de error honrada (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: ¿hasta dónde fiarse de estas tasas?](../../theory/es/06-decisions.md#uncertainty)*
#
# ¿Cuánto se puede confiar en una tasa de error así? Con $n$ filas *independientes*, una tasa $r$ tiene el *error estándar*
# $\sqrt{r(1 - r)/n}$ (la distancia que suele haber entre esa tasa y la que darían datos sin fin). Las nuestras no lo son: ocho filas muestran la misma imagen, y un 9 mal escrito se lee mal una y
# otra vez. El remedio es sumar antes por imagen. Con $w_i$ igual a 1 si la fila está mal y a 0 si está bien,
#
# $$
# e_g = \sum_{i \text{ en la imagen } g} (w_i - r) , \qquad \text{error estándar} = \frac{1}{n} \sqrt{\sum_g e_g^2} .
# $$
#
# Escribe `error_by_image(wrong, image)`: `wrong` es un tensor `[n]` de True y False, e `image`, un tensor `[n]` de números
# enteros que dicen de qué imagen es copia cada fila. Los números pueden tener huecos, las filas vienen en cualquier orden y
# una imagen puede tener cualquier número de filas. Devuelve dos números: la tasa $r$ y su error estándar.


# %% name="error_by_image" exercise=true
def error_by_image(wrong, image):
    # en: """Share of errors, and its standard error by image; two numbers out."""
    # es: """Proporción de errores y su error estándar por imagen; salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. The rate, and what every row has beyond it.
    # es: # 1. La tasa, y lo que cada fila tiene de más.
    rate = wrong.double().mean()
    beyond = wrong.double() - rate
    # en: # 2. Added up over the rows of each image.
    # es: # 2. Sumado sobre las filas de cada imagen.
    sums = torch.stack([beyond[image == one].sum() for one in image.unique()])
    # en: # 3. Squares, sum, root; the rate is a sum divided by n, and so is its error.
    # es: # 3. Cuadrados, suma, raíz; la tasa es una suma dividida entre n, y su error también.
    return rate.item(), (torch.sqrt((sums**2).sum()) / len(wrong)).item()
    ### END SOLUTION


# %% name="check-error_by_image" check="error_by_image" points=2
check("error_by_image", error_by_image)
### BEGIN HIDDEN TESTS
check.hidden("error_by_image", error_by_image)
### END HIDDEN TESTS

# %% [markdown] name="error-help" lang="en"
# <details><summary>How do I add up by image?</summary>
#
# `image.unique()` gives every number that occurs, once. For each of them, `image == one` is a mask of its rows.
#
# </details>
# <details><summary>My standard error is 0</summary>
#
# Square each image's sum *before* adding up over images. Unsquared, the surpluses of all images cancel.
#
# </details>

# %% [markdown] name="error-help" lang="es"
# <details><summary>¿Cómo sumo por imagen?</summary>
#
# `image.unique()` da cada número que aparece, una sola vez. Para cada uno, `image == one` es una máscara con sus filas.
#
# </details>
# <details><summary>Mi error estándar es 0</summary>
#
# Eleva al cuadrado la suma de cada imagen *antes* de sumar sobre las imágenes. Sin el cuadrado, los excesos de todas se
# cancelan.
#
# </details>

# %% [markdown] name="threshold-look" lang="en"
# A row is *accepted* if its confidence is at least the threshold ([note](../../theory/en/06-decisions.md#threshold)). Now
# measure with error bars: all rows, and those that a threshold of 0.9 accepts at either temperature. If a confidence is
# worth what it says, the accepted rows are wrong as often as 1 minus their mean confidence promises. The number in brackets
# is the naive error bar, of someone who forgot the eight.

# %% [markdown] name="threshold-look" lang="es"
# Una fila se *acepta* si su confianza llega al umbral ([nota](../../theory/es/06-decisions.md#threshold)). Ahora mide con
# barras de error: todas las filas, y las que acepta un umbral de 0.9 con cada temperatura. Si una confianza vale lo que
# dice, las filas aceptadas están mal tan a menudo como promete 1 menos su confianza media. El número entre paréntesis
# es la barra de error ingenua, la de quien se olvidó del ocho.

# %% name="threshold-measure"
for temperature, least in [(1.0, 0.0), (1.0, 0.9), (calibrated, 0.9)]:
    confidence = softmax(test_logits, temperature).amax(dim=-1)
    accepted = confidence >= least
    rate, error = error_by_image(test_wrong[accepted], test_image[accepted])
    promised = 1 - float(confidence[accepted].mean())
    naive = (rate * (1 - rate) / int(accepted.sum())) ** 0.5
    # en: print(f"T = {temperature:.2f}, from {least}: accepted {accepted.double().mean():.2f}, promised {promised:.3f}, wrong {float(rate):.3f} ± {float(error):.3f} (naive {float(naive):.3f})")
    # es: print(f"T = {temperature:.2f}, desde {least}: se acepta {accepted.double().mean():.2f}, promete {promised:.3f}, error {float(rate):.3f} ± {float(error):.3f} (ingenua {float(naive):.3f})")

# %% [markdown] name="threshold-moral" lang="en"
# At $T = 1$ the threshold of 0.9 lets through nearly eight times the errors that it promises. At $T^{\ast}$ it keeps its word to
# within two standard errors. **A threshold is a promise at the calibrated temperature only.**

# %% [markdown] name="threshold-moral" lang="es"
# Con $T = 1$, el umbral de 0.9 deja pasar casi ocho veces los errores que promete. Con $T^{\ast}$ cumple su palabra, con un margen
# de dos errores estándar. **Un umbral solo es una promesa con la temperatura calibrada.**

# %% [markdown] name="retry-task" lang="en"
# ## Exercise 4 · “Not sure enough? Ask again, colder” (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: ask again, colder](../../theory/en/06-decisions.md#retry)*
#
# At $T^{\ast}$ four rows in ten are rejected. A recipe that goes round: accept what reaches the threshold; take what does not,
# and try it again at **half** the temperature; accept what reaches the threshold now.
#
# Write `retry_colder(logits, temperature, threshold)`, `logits` of shape `[N, V]`. Return a dictionary of two masks `[N]`
# of True and False: `"first"`, the rows accepted at `temperature`, and `"rescued"`, those that only the second pass
# accepts. Accepted is a largest probability of **at least** `threshold`.

# %% [markdown] name="retry-task" lang="es"
# ## Ejercicio 4 · «¿No está bastante seguro? Pregunta otra vez, en frío» (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: preguntar otra vez, en frío](../../theory/es/06-decisions.md#retry)*
#
# Con $T^{\ast}$ se rechazan cuatro filas de cada diez. Una receta que circula: acepta lo que alcanza el umbral; lo que no,
# pruébalo otra vez con la **mitad** de la temperatura; acepta lo que ahora lo alcance.
#
# Escribe `retry_colder(logits, temperature, threshold)`, con `logits` de forma `[N, V]`. Devuelve un diccionario con dos
# máscaras `[N]` de True y False: `"first"`, las filas aceptadas con `temperature`, y `"rescued"`, las que solo acepta la
# segunda pasada. Se acepta una fila si la mayor de sus probabilidades es **igual o superior** a `threshold`.


# %% name="retry_colder" exercise=true
def retry_colder(logits, temperature, threshold):
    # en: """Rows accepted at once, and rows that only half the temperature accepts; two masks out."""
    # es: """Filas aceptadas a la primera, y las que solo acepta la mitad de temperatura; dos máscaras."""
    ### BEGIN SOLUTION
    # en: # 1. Two passes over the same logits.
    # es: # 1. Dos pasadas por los mismos logits.
    first = torch.softmax(logits / temperature, dim=-1).amax(dim=-1) >= threshold
    second = torch.softmax(logits / (temperature / 2), dim=-1).amax(dim=-1) >= threshold
    # en: # 2. Rescued: by the second pass and not by the first.
    # es: # 2. Rescatadas: por la segunda pasada y no por la primera.
    return {"first": first, "rescued": second & ~first}
    ### END SOLUTION


# %% name="check-retry_colder" check="retry_colder" points=1
check("retry_colder", retry_colder)
### BEGIN HIDDEN TESTS
check.hidden("retry_colder", retry_colder)
### END HIDDEN TESTS

# %% [markdown] name="retry-help" lang="en"
# <details><summary>“not first” stops with an error</summary>
#
# For tensors of True and False, “not” is written `~first` and “and” is written `&`: `second & ~first`.
#
# </details>
# <details><summary>Where does the half go?</summary>
#
# Under the logits, before the softmax: `logits / (temperature / 2)`. A probability divided by a half is no probability.
#
# </details>

# %% [markdown] name="retry-help" lang="es"
# <details><summary>«not first» se detiene con un error</summary>
#
# Con tensores de True y False, «no» se escribe `~first`, e «y» se escribe `&`: `second & ~first`.
#
# </details>
# <details><summary>¿Dónde va la mitad?</summary>
#
# Debajo de los logits, antes del softmax: `logits / (temperature / 2)`. Una probabilidad dividida entre un medio no es una
# probabilidad.
#
# </details>

# %% [markdown] name="retry-guess" lang="en"
# ### Predict before you run
#
# At the calibrated temperature, with a threshold of 0.9, the second pass rescues a fifth of all rows. At half the
# temperature their mean confidence is 0.97. What share of them is right?
#
# - **a** · about 0.97
# - **b** · about 0.82
# - **c** · about 0.50

# %% [markdown] name="retry-guess" lang="es"
# ### Predice antes de ejecutar
#
# Con la temperatura calibrada y un umbral de 0.9, la segunda pasada rescata la quinta parte de todas las filas. Con la mitad
# de la temperatura, su confianza media es 0.97. ¿Qué proporción de ellas acierta?
#
# - **a** · cerca de 0.97
# - **b** · cerca de 0.82
# - **c** · cerca de 0.50

# %% name="guess-retry-truth" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="retry-measure"
groups = {}
# en: heats = {"T = 1": 1.0, "calibrated T": calibrated}
# en: accepted_by = {"first": "accepted at once", "rescued": "rescued"}
# es: heats = {"T = 1": 1.0, "T calibrada": calibrated}
# es: accepted_by = {"first": "aceptadas a la primera", "rescued": "rescatadas"}
for name, temperature in heats.items():
    masks = retry_colder(test_logits, temperature, 0.9)
    for key, heat in [("first", temperature), ("rescued", temperature / 2)]:
        mask = torch.as_tensor(masks[key])
        claimed = float(softmax(test_logits, heat).amax(dim=-1)[mask].mean())
        before = float(softmax(test_logits, temperature).amax(dim=-1)[mask].mean())
        rate, error = error_by_image(test_wrong[mask], test_image[mask])
        groups[f"{name}, {accepted_by[key]}"] = (claimed, 1 - float(rate), float(error))
        # en: print(f"{name}, {accepted_by[key]}: {mask.double().mean():.2f} of the rows, claim {claimed:.2f}, right {1 - float(rate):.3f} ± {float(error):.3f}; the first pass said {before:.2f}")
        # es: print(f"{name}, {accepted_by[key]}: {mask.double().mean():.2f} de las filas, aseguran {claimed:.2f}, aciertan {1 - float(rate):.3f} ± {float(error):.3f}; la primera pasada decía {before:.2f}")
    only_colder = softmax(test_logits, temperature / 2).amax(dim=-1) >= 0.9
    both = torch.as_tensor(masks["first"]) | torch.as_tensor(masks["rescued"])
    print(torch.equal(both, only_colder))
check.prediction("retry-truth", prediction)

# %% name="retry-picture"
plots.claimed_and_right(groups)

# %% [markdown] name="retry-moral" lang="en"
# `True`, twice: the two passes accept exactly the rows that a single pass at half the temperature would. Nothing was learnt
# between them, for they read the same logits; at half the temperature a softmax merely squares its probabilities and divides
# by their sum. Those rescued from $T = 1$ claim 0.96, and little more than half of them are right. At $T^{\ast}$ the first pass
# had told the truth about the rescued, and the second one overwrote it. Whoever can live with more errors lowers the
# threshold, and knows what it now promises.

# %% [markdown] name="retry-moral" lang="es"
# `True`, dos veces: las dos pasadas aceptan exactamente las filas que aceptaría una sola con la mitad de la temperatura. Entre
# una y otra no se ha aprendido nada, porque leen los mismos logits; con la mitad de la temperatura, un softmax no hace más que
# elevar sus probabilidades al cuadrado y dividirlas entre su suma. Las rescatadas desde $T = 1$ aseguran 0.96, y acierta poco
# más de la mitad. Con $T^{\ast}$, la primera pasada había dicho de las rescatadas lo que de verdad valían, y la segunda escribió
# encima. Quien pueda vivir con más errores que baje el umbral, y sabrá qué promete ahora.

# %% [markdown] name="risk-task" lang="en"
# ## Exercise 5 · Risk against coverage (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: risk against coverage](../../theory/en/06-decisions.md#risk-coverage)*
#
# One threshold is one bargain. All of them together make a curve: accept the $k$ most confident rows, and see what share
# of them is wrong (the *risk*), for $k = 1, 2, \dots, N$.
#
# Write `risk_curve(confidence, wrong)`: both are tensors `[N]`, `wrong` holds True and False, and no two confidences are equal.
# Return a tensor `[N]`: the share of errors among the 1, 2, ... `N` most confident rows.

# %% [markdown] name="risk-task" lang="es"
# ## Ejercicio 5 · Riesgo según la cobertura (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: riesgo según la cobertura](../../theory/es/06-decisions.md#risk-coverage)*
#
# Un umbral es un trato. Todos juntos forman una curva: acepta las $k$ filas más seguras y mira qué proporción de ellas está
# mal (el *riesgo*), para $k = 1, 2, \dots, N$.
#
# Escribe `risk_curve(confidence, wrong)`: los dos son tensores `[N]`, `wrong` contiene True y False, y no hay dos confianzas
# iguales. Devuelve un tensor `[N]`: la proporción de errores entre las 1, 2, ... `N` filas más seguras.


# %% name="risk_curve" exercise=true
def risk_curve(confidence, wrong):
    # en: """Share of errors among the k most confident, for k = 1 ... N; [N] out."""
    # es: """Proporción de errores entre las k más seguras, para k = 1 ... N; sale [N]."""
    ### BEGIN SOLUTION
    # en: # 1. The errors, from the most confident row down.
    # es: # 1. Los errores, desde la fila más segura hacia abajo.
    ranked = wrong[torch.argsort(confidence, descending=True)].double()
    # en: # 2. How many so far, among how many.
    # es: # 2. Cuántos van, entre cuántas.
    return ranked.cumsum(dim=0) / torch.arange(1, len(ranked) + 1)
    ### END SOLUTION


# %% name="check-risk_curve" check="risk_curve" points=1
check("risk_curve", risk_curve)
### BEGIN HIDDEN TESTS
check.hidden("risk_curve", risk_curve)
### END HIDDEN TESTS

# %% [markdown] name="risk-help" lang="en"
# <details><summary>How do the errors follow the confidences?</summary>
#
# `order = torch.argsort(confidence, descending=True)` are the positions from the most confident row down;
# `wrong[order]` are the errors in that order.
#
# </details>

# %% [markdown] name="risk-help" lang="es"
# <details><summary>¿Cómo siguen los errores a las confianzas?</summary>
#
# `order = torch.argsort(confidence, descending=True)` son las posiciones desde la fila más segura hacia abajo;
# `wrong[order]` son los errores en ese orden.
#
# </details>

# %% [markdown] name="risk-look" lang="en"
# At $T^{\ast}$: what is wrong among the surest half, the surest eight tenths, and all. The mean of the whole curve is the *area
# under the risk-coverage curve*, AURC: the smaller, the better the ranking.

# %% [markdown] name="risk-look" lang="es"
# Con $T^{\ast}$: qué está mal en la mitad más segura, en las ocho décimas más seguras y en total. La media de toda la curva es el
# *área bajo la curva de riesgo y cobertura*, AURC: cuanto menor, mejor es el orden.

# %% name="risk-measure"
risks = torch.as_tensor(risk_curve(softmax(test_logits, calibrated).amax(dim=-1), test_wrong))
print([round(float(risks[int(share * len(risks)) - 1]), 3) for share in (0.5, 0.8, 1.0)])
print(f"AURC {float(risks.mean()):.3f}")

# %% [markdown] name="colder-guess" lang="en"
# ### Predict before you run
#
# Its AURC is 0.032 at $T^{\ast}$. Now put the same predictions in order of their confidence at $T = 0.1$. The ranking will be
#
# - **a** · better: the surest stand out more
# - **b** · the same, but for a little
# - **c** · much worse

# %% [markdown] name="colder-guess" lang="es"
# ### Predice antes de ejecutar
#
# Su AURC es 0.032 con $T^{\ast}$. Ahora ordena las mismas predicciones por su confianza con $T = 0.1$. El orden será
#
# - **a** · mejor: las más seguras destacan más
# - **b** · casi igual
# - **c** · mucho peor

# %% name="guess-colder-ranking" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown] name="bug-task" lang="en"
# ## Exercise 6 · Spot the bug: the cold that ruins a ranking (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: when confidences round to 1](../../theory/en/06-decisions.md#rounding)*
#
# Somebody makes a ranking of the predictions at several temperatures. `decisions.risk_coverage(score, right)` is your curve
# (it takes the *right* ones); rows of equal score share the mean risk of all their orders. Run it. Does the cold forget which answers were the better ones?

# %% [markdown] name="bug-task" lang="es"
# ## Ejercicio 6 · Encuentra el error: el frío que arruina un orden (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: cuando las confianzas se redondean a 1](../../theory/es/06-decisions.md#rounding)*
#
# Alguien ordena las predicciones con varias temperaturas. `decisions.risk_coverage(score, right)` es tu curva (recibe los
# *aciertos*); las filas con la misma puntuación comparten el riesgo medio de todos sus órdenes. Ejecútalo. ¿Olvida el frío qué respuestas eran las mejores?


# %% name="bug-as-found"
def score_as_found(logits, temperature):
    return torch.softmax(logits / temperature, dim=-1).amax(dim=-1)


for dtype in [torch.float64, torch.float32]:
    for temperature in [0.1, 1.0, calibrated]:
        score = score_as_found(test_logits.to(dtype), temperature)
        curve = decisions.risk_coverage(score, ~test_wrong)
        print(str(dtype), f"T = {temperature:.2f}: AURC {curve.aurc:.3f}")
check.prediction("colder-ranking", prediction)

# %% [markdown] name="bug-write" lang="en"
# A score for a ranking need not be a confidence: anything that grows with it will do. Write `log_odds(logits, temperature)`
# for `logits` `[N, V]`: the log-odds of the predicted class, $\log \frac{c}{1 - c}$, where $c$ is the largest probability of
# the row at that temperature. It must be right for every row, at any temperature: also where $c$ itself rounds to 1. Return
# a tensor `[N]`.

# %% [markdown] name="bug-write" lang="es"
# Para ordenar no hace falta una confianza: sirve cualquier cosa que crezca con ella. Escribe `log_odds(logits, temperature)`
# para `logits` `[N, V]`: la *log-razón* de la clase que se predice, $\log \frac{c}{1 - c}$, el
# logaritmo de la razón entre acertar y fallar (en inglés, *log-odds*), donde $c$ es la probabilidad mayor de la fila con esa temperatura. Tiene que ser correcto en todas las filas y con cualquier temperatura: también donde $c$ se
# redondea a 1. Devuelve un tensor `[N]`.


# %% name="log_odds" exercise=true
def log_odds(logits, temperature):
    # en: """log(c / (1 - c)) of the largest probability c, for every row; [N, V] in, [N] out."""
    # es: """log(c / (1 - c)) de la probabilidad mayor c de cada fila; entra [N, V], sale [N]."""
    ### BEGIN SOLUTION
    # en: # 1. The largest logit in front, the others behind it.
    # es: # 1. El logit mayor delante, los demás detrás.
    z = torch.sort(logits / temperature, dim=-1, descending=True).values
    # en: # 2. c and 1 - c have the same denominator, so the logarithm of their ratio needs none.
    # es: # 2. c y 1 - c tienen el mismo denominador: el logaritmo de su cociente no lo necesita.
    return z[:, 0] - torch.logsumexp(z[:, 1:], dim=-1)
    ### END SOLUTION


# %% name="check-log_odds" check="log_odds" points=2
check("log_odds", log_odds)
### BEGIN HIDDEN TESTS
check.hidden("log_odds", log_odds)
### END HIDDEN TESTS

# %% [markdown] name="bug-help" lang="en"
# <details><summary>I see nothing wrong</summary>
#
# How many different confidences are there? `score_as_found(test_logits, 0.1).unique().numel()`, of 4792 rows. And what is the
# largest of them?
#
# </details>
# <details><summary>How do I get 1 - c without c?</summary>
#
# $c = e^{z_1/T} / S$ and $1 - c = (e^{z_2/T} + e^{z_3/T} + \dots) / S$, with $z_1$ the largest. In the ratio $S$
# cancels, and the logarithm of the sum is a `torch.logsumexp` over all classes but the first of the sorted row.
#
# </details>
# <details><summary>I get inf or NaN</summary>
#
# Nothing may be exponentiated as it is: `exp(1000)` is inf. `torch.logsumexp` subtracts the maximum first.
#
# </details>

# %% [markdown] name="bug-help" lang="es"
# <details><summary>No veo nada raro</summary>
#
# ¿Cuántas confianzas distintas hay? `score_as_found(test_logits, 0.1).unique().numel()`, de 4792 filas. ¿Y cuál es la mayor?
#
# </details>
# <details><summary>¿Cómo obtengo 1 - c sin c?</summary>
#
# $c = e^{z_1/T} / S$ y $1 - c = (e^{z_2/T} + e^{z_3/T} + \dots) / S$, con $z_1$ el mayor. En el cociente, $S$ se
# cancela, y el logaritmo de la suma es un `torch.logsumexp` de todas las clases menos la primera de la fila ordenada.
#
# </details>
# <details><summary>Me sale inf o NaN</summary>
#
# Nada puede pasar tal cual por la exponencial: `exp(1000)` es inf. `torch.logsumexp` resta antes el máximo.
#
# </details>


# %% name="bug-use"
def ranked_by(score):
    # en: # A confidence lies between 0 and 1, a log-odds need not: its place among all does, in the same order.
    # es: # Una confianza está entre 0 y 1, una log-razón no siempre: su puesto entre todas sí, en el mismo orden.
    places = torch.as_tensor(score).argsort().argsort() + 1
    return decisions.risk_coverage(places / len(places), ~test_wrong)


ones = (score_as_found(test_logits, 0.1) == 1).double().mean()
# en: print(f"confidences that are exactly 1 at T = 0.1: {float(ones):.2f} of them")
# es: print(f"confianzas que son exactamente 1 con T = 0.1: {float(ones):.2f} de ellas")
curves = {}
for temperature in [0.1, 1.0, calibrated, 10.0]:
    # en: name = f"log-odds, T = {temperature:.3g}"
    # es: name = f"log-razón, T = {temperature:.3g}"
    curves[name] = ranked_by(log_odds(test_logits, temperature))
rounded = softmax(test_logits.float(), 0.1).amax(dim=-1)
# en: curves["float32 confidence, T = 0.1"] = decisions.risk_coverage(rounded, ~test_wrong)
# es: curves["confianza en float32, T = 0.1"] = decisions.risk_coverage(rounded, ~test_wrong)
print({name: round(curve.aurc, 4) for name, curve in curves.items()})
plots.risk_coverage(curves)

# %% [markdown] name="bug-moral" lang="en"
# The cold forgets nothing; the machine did. Three quarters of the confidences had rounded to exactly 1 in float64, 87 % in
# float32: the flat stretch of the figure. Among equals nobody is first. With log-odds the ranking at $T = 0.1$ is nearly as good as any. That $T^{\ast}$ is a little better than 1, and
# 1 than 0.1, is the change of order across rows that you saw in the figure of rows A and B: real, and small. Too hot is
# worse as well: at $T = 10$ the crowd decides.

# %% [markdown] name="bug-moral" lang="es"
# El frío no olvida nada; la que olvidó fue la máquina. Tres cuartas partes de las confianzas se habían redondeado a 1 exacto
# en float64, y el 87 % en float32: es el tramo horizontal de la figura. Entre iguales nadie va primero. Con la log-razón, el orden con $T = 0.1$ es casi tan bueno como cualquiera. Que $T^{\ast}$ sea un
# poco mejor que 1, y 1 que 0.1, es el cambio de orden entre filas que viste en la figura de las filas A y B: verdadero y pequeño.
# Demasiado calor también empeora: con $T = 10$ decide la multitud.

# %% [markdown] name="cost-task" lang="en"
# ## Exercise 7 · What does a threshold cost? (1 point)
#
# *Difficulty 1 of 3 · about 6 minutes ·
# [note: the best threshold](../../theory/en/06-decisions.md#cost)*
#
# Which threshold is best? That depends on prices. Let an error that nobody catches cost 1, and a review cost a part of that.
#
# Write `mean_cost(confidence, wrong, threshold, review)`: rows with a confidence of **at least** `threshold` are accepted,
# and cost 1 if they are wrong and 0 if they are right; the others are reviewed, and cost `review` each. Return the mean cost
# of a row, one number.

# %% [markdown] name="cost-task" lang="es"
# ## Ejercicio 7 · ¿Cuánto cuesta un umbral? (1 punto)
#
# *Dificultad 1 de 3 · unos 6 minutos ·
# [nota: el mejor umbral](../../theory/es/06-decisions.md#cost)*
#
# ¿Qué umbral es el mejor? Depende de los precios. Digamos que un error que nadie detecta cuesta 1, y una revisión, una
# parte de eso.
#
# Escribe `mean_cost(confidence, wrong, threshold, review)`: las filas con una confianza **igual o superior** a `threshold` se
# aceptan, y cuestan 1 si están mal y 0 si están bien; las demás se revisan, y cuesta `review` cada una. Devuelve el coste medio
# de una fila, un número.


# %% name="mean_cost" exercise=true
def mean_cost(confidence, wrong, threshold, review):
    # en: """Mean cost of a row: 1 for an accepted error, `review` for a reviewed row; a number out."""
    # es: """Coste medio de una fila: 1 por error aceptado, `review` por fila revisada; sale un número."""
    ### BEGIN SOLUTION
    # en: # 1. Who is accepted.
    # es: # 1. Cuáles se aceptan.
    accepted = confidence >= threshold
    # en: # 2. The cost of every row, and their mean.
    # es: # 2. El coste de cada fila, y su media.
    return torch.where(accepted, wrong.double(), review).mean().item()
    ### END SOLUTION


# %% name="check-mean_cost" check="mean_cost" points=1
check("mean_cost", mean_cost)
### BEGIN HIDDEN TESTS
check.hidden("mean_cost", mean_cost)
### END HIDDEN TESTS

# %% [markdown] name="cost-help" lang="en"
# <details><summary>How do I choose between two costs, row by row?</summary>
#
# `torch.where(accepted, wrong.double(), review)` takes the first where the mask is True and the second elsewhere.
#
# </details>

# %% [markdown] name="cost-help" lang="es"
# <details><summary>¿Cómo elijo entre dos costes, fila por fila?</summary>
#
# `torch.where(accepted, wrong.double(), review)` toma el primero donde la máscara es True y el segundo en lo demás.
#
# </details>

# %% [markdown] name="cost-look" lang="en"
# A review costs a tenth of an error. Accepting a row of confidence $c$ costs $1 - c$ on average, *if the confidence is
# calibrated*; so accept exactly where $1 - c \le 0.1$. That is Chow's rule: no search, the threshold is 0.9. Compare it with
# the best of 21 thresholds from 0.5 to 1, closer together near 1, tried on the very test rows.

# %% [markdown] name="cost-look" lang="es"
# Una revisión cuesta un décimo de un error. Aceptar una fila de confianza $c$ cuesta de media $1 - c$, *si la confianza está
# calibrada*; así que acepta exactamente donde $1 - c \le 0.1$. Es la regla de Chow: sin buscar nada, el umbral es 0.9. Compáralo
# con el mejor de 21 umbrales de 0.5 a 1, más juntos cerca de 1, probados en las propias filas de prueba.

# %% name="cost-measure"
thresholds = [1 - k * k / 800 for k in range(20, -1, -1)]
prices = {}
for name, temperature in heats.items():
    confidence = softmax(test_logits, temperature).amax(dim=-1)
    prices[name] = [float(mean_cost(confidence, test_wrong, t, 0.1)) for t in thresholds]
    at_chow = float(mean_cost(confidence, test_wrong, 0.9, 0.1))
    # en: print(f"{name}: at 0.9 {at_chow:.3f}, at best {min(prices[name]):.3f}")
    # es: print(f"{name}: con 0.9 {at_chow:.3f}, como mínimo {min(prices[name]):.3f}")
plots.costs(thresholds, prices, review=0.1)

# %% [markdown] name="cost-moral" lang="en"
# At $T^{\ast}$ the curve is flat around its minimum: 0.9 costs 0.053, as much as the best, to three decimals. At $T = 1$ it
# costs 0.073 in the place of 0.054.

# %% [markdown] name="cost-moral" lang="es"
# Con $T^{\ast}$ la curva es plana junto al mínimo: 0.9 cuesta 0.053, lo mismo que el mejor, con tres decimales. Con $T = 1$
# cuesta 0.073 en lugar de 0.054.

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - No temperature changes a prediction or the order within a row; across rows the order can change, with three classes or more.
# - A limit on the entropy, or a threshold on the confidence, means something together with its temperature only, and keeps its
#   promise at the calibrated one.
# - Copies of an image stand and fall together: an error bar that forgets it is too short.
# - “Ask again, colder” learns nothing. It overwrites a confidence that was right.
# - Confidences round to 1: make rankings by log-odds. And with calibrated confidences the best threshold needs no search: 1 less the price
#   of a review.
#
# The [solved lab](../../solutions/en/06-decisions.ipynb) is there for self-study. Next: lab 07,
# `python3 start.py lab 07 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - Ninguna temperatura cambia una predicción ni el orden dentro de una fila; entre filas el orden puede cambiar, con tres clases
#   o más.
# - Un límite de entropía, o un umbral de confianza, solo significa algo junto con su temperatura, y cumple lo que promete con la
#   calibrada.
# - Las copias de una imagen aciertan y fallan juntas: una barra de error que lo olvida se queda corta.
# - «Pregunta otra vez, en frío» no aprende nada. Escribe encima de una confianza que era correcta.
# - Las confianzas se redondean a 1: ordena por la log-razón. Y con confianzas calibradas no hay que buscar el mejor
#   umbral: es 1 menos el precio de una revisión.
#
# El [laboratorio resuelto](../../solutions/es/06-decisions.ipynb) está ahí para que estudies por tu cuenta. Siguiente:
# laboratorio 07, `python3 start.py lab 07 --lang es`.
