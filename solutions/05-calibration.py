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
# # Lab 05 · Calibration
#
# A network says "a three, and I am 0.94 sure". Should you believe the 0.94? In this lab you measure how far
# two networks can be believed, mend a measure that is blind to what it should see, find out what a perfect
# network would score, and set both networks right with a single number each, found by Newton's method and
# handed over with its uncertainty.
#
# **10 points, about 80 minutes**, and 25 more to read the note. A good place to pause is after exercise 3. The
# [note of this chapter](../../theory/en/05-calibration.md) opens beside this lab; it has the proofs. Make each prediction
# before you read its section: the note gives the answers away.

# %% [markdown] name="title" lang="es"
# # Laboratorio 05 · Calibración
#
# Una red dice «es un tres, y mi confianza es 0.94». ¿Hay que creerse ese 0.94? En este laboratorio mides hasta
# dónde se puede creer a dos redes, corriges una medida que no ve lo que debería ver, averiguas qué nota sacaría
# una red perfecta y arreglas ambas redes con un solo número cada una, hallado por el método de Newton y
# entregado con su incertidumbre.
#
# **10 puntos, unos 80 minutos**, y otros 25 para leer la nota. Un buen sitio para descansar es después del
# ejercicio 3. La [nota de este capítulo](../../theory/es/05-calibration.md)
# se abre al lado; contiene las demostraciones. Haz cada predicción antes de leer su sección: la nota desvela las
# respuestas.

# %% name="setup"
import pandas
import torch

from tempkit import digits, lab, nll, plots, softmax

# en: check = lab.start("05", language="en")
# es: check = lab.start("05", language="es")

# %% [markdown] name="meet" lang="en"
# ## Meet two networks
#
# Both read handwritten digits in noise. The first was trained on 600 images until it knew them by heart. The
# second learned with *label smoothing*: its targets were never quite 1 or 0. Each comes with its logits `[n, 10]`
# and the labels `[n]` of three samples that share no image: `train`, `calibration` and `test`.
#
# The *confidence* of a prediction is the largest probability of its row. `judged` returns the confidences and
# whether each prediction was right.
#
# The two cells after it train the networks, which takes some ten seconds the first time.

# %% [markdown] name="meet" lang="es"
# ## Conoce dos redes
#
# Las dos leen cifras manuscritas con ruido. La primera se entrenó con 600 imágenes hasta sabérselas de memoria. La
# segunda aprendió con *etiquetas suavizadas*: sus objetivos nunca fueron del todo 1 ni 0. Cada una viene con sus
# logits `[n, 10]` y las etiquetas `[n]` de tres muestras que no comparten ninguna imagen: `train` (entrenamiento),
# `calibration` (calibración) y `test` (prueba).
#
# La *confianza* de una predicción es la mayor probabilidad de su fila. `judged` devuelve las confianzas y si cada
# predicción acertó.
#
# Las dos celdas siguientes a ella entrenan las redes, lo que tarda unos diez segundos la primera vez.


# %% name="meet-judged"
def judged(sample, temperature=1.0):
    logits, labels = sample
    confidences, predicted = softmax(logits, temperature).max(dim=-1)
    return confidences, predicted == labels


# %% name="meet-networks"
over = digits.classifier("over-confident")
sure, hits = judged(over.train)
# en: words = "{} images, share right {:.3f}, mean confidence {:.3f}"
# es: words = "{} imágenes, proporción de aciertos {:.3f}, confianza media {:.3f}"
print(words.format(len(hits), hits.double().mean().item(), sure.mean().item()))

# %% name="meet-second"
under = digits.classifier("under-confident")

# %% [markdown] name="sure-guess" lang="en"
# ### Predict before you run
#
# The first network gets all of its 600 training images right, and its mean confidence there is 0.997. On new
# images it is right 86 times in a hundred. What is its mean confidence on them?
#
# - **a** · about 0.86
# - **b** · about 0.94
# - **c** · still 0.997

# %% [markdown] name="sure-guess" lang="es"
# ### Predice antes de ejecutar
#
# La primera red acierta con todas sus 600 imágenes de entrenamiento, y ahí su confianza media es 0.997. Con
# imágenes nuevas acierta 86 de cada cien veces. ¿Cuál es con ellas su confianza media?
#
# - **a** · cerca de 0.86
# - **b** · cerca de 0.94
# - **c** · sigue en 0.997

# %% name="guess-sure-on-new-images" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="sure-measure"
for network in [over, under]:
    sure, hits = judged(network.test)
    print(words.format(len(hits), hits.double().mean().item(), sure.mean().item()))
check.prediction("sure-on-new-images", prediction)

# %% [markdown] name="reliability-task" lang="en"
# The first network claims too much, the second too little. Two means hide a lot, though. Where does it happen?
#
# ## Exercise 1 · A reliability table (2 points)
#
# *Difficulty 1 of 3 · about 12 minutes ·
# [note: reliability](../../theory/en/05-calibration.md#reliability)*
#
# Sort the predictions by confidence into bins of equal width and look at each bin by itself. Write
# `reliability_table(confidences, correct, bins)`: a tensor `[bins, 3]`, a row a bin, with
#
# - how many predictions are in the bin;
# - their mean confidence;
# - the share of them that is right.
#
# Bin `k`, counted from 0, holds what is above `k / bins`, up to and with `(k + 1) / bins`. In an empty bin nothing
# is known: the count is 0, and the other two are NaN (`float("nan")`, which is also what torch gives as the mean
# of nothing). `confidences` are numbers above 0, `correct` holds True and False.
#
# (`tempkit` has the answers to exercises 1, 2 and 5 ready, in `reliability_curve`, `expected_calibration_error`
# and `fit_temperature`. Resist them until yours work; in graded work they are switched off.)

# %% [markdown] name="reliability-task" lang="es"
# La primera red promete de más y la segunda, de menos. Pero dos medias esconden mucho. ¿Dónde ocurre?
#
# ## Ejercicio 1 · Una tabla de fiabilidad (2 puntos)
#
# *Dificultad 1 de 3 · unos 12 minutos ·
# [nota: la fiabilidad](../../theory/es/05-calibration.md#reliability)*
#
# Reparte las predicciones según su confianza en intervalos de la misma anchura y mira cada intervalo por separado.
# Escribe `reliability_table(confidences, correct, bins)`: un tensor `[bins, 3]`, una fila por intervalo, con
#
# - cuántas predicciones hay en el intervalo;
# - su confianza media;
# - la proporción de ellas que acierta.
#
# El intervalo `k`, contando desde 0, contiene lo que está por encima de `k / bins`, hasta `(k + 1) / bins` incluido.
# De un intervalo vacío no se sabe nada: la cuenta es 0 y los otros dos son NaN (`float("nan")`, que es también lo
# que da torch como media de nada). `confidences` son números mayores que 0, `correct` contiene True y False.
#
# (`tempkit` trae hechas las respuestas de los ejercicios 1, 2 y 5, en `reliability_curve`,
# `expected_calibration_error` y `fit_temperature`. Resístete a usarlas hasta que las tuyas funcionen; en un trabajo
# que se califica están desactivadas.)


# %% name="reliability_table" exercise=true
def reliability_table(confidences, correct, bins):
    # en: """Count, mean confidence and share that is right of every bin; [n] and [n] in, [bins, 3] out."""
    # es: """Cuenta, confianza media y proporción de aciertos por intervalo; entran [n] y [n], sale [bins, 3]."""
    ### BEGIN SOLUTION
    rows = []
    for k in range(bins):
        # en: # 1. Which predictions are in this bin?
        # es: # 1. ¿Qué predicciones están en este intervalo?
        inside = (confidences > k / bins) & (confidences <= (k + 1) / bins)
        # en: # 2. Count them, and average: True and False need to be numbers first.
        # es: # 2. Cuéntalas y promedia: True y False tienen que ser números antes.
        confidence = confidences[inside].mean().item()
        right = correct[inside].double().mean().item()
        rows.append([inside.sum().item(), confidence, right])
    return torch.tensor(rows)
    ### END SOLUTION


# %% name="check-reliability_table" check="reliability_table" points=2
check("reliability_table", reliability_table)
### BEGIN HIDDEN TESTS
check.hidden("reliability_table", reliability_table)
### END HIDDEN TESTS

# %% [markdown] name="reliability-help" lang="en"
# <details><summary>How do I pick the predictions of a bin?</summary>
#
# A comparison of tensors gives a mask of True and False, two masks are joined with `&` (each in parentheses), and
# `confidences[inside]` holds the numbers where the mask is True.
#
# </details>
# <details><summary>torch says that a mean of Bool is impossible</summary>
#
# True and False have no mean. Make numbers of them: `correct[inside].double().mean()`.
#
# </details>
# <details><summary>My counts do not add up to the number of predictions</summary>
#
# Something lies on an edge: `>` below and `<=` above. A confidence of exactly 1 belongs to the last bin.
#
# </details>

# %% [markdown] name="reliability-help" lang="es"
# <details><summary>¿Cómo elijo las predicciones de un intervalo?</summary>
#
# Una comparación de tensores da una máscara de True y False; dos máscaras se unen con `&` (cada una entre
# paréntesis), y `confidences[inside]` contiene los números donde la máscara es True.
#
# </details>
# <details><summary>torch dice que la media de Bool es imposible</summary>
#
# True y False no tienen media. Conviértelos en números: `correct[inside].double().mean()`.
#
# </details>
# <details><summary>Mis cuentas no suman el número de predicciones</summary>
#
# Algo cae en un borde: `>` abajo y `<=` arriba. Una confianza de exactamente 1 es del último intervalo.
#
# </details>

# %% [markdown] name="reliability-look" lang="en"
# Your table of the first network, and the same as a picture for both. A calibrated network has its points on the
# diagonal. The thin blue bar through a point says how far chance alone may move it; the broad orange one is the gap
# between the share that is right and the confidence. Where the number below is small, the point says little.

# %% [markdown] name="reliability-look" lang="es"
# Tu tabla de la primera red, y lo mismo como figura para las dos. Una red calibrada tiene sus puntos en la diagonal.
# La barra azul fina que cruza un punto dice cuánto puede moverlo el azar por sí solo; la naranja ancha es la
# distancia entre la proporción de aciertos y la confianza. Donde el número de abajo es pequeño, el punto dice poco.

# %% name="reliability-table"
for line in torch.as_tensor(reliability_table(*judged(over.test), 10)).tolist():
    print("{:4.0f} {:.3f} {:.3f}".format(*line))

# %% name="reliability-figure"
# en: titles = ["trained to the end", "labels smoothed"]
# es: titles = ["entrenada hasta el final", "etiquetas suavizadas"]
plots.reliability({titles[0]: judged(over.test), titles[1]: judged(under.test)})

# %% [markdown] name="error-task" lang="en"
# ## Exercise 2 · Spot the bug: an error that bins cannot change (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: one number](../../theory/en/05-calibration.md#ece)*
#
# The *expected calibration error*, ECE, sums a reliability table up in one number: the distance between confidence
# and share that is right, averaged over the bins, each weighted with its share of the predictions. The function
# below was written for that. Look at what it says of a hundred predictions, half of them sure at 0.9 and right at
# 0.7, the other half sure at 0.6 and right at 0.8: they are off by 0.2 everywhere. Look also at what it says of
# our network, in 1, 5 and 15 bins.

# %% [markdown] name="error-task" lang="es"
# ## Ejercicio 2 · Encuentra el error: una medida a la que le dan igual los intervalos (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: un solo número](../../theory/es/05-calibration.md#ece)*
#
# El *error esperado de calibración*, ECE por sus siglas en inglés, resume una tabla de fiabilidad en un número: la
# distancia entre confianza y proporción de aciertos, promediada sobre los intervalos, cada uno con el peso de su
# parte de las predicciones. La función de abajo se escribió para eso. Mira qué dice de cien predicciones, la mitad
# con confianza 0.9 que aciertan 0.7 de las veces y la otra mitad con confianza 0.6 que aciertan 0.8: en todas partes
# se desvían 0.2. Mira también qué dice de nuestra red, con 1, 5 y 15 intervalos.


# %% name="error-as-found"
def error_as_found(confidences, correct, bins):
    total = 0.0
    for k in range(bins):
        inside = (confidences > k / bins) & (confidences <= (k + 1) / bins)
        if inside.any():
            gap = correct[inside].double().mean() - confidences[inside].mean()
            total += gap * inside.sum() / len(confidences)
    return abs(total)


# %% name="error-look"
half_and_half = torch.tensor([0.9] * 50 + [0.6] * 50, dtype=torch.float64)
right_of_them = torch.tensor([True] * 35 + [False] * 15 + [True] * 40 + [False] * 10)
print(round(error_as_found(half_and_half, right_of_them, 5).item(), 4))
print([round(error_as_found(*judged(over.test), parts).item(), 4) for parts in [1, 5, 15]])

# %% [markdown] name="error-write" lang="en"
# Write `calibration_error(confidences, correct, bins)`, a single number, with bins as in exercise 1. Empty bins
# weigh nothing.

# %% [markdown] name="error-write" lang="es"
# Escribe `calibration_error(confidences, correct, bins)`, un solo número, con los intervalos del ejercicio 1. Los
# intervalos vacíos no pesan nada.


# %% name="calibration_error" exercise=true
def calibration_error(confidences, correct, bins):
    # en: """Expected calibration error, from 0 to 1; [n] and [n] in, a number out."""
    # es: """Error esperado de calibración, de 0 a 1; entran [n] y [n], sale un número."""
    ### BEGIN SOLUTION
    total = 0.0
    for k in range(bins):
        inside = (confidences > k / bins) & (confidences <= (k + 1) / bins)
        if inside.any():
            # en: # The distance of each bin before anything is added: signs must not cancel.
            # es: # La distancia de cada intervalo antes de sumar nada: los signos no deben cancelarse.
            gap = correct[inside].double().mean() - confidences[inside].mean()
            total += gap.abs() * inside.sum() / len(confidences)
    return total
    ### END SOLUTION


# %% name="check-calibration_error" check="calibration_error" points=2
check("calibration_error", calibration_error)
### BEGIN HIDDEN TESTS
check.hidden("calibration_error", calibration_error)
### END HIDDEN TESTS

# %% [markdown] name="error-help" lang="en"
# <details><summary>Why does the function as found ignore the bins?</summary>
#
# The weight of a bin times its gap is (right ones in it, less the sum of its confidences) divided by `n`. Added up
# over the bins, every prediction has been counted once, whatever the bins: what is left is the overall share that
# is right less the overall mean confidence. Gaps of opposite sign have cancelled on the way.
#
# </details>
# <details><summary>My result is NaN</summary>
#
# The mean of an empty bin is NaN, and 0 times NaN is NaN: leave empty bins out, as the function above does.
#
# </details>

# %% [markdown] name="error-help" lang="es"
# <details><summary>¿Por qué a la función encontrada le dan igual los intervalos?</summary>
#
# El peso de un intervalo por su diferencia es (sus aciertos menos la suma de sus confianzas) entre `n`. Al sumar
# sobre los intervalos, cada predicción se ha contado una vez, sean cuales sean los intervalos: queda la proporción
# global de aciertos menos la confianza media global. Las diferencias de signo contrario se han cancelado por el
# camino.
#
# </details>
# <details><summary>Mi resultado es NaN</summary>
#
# La media de un intervalo vacío es NaN, y 0 por NaN es NaN: sáltate los intervalos vacíos, como hace la función de
# arriba.
#
# </details>

# %% name="error-use"
print(round(float(calibration_error(half_and_half, right_of_them, 5)), 4))
for network in [over, under]:
    off = [float(calibration_error(*judged(network.test), parts)) for parts in [1, 5, 15, 100]]
    # en: print("ECE in 1, 5, 15 and 100 bins:", [round(each, 3) for each in off])
    # es: print("ECE con 1, 5, 15 y 100 intervalos:", [round(each, 3) for each in off])

# %% [markdown] name="chance-guess" lang="en"
# For these two networks the bins hardly matter, because each is off to the same side in nearly every bin, and
# the exceptions hold few predictions. That is not always so.
#
# ### Predict before you run
#
# Imagine a perfectly calibrated network with the confidences of our first one, 4792 of them: what is 0.8 sure is
# right with probability 0.8 exactly. What ECE will it show in 100 bins?
#
# - **a** · 0
# - **b** · about 0.002
# - **c** · about 0.02

# %% [markdown] name="chance-guess" lang="es"
# Con estas dos redes los intervalos apenas importan, porque cada una se desvía hacia el mismo lado en casi todos, y
# las excepciones tienen pocas predicciones. No siempre es así.
#
# ### Predice antes de ejecutar
#
# Imagina una red perfectamente calibrada con las confianzas de la primera, 4792 en total: lo que tiene confianza
# 0.8 acierta con probabilidad 0.8 exacta. ¿Qué ECE mostrará con 100 intervalos?
#
# - **a** · 0
# - **b** · cerca de 0.002
# - **c** · cerca de 0.02

# %% name="guess-perfect-model" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% [markdown] name="chance-task" lang="en"
# ## Exercise 3 · What a perfect network scores (1 point)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: what a perfect model shows](../../theory/en/05-calibration.md#ece-by-chance)*
#
# Such a network is easily made: draw a uniform number `u` for every prediction, and call it right where `u < c`.
# Write `error_by_chance(confidences, uniforms, bins)`. Each of the `R` rows of `uniforms`, shape `[R, n]`, is one
# run of the experiment: take the ECE of each run, with your `calibration_error`. Return two numbers, the mean of
# the `R` errors and the standard error of that mean (their standard deviation divided by $\sqrt{R}$).

# %% [markdown] name="chance-task" lang="es"
# ## Ejercicio 3 · La nota de una red perfecta (1 punto)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: lo que muestra un modelo perfecto](../../theory/es/05-calibration.md#ece-by-chance)*
#
# Una red así se fabrica fácilmente: extrae un número uniforme `u` por cada predicción y dala por acertada donde
# `u < c`. Escribe `error_by_chance(confidences, uniforms, bins)`. Cada una de las `R` filas de `uniforms`, de forma
# `[R, n]`, es una repetición del experimento: toma el ECE de cada repetición, con tu `calibration_error`. Devuelve
# dos números, la media de los `R` errores y el error estándar de esa media (su desviación estándar dividida entre
# $\sqrt{R}$).


# %% name="error_by_chance" exercise=true
def error_by_chance(confidences, uniforms, bins):
    # en: """Mean ECE of a calibrated model and its standard error; [n] and [R, n] in, two numbers out."""
    # es: """ECE medio de un modelo calibrado y su error estándar; entran [n] y [R, n], salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. One ECE a run.
    # es: # 1. Un ECE por repetición.
    runs = [float(calibration_error(confidences, row < confidences, bins)) for row in uniforms]
    # en: # 2. Their mean, and how well it is known.
    # es: # 2. Su media, y con qué precisión se conoce.
    runs = torch.tensor(runs, dtype=torch.float64)
    return runs.mean().item(), runs.std().item() / len(runs) ** 0.5
    ### END SOLUTION


# %% name="check-error_by_chance" check="error_by_chance" points=1
check("error_by_chance", error_by_chance)
### BEGIN HIDDEN TESTS
check.hidden("error_by_chance", error_by_chance)
### END HIDDEN TESTS

# %% [markdown] name="chance-help" lang="en"
# <details><summary>Which runs, and which predictions?</summary>
#
# A row of `uniforms` has a number for each prediction: `row < confidences` is `correct` for that run. Take the ECE
# inside the loop over the rows, and mean and standard deviation after it.
#
# </details>

# %% [markdown] name="chance-help" lang="es"
# <details><summary>¿Qué son repeticiones y qué son predicciones?</summary>
#
# Una fila de `uniforms` tiene un número por predicción: `row < confidences` es el `correct` de esa repetición. Toma
# el ECE dentro del bucle sobre las filas, y la media y la desviación estándar después.
#
# </details>

# %% name="chance-measure"
sure, _ = judged(over.test)
seed = torch.Generator("cpu").manual_seed(0)
dice = torch.rand(50, len(sure), generator=seed, dtype=torch.float64, device="cpu").to(sure.device)
# en: words = "bins: mean ECE"
# es: words = "intervalos: ECE medio"
for parts in [1, 15, 100]:
    print(parts, words, "{:.4f} ± {:.4f}".format(*map(float, error_by_chance(sure, dice, parts))))
check.prediction("perfect-model", prediction)

# %% [markdown] name="colder-guess" lang="en"
# So an ECE says nothing until it is compared with what chance would show. Our first network, at 0.080 in 15 bins,
# is far beyond chance. What is to be done about it?
#
# ### Predict before you run
#
# "Over-confident? Lower the temperature slightly, to 0.9", says a page in circulation. What does that do to the
# ECE of our over-confident network?
#
# - **a** · it falls
# - **b** · it rises
# - **c** · it stays: the predictions are the same

# %% [markdown] name="colder-guess" lang="es"
# Así que un ECE no dice nada hasta que se compara con lo que mostraría el azar. La primera red, con 0.080 en 15
# intervalos, está mucho más allá del azar. ¿Qué se puede hacer?
#
# ### Predice antes de ejecutar
#
# «¿Confía de más? Baja un poco la temperatura, a 0.9», dice una página que circula. ¿Qué le hace eso al ECE de
# nuestra red, que confía de más?
#
# - **a** · baja
# - **b** · sube
# - **c** · se queda igual: las predicciones son las mismas

# %% name="guess-a-little-colder" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% [markdown] name="colder-look" lang="en"
# A sweep over temperatures, on the calibration sample: this is where a temperature may be chosen, because neither
# the training nor the final report uses it.

# %% [markdown] name="colder-look" lang="es"
# Un barrido de temperaturas, con la muestra de calibración: es ahí donde se puede elegir una temperatura, porque ni
# el entrenamiento ni el informe final la usan.

# %% name="colder-sweep"
sweep = []
for heat in [0.5, 0.9, 1.0, 1.5, 2.0, 2.5, 3.0]:
    sure, hits = judged(over.calibration, heat)
    off = float(calibration_error(sure, hits, 15))
    means = [hits.double().mean().item(), sure.mean().item()]
    sweep.append([heat, *means, off, nll(*over.calibration, heat)])
# en: heads = ["T", "share right", "mean confidence", "ECE", "NLL"]
# es: heads = ["T", "aciertos", "confianza media", "ECE", "NLL"]
check.prediction("a-little-colder", prediction)
pandas.DataFrame(sweep, columns=heads).round(3)

# %% [markdown] name="derivatives-task" lang="en"
# ## Exercise 4 · Slope and curvature (2 points)
#
# *Difficulty 3 of 3 · about 15 minutes ·
# [note: Newton's method](../../theory/en/05-calibration.md#newton)*
#
# The last column is the mean of $-\log q_y$, with $q_y$ the probability given to the label (its *surprisal*): the
# *negative log-likelihood* or NLL. It has no bins, and as a function of $b = 1/T$ it is convex: a valley with one
# bottom. The two derivatives are means over the rows,
#
# $$
# g = \text{mean of } \bigl( E_q[z] - z_y \bigr), \qquad h = \text{mean of } \text{Var}_q[z] ,
# $$
#
# where $q = \text{softmax}(b z)$ is a row's distribution, $E_q[z]$ and $\text{Var}_q[z]$ are the mean and the
# variance of its logits under $q$, and $z_y$ is the logit of its label. Write
# `slope_and_curvature(logits, labels, b)`: two numbers, $g$ and $h$, from logits `[n, C]` and labels `[n]`.

# %% [markdown] name="derivatives-task" lang="es"
# ## Ejercicio 4 · Pendiente y curvatura (2 puntos)
#
# *Dificultad 3 de 3 · unos 15 minutos ·
# [nota: el método de Newton](../../theory/es/05-calibration.md#newton)*
#
# La última columna es la media de $-\log q_y$, donde $q_y$ es la probabilidad dada a la etiqueta (su *sorpresa*): la
# *log-verosimilitud negativa* o NLL. No tiene intervalos, y como función de $b = 1/T$ es convexa: un valle con un
# solo fondo. Sus dos derivadas son medias sobre las filas,
#
# $$
# g = \text{media de } \bigl( E_q[z] - z_y \bigr), \qquad h = \text{media de } \text{Var}_q[z] ,
# $$
#
# donde $q = \text{softmax}(b z)$ es la distribución de una fila, $E_q[z]$ y $\text{Var}_q[z]$ son la media y la
# varianza de sus logits con $q$, y $z_y$ es el logit de su etiqueta. Escribe
# `slope_and_curvature(logits, labels, b)`: dos números, $g$ y $h$, a partir de logits `[n, C]` y etiquetas `[n]`.


# %% name="slope_and_curvature" exercise=true
def slope_and_curvature(logits, labels, b):
    # en: """First two derivatives of the mean NLL in b = 1/T; [n, C] and [n] in, two numbers out."""
    # es: """Las dos primeras derivadas de la NLL media en b = 1/T; entran [n, C] y [n], salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. The distribution of every row at this b.
    # es: # 1. La distribución de cada fila con esta b.
    q = torch.softmax(b * logits, dim=-1)
    # en: # 2. Mean and variance of the logits under it, row by row.
    # es: # 2. Media y varianza de los logits con ella, fila a fila.
    mean = (q * logits).sum(dim=-1)
    variance = (q * (logits - mean[:, None]) ** 2).sum(dim=-1)
    # en: # 3. The logit of every label.
    # es: # 3. El logit de cada etiqueta.
    of_label = logits.gather(-1, labels[:, None])[:, 0]
    return (mean - of_label).mean().item(), variance.mean().item()
    ### END SOLUTION


# %% name="check-slope_and_curvature" check="slope_and_curvature" points=2
check("slope_and_curvature", slope_and_curvature)
### BEGIN HIDDEN TESTS
check.hidden("slope_and_curvature", slope_and_curvature)
### END HIDDEN TESTS

# %% [markdown] name="derivatives-help" lang="en"
# <details><summary>How do I get the logit of every label?</summary>
#
# `logits[torch.arange(len(labels)), labels]` takes from row 0 the column `labels[0]`, and so on. On a device of its
# own, give `torch.arange` that device; `logits.gather(-1, labels[:, None])[:, 0]` does without.
#
# </details>
# <details><summary>My variance has the wrong shape, or torch cannot line up the sizes</summary>
#
# `mean` has one number a row, shape `[n]`. Beside logits `[n, C]` it must be a column: `mean[:, None]`.
#
# </details>
# <details><summary>What do the two derivatives have to do with lab 01?</summary>
#
# The variance is the one that was the slope of the entropy there. Here it is the curvature of the likelihood: it
# cannot be negative, and that is why the valley has one bottom.
#
# </details>

# %% [markdown] name="derivatives-help" lang="es"
# <details><summary>¿Cómo obtengo el logit de cada etiqueta?</summary>
#
# `logits[torch.arange(len(labels)), labels]` toma de la fila 0 la columna `labels[0]`, y así sucesivamente. En otro
# dispositivo, dale a `torch.arange` ese dispositivo; `logits.gather(-1, labels[:, None])[:, 0]` no lo necesita.
#
# </details>
# <details><summary>Mi varianza tiene otra forma, o a torch no le encajan los tamaños</summary>
#
# `mean` tiene un número por fila, forma `[n]`. Junto a unos logits `[n, C]` tiene que ser una columna:
# `mean[:, None]`.
#
# </details>
# <details><summary>¿Qué tienen que ver estas derivadas con el laboratorio 01?</summary>
#
# La varianza es la que allí daba la pendiente de la entropía. Aquí es la curvatura de la verosimilitud: no puede
# ser negativa, y por eso el valle tiene un solo fondo.
#
# </details>

# %% [markdown] name="fit-task" lang="en"
# ## Exercise 5 · Fit by Newton, with its error (2 points)
#
# *Difficulty 3 of 3 · about 12 minutes ·
# [note: the standard error](../../theory/en/05-calibration.md#standard-error)*
#
# Newton's method takes the valley for a parabola and steps to where its bottom would be: $b \leftarrow b - g/h$. On
# our network the first step from $b = 1$ lands at $b = -1.4$, which is no temperature at all; so halve the old $b$
# instead, whenever a step would leave the positive numbers. Fifty rounds are more than enough.
#
# Write `fit_by_newton(logits, labels)`: two numbers, the temperature $T = 1/b$ and its standard error
# $T^2 / \sqrt{n h}$, where $n$ is the number of rows and $h$ the curvature at the bottom. (The samples of the checks
# have their bottom at a finite $T$ above 0.)

# %% [markdown] name="fit-task" lang="es"
# ## Ejercicio 5 · El ajuste de Newton, con su error (2 puntos)
#
# *Dificultad 3 de 3 · unos 12 minutos ·
# [nota: el error estándar](../../theory/es/05-calibration.md#standard-error)*
#
# El método de Newton toma el valle por una parábola y va a donde estaría el fondo: $b \leftarrow b - g/h$. En
# nuestra red, el primer paso desde $b = 1$ cae en $b = -1.4$, que no es ninguna temperatura; así que, en vez de dar
# el paso, parte por la mitad la $b$ que tenías siempre que vaya a salirse de los números positivos. Cincuenta
# vueltas sobran.
#
# Escribe `fit_by_newton(logits, labels)`: dos números, la temperatura $T = 1/b$ y su error estándar
# $T^2 / \sqrt{n h}$, donde $n$ es el número de filas y $h$ la curvatura en el fondo. (Las muestras de las
# comprobaciones tienen su fondo con una $T$ finita mayor que 0.)


# %% name="fit_by_newton" exercise=true
def fit_by_newton(logits, labels):
    # en: """Temperature of least NLL and its standard error; [n, C] and [n] in, two numbers out."""
    # es: """Temperatura de menor NLL y su error estándar; entran [n, C] y [n], salen dos números."""
    ### BEGIN SOLUTION
    b = 1.0
    for _ in range(50):
        # en: # 1. A step, or half of b where the step would lead out.
        # es: # 1. Un paso, o la mitad de b donde el paso llevaría fuera.
        slope, curvature = slope_and_curvature(logits, labels, b)
        next_b = b - slope / curvature
        b = next_b if next_b > 0 else b / 2
    # en: # 2. The curvature at the bottom says how well T is known.
    # es: # 2. La curvatura en el fondo dice con qué precisión se conoce T.
    _, curvature = slope_and_curvature(logits, labels, b)
    return 1 / b, 1 / (b**2 * (len(labels) * curvature) ** 0.5)
    ### END SOLUTION


# %% name="check-fit_by_newton" check="fit_by_newton" points=2
check("fit_by_newton", fit_by_newton)
### BEGIN HIDDEN TESTS
check.hidden("fit_by_newton", fit_by_newton)
### END HIDDEN TESTS

# %% [markdown] name="fit-help" lang="en"
# <details><summary>My b becomes NaN, or runs away</summary>
#
# A step from a flat place is very long. Compute the next `b` under another name, and take it only if it is
# positive; otherwise `b / 2`.
#
# </details>
# <details><summary>Where does the $T^2$ come from?</summary>
#
# The standard error of $b$ is $1/\sqrt{n h}$. As $T = 1/b$, a small change of $b$ changes $T$ by $T^2$ times as
# much.
#
# </details>

# %% [markdown] name="fit-help" lang="es"
# <details><summary>Mi b se vuelve NaN, o se escapa</summary>
#
# Un paso desde un sitio llano es larguísimo. Calcula la `b` siguiente con otro nombre y tómala solo si es
# positiva; si no, `b / 2`.
#
# </details>
# <details><summary>¿De dónde sale el $T^2$?</summary>
#
# El error estándar de $b$ es $1/\sqrt{n h}$. Como $T = 1/b$, un cambio pequeño de $b$ cambia $T$ en $T^2$ veces ese
# cambio.
#
# </details>

# %% [markdown] name="fit-look" lang="en"
# Fit both networks. Which needs heat, and which cold?

# %% [markdown] name="fit-look" lang="es"
# Ajusta las dos redes. ¿Cuál necesita calor y cuál frío?

# %% name="fit-use"
for network in [over, under]:
    print("T = {:.3f} ± {:.3f}".format(*map(float, fit_by_newton(*network.calibration))))

# %% [markdown] name="fit-caution" lang="en"
# The over-confident one needs heat, the other cold. The error counts every row as an independent piece of evidence.
# Ours are not: each image stands eight times in the sample, with fresh noise. The
# [note](../../theory/en/05-calibration.md#standard-error) measures what that costs: about a factor of two.
#
# ### Predict before you run
#
# The network was trained on `over.train`, all of which it gets right. Fit the temperature there. What comes out?
#
# - **a** · about 2, as on the calibration sample
# - **b** · about 1: it was trained with this very loss
# - **c** · 0

# %% [markdown] name="fit-caution" lang="es"
# La que confía de más necesita calor; la otra, frío. Ese error cuenta cada fila como una prueba independiente. Las
# nuestras no lo son: cada imagen está ocho veces en la muestra, con ruido nuevo. La
# [nota](../../theory/es/05-calibration.md#standard-error) mide lo que eso cuesta: un factor de dos, más o menos.
#
# ### Predice antes de ejecutar
#
# La red se entrenó con `over.train`, donde lo acierta todo. Ajusta ahí la temperatura. ¿Qué sale?
#
# - **a** · cerca de 2, como con la muestra de calibración
# - **b** · cerca de 1: se entrenó con esa misma pérdida
# - **c** · 0

# %% name="guess-fitted-on-training-data" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION

# %% [markdown] name="report-task" lang="en"
# ## Exercise 6 · Spot the bug: an honest report (1 point)
#
# *Difficulty 1 of 3 · about 8 minutes ·
# [note: held-out data](../../theory/en/05-calibration.md#held-out)*
#
# The function below fits a temperature by trying fifty, and reports how the network does at the best of them. Run
# it: the calibration has made everything worse. What is wrong?

# %% [markdown] name="report-task" lang="es"
# ## Ejercicio 6 · Encuentra el error: un informe honesto (1 punto)
#
# *Dificultad 1 de 3 · unos 8 minutos ·
# [nota: datos reservados](../../theory/es/05-calibration.md#held-out)*
#
# La función de abajo ajusta una temperatura probando cincuenta, e informa de cómo le va a la red con la mejor de
# ellas. Ejecútala: la calibración lo ha empeorado todo. ¿Qué falla?


# %% name="report-as-found"
def report_as_found(train, calibration, test):
    grid = [t / 10 for t in range(1, 51)]
    temperature = min(grid, key=lambda t: nll(*train, t))
    error = float(calibration_error(*judged(test, temperature), 15))
    return {"temperature": temperature, "nll": nll(*test, temperature), "ece": error}


# %% name="report-look"
samples = (over.train, over.calibration, over.test)
before = {"nll": nll(*over.test), "ece": float(calibration_error(*judged(over.test), 15))}
print({key: round(each, 2) for key, each in before.items()})
print({key: round(each, 2) for key, each in report_as_found(*samples).items()})
check.prediction("fitted-on-training-data", prediction)

# %% [markdown] name="report-write" lang="en"
# Write `honest_report(train, calibration, test)`: a dictionary with the keys `temperature`, `nll` and `ece`. Each
# argument is a pair `(logits, labels)`. Fit by the NLL, with your `fit_by_newton` (a grid of
# tenths is too coarse), on the sample that is there for it; report NLL (mean) and
# ECE (15 bins) at that temperature on the sample that is there for that. You may use `nll`, `judged` and what you
# have written above.

# %% [markdown] name="report-write" lang="es"
# Escribe `honest_report(train, calibration, test)`: un diccionario con las claves `temperature`, `nll` y `ece`. Cada
# argumento es un par `(logits, labels)`. Ajusta con la NLL, mediante tu `fit_by_newton` (una
# rejilla de décimas es demasiado gruesa), con la muestra que está para eso; informa de la NLL
# (media) y del ECE (15 intervalos) a esa temperatura con la muestra que está para eso otro. Puedes usar `nll`,
# `judged` y lo que has escrito arriba.


# %% name="honest_report" exercise=true
def honest_report(train, calibration, test):
    # en: """Fitted temperature, and NLL and ECE at it; three pairs (logits, labels) in, a dictionary out."""
    # es: """Temperatura ajustada, y NLL y ECE con ella; entran tres pares (logits, labels), sale un diccionario."""
    ### BEGIN SOLUTION
    # en: # 1. Choose on one sample ...
    # es: # 1. Elige con una muestra ...
    temperature, _ = fit_by_newton(*calibration)
    # en: # 2. ... and report on another.
    # es: # 2. ... e informa con otra.
    error = calibration_error(*judged(test, temperature), 15)
    return {"temperature": temperature, "nll": nll(*test, temperature), "ece": error}
    ### END SOLUTION


# %% name="check-honest_report" check="honest_report" points=1
check("honest_report", honest_report)
### BEGIN HIDDEN TESTS
check.hidden("honest_report", honest_report)
### END HIDDEN TESTS

# %% [markdown] name="report-help" lang="en"
# <details><summary>Python says: 'tuple' object has no attribute 'logits'</summary>
#
# In the checks a sample is a plain pair: `logits, labels = calibration`, or `fit_by_newton(*calibration)`. That
# returns two numbers: the temperature is the first, `[0]`.
#
# </details>

# %% [markdown] name="report-help" lang="es"
# <details><summary>Python dice: 'tuple' object has no attribute 'logits'</summary>
#
# En las comprobaciones una muestra es un simple par: `logits, labels = calibration`, o
# `fit_by_newton(*calibration)`. Eso devuelve dos números: la temperatura es el primero, `[0]`.
#
# </details>

# %% name="report-use"
for network in [over, under]:
    report = honest_report(network.train, network.calibration, network.test)
    print({key: round(float(each), 3) for key, each in report.items()})
    sure, _ = judged(network.test, float(report["temperature"]))
    # en: print("ECE by chance: {:.4f} ± {:.4f}".format(*map(float, error_by_chance(sure, dice, 15))))
    # es: print("ECE por azar: {:.4f} ± {:.4f}".format(*map(float, error_by_chance(sure, dice, 15))))

# %% name="report-figure"
# en: titles = ["before, T = 1", "after, T = 2.14"]
# es: titles = ["antes, T = 1", "después, T = 2.14"]
plots.reliability({titles[0]: judged(over.test), titles[1]: judged(over.test, 2.14)})

# %% [markdown] name="noisy-guess" lang="en"
# Both are calibrated now, as far as this sample can tell: at the new confidences chance alone shows such errors (the
# second lines). It is more than before for the first network, because less sure predictions scatter more. No
# prediction has changed.
#
# ### Predict before you run
#
# One temperature cannot mend everything. A third network learned from labels of which a fifth had been replaced by
# random digits, and the labels of its calibration and test samples are as bad. Its temperature is fitted by the
# NLL, as above. What happens on the test sample?
#
# - **a** · NLL and ECE both fall
# - **b** · the NLL falls and the ECE rises
# - **c** · both rise

# %% [markdown] name="noisy-guess" lang="es"
# Ahora las dos están calibradas, hasta donde esta muestra permite saberlo: con las confianzas nuevas, el azar por sí
# solo muestra errores así (las segundas líneas). Para la primera red es más que antes, porque las predicciones menos
# seguras se dispersan más. Ninguna predicción ha cambiado.
#
# ### Predice antes de ejecutar
#
# Una temperatura no lo arregla todo. Una tercera red aprendió con etiquetas de las que una quinta parte se había
# cambiado por cifras al azar, y las de sus muestras de calibración y de prueba son igual de malas. Su temperatura
# se ajusta con la NLL, como arriba. ¿Qué ocurre con la muestra de prueba?
#
# - **a** · bajan la NLL y el ECE
# - **b** · baja la NLL y sube el ECE
# - **c** · suben los dos

# %% name="guess-noisy-labels" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="noisy-measure"
noisy = digits.classifier("noisy-labels")
best = fit_by_newton(*noisy.calibration)[0]
for heat in [1.0, float(best)]:
    off = float(calibration_error(*judged(noisy.test, heat), 15))
    print(f"T = {heat:.3f}, NLL {nll(*noisy.test, heat):.3f}, ECE {off:.3f}")
check.prediction("noisy-labels", prediction)

# %% [markdown] name="knobs" lang="en"
# ## Two knobs
#
# The temperature you fitted makes confidence mean something; a sampling temperature, chosen when a model writes,
# trades likelihood for variety. Same formula, other purpose, and they multiply: whoever calibrates at $T = 2.14$ and
# then samples "a little colder", at 0.7, draws from $T = 1.5$, which is not calibrated any more.

# %% [markdown] name="knobs" lang="es"
# ## Dos reguladores
#
# La temperatura que ajustaste hace que la confianza signifique algo; una temperatura de muestreo, elegida cuando un
# modelo escribe, cambia verosimilitud por variedad. La misma fórmula con otro fin, y se multiplican: quien calibra
# con $T = 2.14$ y después muestrea «un poco más frío», con 0.7, extrae con $T = 1.5$, que ya no está calibrada.

# %% name="knobs-measure"
best = float(fit_by_newton(*over.calibration)[0])
for heat in [best, best * 0.7]:
    off = float(calibration_error(*judged(over.test, heat), 15))
    print(f"T = {heat:.3f}, ECE {off:.3f}")

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - Confidence can be checked, bin by bin, and each bin has an uncertainty of its own.
# - The overall gap is not ECE: it may be 0 while every bin is off. And an ECE means something only beside the one
#   that chance would show.
# - Over-confidence wants $T > 1$, under-confidence $T < 1$. The temperature is fitted by the NLL, which is convex in
#   $1/T$, on data that neither the training nor the report uses.
# - A temperature makes labels as likely as one number can. Where the truth is out of its reach, confidence need not
#   get any truer.
#
# The [solved lab](../../solutions/en/05-calibration.ipynb) is there for self-study. Next: lab 06, decisions,
# `python3 start.py lab 06 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - La confianza se puede comprobar, intervalo a intervalo, y cada intervalo tiene su propia incertidumbre.
# - La diferencia global no es el ECE: puede ser 0 mientras todos los intervalos se desvían. Y un ECE solo significa
#   algo al lado del que mostraría el azar.
# - Confiar de más pide $T > 1$ y confiar de menos, $T < 1$. La temperatura se ajusta con la NLL, que es convexa en
#   $1/T$, con datos que no usan ni el entrenamiento ni el informe.
# - Una temperatura hace las etiquetas tan verosímiles como puede un solo número. Donde la distribución verdadera
#   queda fuera de su alcance, la confianza no tiene por qué volverse más fiel.
#
# El [laboratorio resuelto](../../solutions/es/05-calibration.ipynb) está ahí para que estudies por tu cuenta.
# Siguiente: laboratorio 06, decisiones, `python3 start.py lab 06 --lang es`.
