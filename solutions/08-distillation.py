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
# # Lab 08 · Distillation
#
# A large network teaches a small one, not with labels but with its own probabilities, softened by a
# temperature. In this lab you mend a loss in which the temperature went astray, let a student learn a digit
# that it never saw, find out where the famous factor $T^2$ comes from and when it does nothing at all, and
# ask with seeds and error bars whether the whole effort pays.
#
# **10 points, about 70 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/08-distillation.md)
# opens beside this lab; it has the proofs. Make each prediction before you read its section: the note
# gives the answers away.
#
# In this lab logits are tables `[n, 10]`, a row for each image; your functions have to serve any number $V$ of
# classes. Losses are in nats.

# %% [markdown] name="title" lang="es"
# # Laboratorio 08 · Destilación
#
# Una red grande le enseña a una pequeña, no con etiquetas sino con sus propias probabilidades, ablandadas
# por una temperatura. En este laboratorio corriges una pérdida en la que la temperatura se extravió, haces
# que un alumno aprenda una cifra que nunca vio, averiguas de dónde sale el famoso factor $T^2$ y cuándo no
# sirve de nada, y preguntas con semillas y barras de error si tanto esfuerzo compensa.
#
# **10 puntos, unos 70 minutos**, y otros 25 para leer la nota. La [nota de este capítulo](../../theory/es/08-distillation.md)
# se abre al lado; contiene las demostraciones. Haz cada predicción antes de leer su sección: la nota
# desvela las respuestas.
#
# En este laboratorio los logits son tablas `[n, 10]`, una fila por imagen; tus funciones deben servir para
# cualquier número $V$ de clases. Las pérdidas se dan en nats.

# %% name="setup"
import pandas
import torch
from torch.nn import functional

from tempkit import digits, lab, plots

# en: check = lab.start("08", language="en")
# es: check = lab.start("08", language="es")

# %% [markdown] name="meet" lang="en"
# ## Meet the teacher
#
# The teacher has two hidden layers of 256 units and was trained on 600 noisy images of handwritten digits.
# The students will have one hidden layer of 16 units, with about 70 times fewer weights. They learn from 598 other
# images, the *transfer set*, for which the teacher writes its logits.
#
# Here is one of these images. At $T = 1$ the teacher seems to have little to say beyond its first choice.
# Raise $T$, and its other thoughts come to light. (Training the teacher takes some seconds.)

# %% [markdown] name="meet" lang="es"
# ## Conoce al maestro
#
# El maestro tiene dos capas ocultas de 256 unidades y se entrenó con 600 imágenes ruidosas de cifras
# manuscritas. Los alumnos tendrán una sola capa oculta de 16 unidades, unas 70 veces menos pesos. Aprenden
# de otras 598 imágenes, el *conjunto de transferencia*, para las que el maestro escribe sus logits.
#
# Aquí está una de esas imágenes. Con $T = 1$ el maestro parece tener poco que decir aparte de su primera
# opción. Sube $T$, y salen a la luz sus otras ideas. (Entrenar al maestro tarda unos segundos).

# %% name="meet-teacher"
large = digits.classifier().network
splits = digits.splits()
transfer = digits.Sample(splits.calibration.images[::8], splits.calibration.labels[::8])
taught = digits.predictions(large, transfer).logits
plots.soft_targets(transfer.images[103], taught[103])

# %% [markdown] name="loss-task" lang="en"
# ## Exercise 1 · Spot the bug: a loss with two faults (2 points)
#
# *Difficulty 2 of 3 · about 12 minutes ·
# [note: the loss](../../theory/en/08-distillation.md#the-loss)*
#
# With teacher's probabilities $p = \text{softmax}(u/T)$ and student's $q = \text{softmax}(z/T)$, the loss of
# one image is $T^2$ times the divergence $\sum_i p_i (\log p_i - \log q_i)$, and the loss of a batch is the
# mean over its images. The function below, of a kind found in many repositories, has two faults. Run it.
# A student that says exactly what its teacher says should have the loss 0, and here it has not: that is the
# first. For the second, compare its value at $T = 1$, where no temperature can go astray, with the sum written
# out by hand.

# %% [markdown] name="loss-task" lang="es"
# ## Ejercicio 1 · Encuentra el error: una pérdida con dos fallos (2 puntos)
#
# *Dificultad 2 de 3 · unos 12 minutos ·
# [nota: la pérdida](../../theory/es/08-distillation.md#the-loss)*
#
# Con las probabilidades $p = \text{softmax}(u/T)$ del maestro y $q = \text{softmax}(z/T)$ del alumno, la
# pérdida de una imagen es $T^2$ por la divergencia $\sum_i p_i (\log p_i - \log q_i)$, y la de un lote es la
# media de sus imágenes. La función de abajo, como las que hay en muchos repositorios, tiene dos fallos.
# Ejecútala. Un alumno que dice exactamente lo mismo que su maestro debería tener pérdida 0, y aquí no la
# tiene: ese es el primer fallo. Para el segundo, compara su valor con $T = 1$, donde ninguna temperatura puede
# extraviarse, con la suma escrita a mano.


# %% name="loss-as-found"
def loss_as_found(student, teacher, temperature):
    log_q = functional.log_softmax(student / temperature, dim=-1)
    p = functional.softmax(teacher, dim=-1)
    return functional.kl_div(log_q, p, reduction="none").mean() * temperature**2


z, u = torch.tensor([[1.0, 0.0, 0.0]]), torch.tensor([[3.0, 1.0, 0.0]])
p, q = torch.softmax(u, -1), torch.softmax(z, -1)
by_hand = (p * (p / q).log()).sum()
# en: print(f"T = 4, a perfect student: {loss_as_found(u, u, 4.0):.3f}")
# en: print(f"T = 1: as found {loss_as_found(z, u, 1.0):.3f}, by hand {by_hand:.3f}")
# es: print(f"T = 4, un alumno perfecto: {loss_as_found(u, u, 4.0):.3f}")
# es: print(f"T = 1: tal como estaba {loss_as_found(z, u, 1.0):.3f}, a mano {by_hand:.3f}")

# %% [markdown] name="loss-write" lang="en"
# Write `soft_loss(student, teacher, temperature)`: from the logits of both, `[n, V]`, one number. Use tensor
# operations all the way, because the students below are trained with your function.

# %% [markdown] name="loss-write" lang="es"
# Escribe `soft_loss(student, teacher, temperature)`: a partir de los logits de ambos, `[n, V]`, un solo
# número. Usa operaciones de tensores de principio a fin, porque los alumnos de más abajo se entrenan con tu función.


# %% name="soft_loss" exercise=true
def soft_loss(student, teacher, temperature):
    # en: """T² times the mean divergence from the teacher; logits [n, V] twice in, a number out."""
    # es: """T² por la media de KL(p ‖ q) sobre las imágenes; entran logits [n, V] dos veces."""
    ### BEGIN SOLUTION
    # en: # 1. The temperature goes to both sides.
    # es: # 1. La temperatura va a los dos lados.
    log_q = torch.log_softmax(student / temperature, dim=-1)
    log_p = torch.log_softmax(teacher / temperature, dim=-1)
    # en: # 2. A sum over the classes, a mean over the images.
    # es: # 2. Suma sobre las clases, media sobre las imágenes.
    divergence = (log_p.exp() * (log_p - log_q)).sum(dim=-1)
    return temperature**2 * divergence.mean()
    ### END SOLUTION


# %% name="check-soft_loss" check="soft_loss" points=2
check("soft_loss", soft_loss)
### BEGIN HIDDEN TESTS
check.hidden("soft_loss", soft_loss)
### END HIDDEN TESTS

# %% [markdown] name="loss-help" lang="en"
# <details><summary>I do not see the second fault</summary>
#
# At $T = 1$, the number by hand is three times the one as found. Of what are there three here?
#
# </details>
# <details><summary>What does kl_div do?</summary>
#
# `functional.kl_div(log_q, p)` expects the **logarithm** of the student's probabilities first and the
# teacher's probabilities second, and computes $p_i (\log p_i - \log q_i)$ for every image and class. What
# it does with these $n \times V$ terms is up to `reduction`: `"mean"`, its default, divides by $n V$;
# `"batchmean"` divides by $n$, as here.
#
# </details>
# <details><summary>My loss is 0 for a perfect student, but too large or too small elsewhere</summary>
#
# Is the factor $T^2$ there, once? Is the teacher's $p$ the one in front of the logarithms? Do you sum
# over the classes before the mean over the images?
#
# </details>
# <details><summary>Later: “element 0 of tensors does not require grad”</summary>
#
# Somewhere a tensor was turned into a plain number, by `.item()`, `.tolist()` or `float()`, or a new one was
# made with `torch.tensor(...)`. The gradient ends there. Keep to tensor operations.
#
# </details>

# %% [markdown] name="loss-help" lang="es"
# <details><summary>No veo el segundo fallo</summary>
#
# Con $T = 1$, el número a mano es tres veces el de la función. ¿De qué hay tres aquí?
#
# </details>
# <details><summary>¿Qué hace kl_div?</summary>
#
# `functional.kl_div(log_q, p)` espera primero el **logaritmo** de las probabilidades del alumno y después las
# probabilidades del maestro, y calcula $p_i (\log p_i - \log q_i)$ por cada imagen y clase. Qué hace con esos
# $n \times V$ términos lo decide `reduction`: `"mean"`, el valor predeterminado, divide entre $n V$;
# `"batchmean"` divide entre $n$, como aquí.
#
# </details>
# <details><summary>Mi pérdida es 0 para un alumno perfecto, pero en lo demás es demasiado grande o pequeña</summary>
#
# ¿Está el factor $T^2$, una sola vez? ¿Es la $p$ del maestro la que va delante de los logaritmos? ¿Sumas
# sobre las clases antes de la media sobre las imágenes?
#
# </details>
# <details><summary>Más adelante: «element 0 of tensors does not require grad»</summary>
#
# En algún lugar un tensor se convirtió en un simple número, con `.item()`, `.tolist()` o `float()`, o se creó
# uno nuevo con `torch.tensor(...)`. Ahí termina el gradiente. Quédate en las operaciones de tensores.
#
# </details>

# %% [markdown] name="never-guess" lang="en"
# ## A digit that it never saw
#
# Take every image of a three out of the transfer set. The student will never see a three, and nobody will
# name one: for every image that is left, a three is a wrong answer. It learns from the teacher's
# probabilities at $T = 16$, and afterwards it is shown threes for the first time: 424 noisy images of 53 threes.
# (The few other images that the teacher itself calls a three are taken out too, so that no target names one.)
#
# ### Predict before you run
#
# How many of the threes does it recognise?
#
# - **a** · none
# - **b** · about one in ten
# - **c** · more than half

# %% [markdown] name="never-guess" lang="es"
# ## Una cifra que nunca vio
#
# Quita del conjunto de transferencia todas las imágenes de un tres. El alumno no verá ningún tres, y nadie
# nombrará ninguno: para cada imagen que queda, tres es una respuesta equivocada. Aprende de las
# probabilidades del maestro con $T = 16$, y después se le muestran treses por primera vez: 424 imágenes ruidosas
# de 53 treses. (También se quitan otras pocas imágenes que el propio maestro llama tres, para que ningún objetivo
# nombre uno).
#
# ### Predice antes de ejecutar
#
# ¿Cuántos de los treses reconoce?
#
# - **a** · ninguno
# - **b** · cerca de uno de cada diez
# - **c** · más de la mitad

# %% name="guess-never-seen" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION


# %% name="never-tools"
def trained(loss, sample, *, seed=0, epochs=30, learning_rate=0.005, optimizer=torch.optim.Adam):
    # en: """A student of 16 hidden units; loss(logits, rows), None: cross-entropy of sample's labels."""
    # es: """Alumno de 16 unidades ocultas; loss(logits, filas), None: entropía cruzada de etiquetas."""
    small = digits.mlp((64, 16, 10), 1000 + seed)
    return digits.fit(
        small,
        sample,
        epochs=epochs,
        learning_rate=learning_rate,
        optimizer=optimizer,
        loss=loss,
        seed=seed,
    )


def accuracy(net, sample):
    said = digits.predictions(net, sample)
    return (said.logits.argmax(-1) == said.labels).double().mean().item()


# %% name="never-train"
named = (transfer.labels == 3) | (taught.argmax(-1) == 3)
seen = digits.Sample(transfer.images[~named], transfer.labels[~named])
of_seen = taught[~named]
shown = splits.test.labels == 3
threes = digits.Sample(splits.test.images[shown], splits.test.labels[shown])


def by_teacher(heat):
    return lambda logits, rows: soft_loss(logits, of_seen[rows], heat)


# en: ways = {"labels": None} | {f"teacher, T = {heat:g}": by_teacher(heat) for heat in [1.0, 4.0, 16.0]}
# es: ways = {"etiquetas": None} | {f"maestro, T = {heat:g}": by_teacher(heat) for heat in [1.0, 4.0, 16.0]}
for name, way in ways.items():
    print(f"{name:16} {accuracy(trained(way, seen, epochs=60), threes):.2f}")
check.prediction("never-seen", prediction)

# %% [markdown] name="never-why" lang="en"
# Labels teach nothing about threes; shares do, of less than 1 % on average at $T = 1$ and of 9 % at $T = 16$. The
# [note](../../theory/en/08-distillation.md#never-seen) shuffles these shares among the wrong digits: then nothing is left.

# %% [markdown] name="never-why" lang="es"
# Las etiquetas no enseñan nada de los treses; sí lo hacen las partes pequeñas, de menos del 1 % en promedio con $T = 1$
# y del 9 % con $T = 16$. La [nota](../../theory/es/08-distillation.md#never-seen) baraja esas partes entre las cifras equivocadas: entonces no queda nada.

# %% [markdown] name="gradient-task" lang="en"
# ## Exercise 2 · What pulls at the student (2 points)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: the loss and its gradient](../../theory/en/08-distillation.md#the-loss)*
#
# Forget the factor $T^2$ for a moment. The divergence of one image is
# $K = \sum_i p_i (\log p_i - \log q_i)$ with $\log q_i = z_i/T - \log \sum_j e^{z_j/T}$. Derive
# $\partial K / \partial z_k$ by hand; everything that is left in the end fits on a line. Write
# `logit_gradient(student, teacher, temperature)`: a tensor `[n, V]`, each row the gradient of the divergence
# of **its own** image.

# %% [markdown] name="gradient-task" lang="es"
# ## Ejercicio 2 · Lo que tira del alumno (2 puntos)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: la pérdida y su gradiente](../../theory/es/08-distillation.md#the-loss)*
#
# Olvida por un momento el factor $T^2$. La divergencia de una imagen es
# $K = \sum_i p_i (\log p_i - \log q_i)$ con $\log q_i = z_i/T - \log \sum_j e^{z_j/T}$. Deriva a mano
# $\partial K / \partial z_k$; lo que queda al final cabe en una línea. Escribe
# `logit_gradient(student, teacher, temperature)`: un tensor `[n, V]`, cada fila el gradiente de la divergencia
# de **su propia** imagen.


# %% name="logit_gradient" exercise=true
def logit_gradient(student, teacher, temperature):
    # en: """Gradient of each image's divergence by the student's logits; [n, V] twice in, [n, V] out."""
    # es: """Gradiente de la divergencia de cada imagen según los logits del alumno; sale [n, V]."""
    ### BEGIN SOLUTION
    # en: # 1. What either says at this temperature.
    # es: # 1. Lo que dice cada uno a esta temperatura.
    q = torch.softmax(student / temperature, dim=-1)
    p = torch.softmax(teacher / temperature, dim=-1)
    # en: # 2. The difference, and what the chain rule adds.
    # es: # 2. La diferencia, y lo que añade la regla de la cadena.
    return (q - p) / temperature
    ### END SOLUTION


# %% name="check-logit_gradient" check="logit_gradient" points=2
check("logit_gradient", logit_gradient)
### BEGIN HIDDEN TESTS
check.hidden("logit_gradient", logit_gradient)
### END HIDDEN TESTS

# %% [markdown] name="gradient-help" lang="en"
# <details><summary>How do I derive it?</summary>
#
# Only $-\sum_i p_i \log q_i$ contains $z$. The derivative of $\log q_i$ by $z_k$ is
# $(1 - q_k)/T$ if $i = k$, and $-q_k/T$ otherwise. Add up with the weights $-p_i$, and remember that the
# $p_i$ sum to 1.
#
# </details>
# <details><summary>May I let PyTorch do it?</summary>
#
# Yes: `z = student.clone().requires_grad_()`, then `.backward()` on the **sum** of the divergences, and
# `z.grad` holds a row for each image. But the formula is shorter, and the rest of the lab is about it.
#
# </details>

# %% [markdown] name="gradient-help" lang="es"
# <details><summary>¿Cómo la derivo?</summary>
#
# Solo $-\sum_i p_i \log q_i$ contiene $z$. La derivada de $\log q_i$ respecto de $z_k$ es $(1 - q_k)/T$ si
# $i = k$, y $-q_k/T$ si no. Suma con los pesos $-p_i$ y recuerda que las $p_i$ suman 1.
#
# </details>
# <details><summary>¿Puedo dejárselo a PyTorch?</summary>
#
# Sí: `z = student.clone().requires_grad_()`, después `.backward()` sobre la **suma** de las divergencias, y
# `z.grad` contiene una fila por imagen. Pero la fórmula es más corta, y el resto del laboratorio trata de ella.
#
# </details>

# %% [markdown] name="gradient-look" lang="en"
# Is it the gradient of *your* loss? PyTorch differentiates `soft_loss`, and the two should differ by
# nothing but the factor $T^2$ and the mean over the images.

# %% [markdown] name="gradient-look" lang="es"
# ¿Es el gradiente de *tu* pérdida? PyTorch deriva `soft_loss`, y los dos solo deberían diferir en el factor
# $T^2$ y en la media sobre las imágenes.

# %% name="gradient-compare"
beginner = digits.predictions(digits.mlp((64, 16, 10), 1000), transfer).logits
for heat in [1.0, 4.0]:
    fresh = beginner.clone().requires_grad_()
    (by_torch,) = torch.autograd.grad(soft_loss(fresh, taught, heat), fresh)
    by_formula = torch.as_tensor(logit_gradient(beginner, taught, heat), dtype=beginner.dtype)
    print(heat, torch.allclose(by_torch, heat**2 * by_formula / len(beginner)))

# %% [markdown] name="limit-task" lang="en"
# ## Exercise 3 · The limit (2 points)
#
# *Difficulty 3 of 3 · about 10 minutes ·
# [note: where the factor comes from](../../theory/en/08-distillation.md#the-factor)*
#
# At a very high temperature both distributions are nearly flat: $q_i$ is close to
# $\frac{1}{V}\left(1 + \frac{z_i - \bar z}{T}\right)$, where $\bar z$ is the plain mean of the $V$ logits of that image.
# Put this and the same for $p_i$ into your gradient, and $T^2$ times the gradient no longer depends on $T$.
# Write what is left, `limit_of_gradient(student, teacher)`, a tensor `[n, V]`.

# %% [markdown] name="limit-task" lang="es"
# ## Ejercicio 3 · El límite (2 puntos)
#
# *Dificultad 3 de 3 · unos 10 minutos ·
# [nota: de dónde sale el factor](../../theory/es/08-distillation.md#the-factor)*
#
# A una temperatura muy alta las dos distribuciones son casi planas: $q_i$ está cerca de
# $\frac{1}{V}\left(1 + \frac{z_i - \bar z}{T}\right)$, donde $\bar z$ es la media simple de los $V$ logits de esa imagen.
# Lleva esto, y lo mismo para $p_i$, a tu gradiente, y $T^2$ por el gradiente ya no depende de $T$. Escribe lo
# que queda, `limit_of_gradient(student, teacher)`, un tensor `[n, V]`.


# %% name="limit_of_gradient" exercise=true
def limit_of_gradient(student, teacher):
    # en: """What T² times the gradient tends to as T grows; logits [n, V] twice in, [n, V] out."""
    # es: """A qué tiende T² por el gradiente al crecer T; entran logits [n, V] dos veces, sale [n, V]."""
    ### BEGIN SOLUTION
    # en: # 1. A constant added to a row must not matter.
    # es: # 1. Una constante sumada a una fila no debe importar.
    difference = student - teacher
    centred = difference - difference.mean(dim=-1, keepdim=True)
    # en: # 2. How many classes share the probability?
    # es: # 2. ¿Cuántas clases se reparten la probabilidad?
    return centred / student.shape[-1]
    ### END SOLUTION


# %% name="check-limit_of_gradient" check="limit_of_gradient" points=2
check("limit_of_gradient", limit_of_gradient)
### BEGIN HIDDEN TESTS
check.hidden("limit_of_gradient", limit_of_gradient)
### END HIDDEN TESTS

# %% [markdown] name="limit-help" lang="en"
# <details><summary>How do I put it in?</summary>
#
# $q_i - p_i$ is close to $\frac{1}{VT} \left[ (z_i - \bar z) - (u_i - \bar u) \right]$. Your gradient divides
# that by $T$ once more, and the factor $T^2$ takes both away.
#
# </details>
# <details><summary>Each row with its own mean?</summary>
#
# `logits.mean(dim=-1, keepdim=True)` has the shape `[n, 1]`, so that it can be subtracted from `[n, V]`.
#
# </details>

# %% [markdown] name="limit-help" lang="es"
# <details><summary>¿Cómo lo llevo al gradiente?</summary>
#
# $q_i - p_i$ está cerca de $\frac{1}{VT} \left[ (z_i - \bar z) - (u_i - \bar u) \right]$. Tu gradiente lo divide
# una vez más entre $T$, y el factor $T^2$ deshace las dos divisiones.
#
# </details>
# <details><summary>¿Cada fila con su propia media?</summary>
#
# `logits.mean(dim=-1, keepdim=True)` tiene forma `[n, 1]`, así que se puede restar de `[n, V]`.
#
# </details>

# %% [markdown] name="large-guess" lang="en"
# ### Predict before you run
#
# So $T^2$ times the gradient is constant “for large $T$”. When is $T$ large enough for the product to be
# within 10 % of its limit, and to stay there? Take our teacher and a student that has not learned anything yet.
#
# - **a** · from about $T = 2$
# - **b** · from about $T = 8$
# - **c** · only from about $T = 18$, near the spread of the teacher's logits (largest minus smallest: about 26)

# %% [markdown] name="large-guess" lang="es"
# ### Predice antes de ejecutar
#
# Así que $T^2$ por el gradiente es constante «con $T$ grande». ¿Cuándo es $T$ bastante grande para que el
# producto esté a menos de un 10 % de su límite, y se quede ahí? Toma nuestro maestro y un alumno que aún no ha aprendido nada.
#
# - **a** · desde cerca de $T = 2$
# - **b** · desde cerca de $T = 8$
# - **c** · solo desde cerca de $T = 18$, del orden de la amplitud de los logits del maestro (el mayor menos el
#   menor: cerca de 26)

# %% name="guess-when-is-large" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "c"
### END SOLUTION


# %% name="large-measure"
def mean_norm(rows):
    return float(torch.as_tensor(rows).norm(dim=-1).mean())


reached = mean_norm(limit_of_gradient(beginner, taught))
heats = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]
pulls = [heat**2 * mean_norm(logit_gradient(beginner, taught, heat)) for heat in heats]
products = [pull / reached for pull in pulls]
spread = float((taught.amax(-1) - taught.amin(-1)).mean())
check.prediction("when-is-large", prediction)
# en: plots.gradient_product(heats, {"untrained student": products}, spread)
# es: plots.gradient_product(heats, {"alumno sin entrenar": products}, spread)

# %% [markdown] name="factor-guess" lang="en"
# ## Who needs the factor?
#
# The factor $T^2$ is a constant in front of the loss; at $T = 8$ it is 64. Four students are taught at $T = 8$: two with
# plain SGD at the learning rate 0.05, two with Adam at 0.005; one of each pair with the factor and one without it. (It
# takes some seconds.)
#
# ### Predict before you run
#
# Who is much worse without the factor?
#
# - **a** · both
# - **b** · SGD only
# - **c** · neither

# %% [markdown] name="factor-guess" lang="es"
# ## ¿Quién necesita el factor?
#
# El factor $T^2$ es una constante delante de la pérdida; con $T = 8$ vale 64. Se enseña a cuatro alumnos con $T = 8$:
# dos con SGD simple y tasa de aprendizaje 0.05, dos con Adam y 0.005; de cada pareja, uno con el factor y otro sin él.
# (Tarda unos segundos).
#
# ### Predice antes de ejecutar
#
# ¿Quién empeora mucho sin el factor?
#
# - **a** · ambos
# - **b** · solo SGD
# - **c** · ninguno

# %% name="guess-factor" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="factor-measure"
rates = {torch.optim.SGD: 0.05, torch.optim.Adam: 0.005}
scores = {}
for optimizer, rate in rates.items():
    for divisor in [8.0**2, 1.0]:
        net = trained(
            lambda logits, rows, divisor=divisor: soft_loss(logits, taught[rows], 8.0) / divisor,
            transfer,
            optimizer=optimizer,
            learning_rate=rate,
        )
        scores.setdefault(optimizer.__name__, []).append(round(accuracy(net, splits.test), 2))
check.prediction("factor", prediction)
# en: pandas.DataFrame(scores, index=["without the factor", "with the factor"]).T
# es: pandas.DataFrame(scores, index=["sin el factor", "con el factor"]).T

# %% [markdown] name="factor-why" lang="en"
# To SGD a constant factor is a larger learning rate, no more: the student without it would have done as well at
# $64 \cdot 0.05$. Adam divides every step by the size of the recent gradients, and a constant cancels. Until,
# that is, a second loss stands beside the first.

# %% [markdown] name="factor-why" lang="es"
# Para SGD, un factor constante es una tasa de aprendizaje mayor, nada más: al alumno sin él le habría ido igual de bien
# con $64 \cdot 0.05$. Adam divide cada paso entre el tamaño de los gradientes recientes, y una constante se cancela.
# Hasta que al lado de la primera pérdida se pone otra.

# %% [markdown] name="mixed-task" lang="en"
# ## Exercise 4 · Beside the labels (2 points)
#
# *Difficulty 2 of 3 · about 8 minutes ·
# [note: when the factor matters](../../theory/en/08-distillation.md#optimizers)*
#
# Often a student learns from both, with a weight $w$ between 0 and 1: $w$ times the soft loss of exercise 1,
# factor included, plus $1 - w$ times the ordinary cross-entropy of the labels, averaged over the images.
# Labels know no temperature: their term takes the student's logits as they are. Write
# `mixed_loss(student, teacher, labels, temperature, weight)`. The labels come as a tensor `[n]` of whole numbers.

# %% [markdown] name="mixed-task" lang="es"
# ## Ejercicio 4 · Junto a las etiquetas (2 puntos)
#
# *Dificultad 2 de 3 · unos 8 minutos ·
# [nota: cuándo importa el factor](../../theory/es/08-distillation.md#optimizers)*
#
# A menudo un alumno aprende de ambos, con un peso $w$ entre 0 y 1: $w$ por la pérdida blanda del ejercicio 1,
# factor incluido, más $1 - w$ por la entropía cruzada ordinaria de las etiquetas, promediada sobre las imágenes.
# Las etiquetas no saben de temperatura: su término toma los logits del alumno tal cual. Escribe
# `mixed_loss(student, teacher, labels, temperature, weight)`. Las etiquetas llegan como un tensor `[n]` de enteros.


# %% name="mixed_loss" exercise=true
def mixed_loss(student, teacher, labels, temperature, weight):
    # en: """Soft targets and labels in one loss; [n, V] twice and labels [n] in, a number out."""
    # es: """Objetivos blandos y etiquetas en una pérdida; entran [n, V] dos veces y etiquetas [n]."""
    ### BEGIN SOLUTION
    # en: # 1. Which of the two terms fades when the temperature is raised?
    # es: # 1. ¿Cuál de los dos términos se apaga al subir la temperatura?
    soft = soft_loss(student, teacher, temperature)
    # en: # 2. The labels' term, at T = 1.
    # es: # 2. El término de las etiquetas, con T = 1.
    hard = functional.cross_entropy(student, labels)
    return weight * soft + (1 - weight) * hard
    ### END SOLUTION


# %% name="check-mixed_loss" check="mixed_loss" points=2
check("mixed_loss", mixed_loss)
### BEGIN HIDDEN TESTS
check.hidden("mixed_loss", mixed_loss)
### END HIDDEN TESTS

# %% [markdown] name="mixed-help" lang="en"
# <details><summary>How do I compute the labels' term?</summary>
#
# `functional.cross_entropy(logits, labels)` takes logits, applies the softmax itself and averages over the
# images. Give it the student's plain logits.
#
# </details>
# <details><summary>Does the factor belong to both?</summary>
#
# It makes up for a gradient that fades when $T$ is raised. The labels' term has no $T$, so nothing fades there.
#
# </details>

# %% [markdown] name="mixed-help" lang="es"
# <details><summary>¿Cómo calculo el término de las etiquetas?</summary>
#
# `functional.cross_entropy(logits, labels)` toma logits, aplica ella misma el softmax y promedia sobre las
# imágenes. Dale los logits del alumno tal cual.
#
# </details>
# <details><summary>¿El factor va en los dos?</summary>
#
# Compensa un gradiente que se apaga al subir $T$. El término de las etiquetas no tiene $T$, así que ahí no se apaga nada.
#
# </details>

# %% [markdown] name="mixed-look" lang="en"
# Here is a case where the mix matters: 40 % of the labels were drawn anew at random. Three students, all with Adam: labels
# alone, and half labels and half teacher at $T = 8$, without the factor and with it. (Half $K$ and half labels, without
# the factor, is $\frac{65}{128}$ times $\frac{1}{65} \cdot 64 K + \frac{64}{65} \cdot$ labels, and Adam cancels the constant
# in front. So your function shows that case with $w = 1/65$.)

# %% [markdown] name="mixed-look" lang="es"
# Un caso en el que la mezcla importa: el 40 % de las etiquetas se volvió a extraer al azar. Tres alumnos, todos con Adam:
# solo etiquetas, y mitad etiquetas y mitad maestro con $T = 8$, sin el factor y con él. (Mitad $K$ y mitad etiquetas, sin
# el factor, es $\frac{65}{128}$ por $\frac{1}{65} \cdot 64 K + \frac{64}{65} \cdot$ etiquetas, y Adam cancela la constante de
# delante. Por eso tu función muestra ese caso con $w = 1/65$).

# %% name="mixed-measure"
dice = torch.Generator("cpu").manual_seed(0)
wrong = transfer.labels.clone()
redrawn = torch.rand(len(wrong), generator=dice) < 0.4
wrong[redrawn] = torch.randint(0, 10, (int(redrawn.sum()),), generator=dice)


def half(portion):
    return lambda logits, rows: mixed_loss(logits, taught[rows], wrong[rows], 8.0, portion)


# en: cases = {"labels alone": 0.0, "half, no factor": 1 / 65, "half, with it": 0.5}
# es: cases = {"solo etiquetas": 0.0, "mitad, sin factor": 1 / 65, "mitad, con él": 0.5}
for name, portion in cases.items():
    print(f"{name:18} {accuracy(trained(half(portion), transfer), splits.test):.2f}")

# %% [markdown] name="paired-task" lang="en"
# ## Exercise 5 · Does it help? (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: does it help?](../../theory/en/08-distillation.md#does-it-help)*
#
# Below, students learn from 150 images each (it takes some seconds): from the true labels, from the teacher's first choices, and from
# its soft targets at $T = 4$. Every seed chooses other images and other first weights, and that moves the accuracy by
# as much as the way of teaching does. But the ways share the seed: each seed gives a *pair* of accuracies, and
# whatever luck both share cancels in their difference. How much that is, is not known beforehand: here it is little. The
# error of the differences is right either way.
#
# Write `paired_difference(first, second)`: from two tensors `[n]` of accuracies, in the order of the seeds, two
# numbers, the mean of `first - second` and its standard error: the standard deviation of the $n$ differences (with
# $n - 1$, as `std()` has it) divided by $\sqrt{n}$.

# %% [markdown] name="paired-task" lang="es"
# ## Ejercicio 5 · ¿Ayuda? (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: ¿ayuda?](../../theory/es/08-distillation.md#does-it-help)*
#
# Más abajo, los alumnos aprenden de 150 imágenes cada uno (tarda unos segundos): de las etiquetas verdaderas, de las primeras opciones del
# maestro y de sus objetivos blandos con $T = 4$. Cada semilla elige otras imágenes y otros pesos iniciales, y eso mueve la
# exactitud tanto como la manera de enseñar. Pero las maneras comparten la semilla: cada semilla da una *pareja* de
# exactitudes, y la suerte que comparten se cancela en la diferencia. Cuánta es no se sabe de antemano: aquí es poca. El
# error de las diferencias es correcto en ambos casos.
#
# Escribe `paired_difference(first, second)`: a partir de dos tensores `[n]` de exactitudes, en el orden de las semillas, dos
# números, la media de `first - second` y su error estándar: la desviación estándar de las $n$ diferencias (con
# $n - 1$, como la da `std()`) dividida entre $\sqrt{n}$.


# %% name="paired_difference" exercise=true
def paired_difference(first, second):
    # en: """Mean of the differences and its standard error; [n] twice in, two numbers out."""
    # es: """Media de las diferencias y su error estándar; entra [n] dos veces, salen dos números."""
    ### BEGIN SOLUTION
    # en: # 1. Subtract seed by seed.
    # es: # 1. Resta semilla a semilla.
    gains = first - second
    # en: # 2. The error of a mean comes from the scatter around it.
    # es: # 2. El error de una media sale de la dispersión a su alrededor.
    return gains.mean().item(), gains.std().item() / len(gains) ** 0.5
    ### END SOLUTION


# %% name="check-paired_difference" check="paired_difference" points=2
check("paired_difference", paired_difference)
### BEGIN HIDDEN TESTS
check.hidden("paired_difference", paired_difference)
### END HIDDEN TESTS

# %% [markdown] name="paired-help" lang="en"
# <details><summary>Why not the two standard errors?</summary>
#
# They count as if the seeds of the two were unrelated. If a lucky choice of images lifts both, that is too large; if
# not, nothing is lost by pairing.
#
# </details>
# <details><summary>My error is a little too small</summary>
#
# With $n$ in the place of $n - 1$ (`std(correction=0)`, or numpy's `std()`) it is. With six seeds that is 9 %.
#
# </details>

# %% [markdown] name="paired-help" lang="es"
# <details><summary>¿Por qué no los dos errores estándar?</summary>
#
# Cuentan como si las semillas de ambas no tuvieran relación. Si una elección afortunada de imágenes sube las dos, eso es
# demasiado; si no, emparejar apenas cuesta nada.
#
# </details>
# <details><summary>Mi error sale un poco pequeño</summary>
#
# Con $n$ en lugar de $n - 1$ (`std(correction=0)`, o el `std()` de numpy) sale así. Con seis semillas es un 9 %.
#
# </details>

# %% name="paired-train"
# en: names = ["labels", "first choice", "soft, T = 4"]
# es: names = ["etiquetas", "primera opción", "blandos, T = 4"]
found = {name: [] for name in names}
for number in range(6):
    order = torch.randperm(
        len(transfer.labels), generator=torch.Generator("cpu").manual_seed(number)
    )
    which = order[:150]
    few = digits.Sample(transfer.images[which], transfer.labels[which])
    chosen = digits.Sample(few.images, taught[which].argmax(-1))

    def by_few(logits, rows, which=which):
        return soft_loss(logits, taught[which][rows], 4.0)

    for name, sample, way in zip(names, [few, chosen, few], [None, None, by_few], strict=True):
        net = trained(way, sample, seed=number, epochs=80)
        found[name].append(accuracy(net, splits.test))
plots.seed_by_seed(found)

# %% name="paired-measure"
results = {name: torch.tensor(values, dtype=torch.float64) for name, values in found.items()}
for name in names[:2]:
    gain, error = paired_difference(results[names[2]], results[name])
    apart = ((results[names[2]].var() + results[name].var()) / 6).sqrt()
    print(f"{names[2]} - {name}: {float(gain):.3f} ± {float(error):.3f}", end=" ")
    # en: print(f"(unpaired: ± {apart:.3f})")
    # es: print(f"(sin emparejar: ± {apart:.3f})")

# %% [markdown] name="paired-answer" lang="en"
# <details><summary>So does it help?</summary>
#
# Here, yes: with 150 images, soft targets at $T = 4$ beat the true labels by several standard errors.
# (Pairing changed little. It might as well have halved the error, and only subtracting tells.) But those errors say
# how far another set of *students* would differ, not another teacher or other test images. And with all 598 images
# labels are ahead of this teacher, which errs on one image in seven (not of every teacher, and less after more
# epochs). In the cell of the six seeds, change `order[:150]` to `order[:598]` and
# `epochs=80` to `epochs=30`, and run it and the next. The
# [note](../../theory/en/08-distillation.md#does-it-help) has the whole account.
#
# </details>

# %% [markdown] name="paired-answer" lang="es"
# <details><summary>Entonces, ¿ayuda?</summary>
#
# Aquí, sí: con 150 imágenes, los objetivos blandos con $T = 4$ superan a las etiquetas verdaderas en varios errores
# estándar. (Formar parejas cambió poco. También podría haber dejado el error en la mitad, y eso solo se sabe
# restando). Pero esos errores dicen cuánto diferirían otros *alumnos*, no otro maestro ni otras imágenes de
# prueba. Y con las 598 imágenes las etiquetas ganan a este maestro, que falla en una de cada siete (no a todos, y menos
# tras más épocas). En la celda de las seis semillas cambia
# `order[:150]` por `order[:598]` y `epochs=80` por `epochs=30`, y ejecuta esa celda y la siguiente. La
# [nota](../../theory/es/08-distillation.md#does-it-help) da la cuenta completa.
#
# </details>

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - The temperature belongs to both sides, and the loss of a perfect student is 0 at every $T$.
# - The small shares of wrong answers can teach a class that no label ever named.
# - The gradient is $(q - p)/T$, and $T^2$ times it tends to the centred difference of the logits over $V$, once $T$ is
#   large against their spread.
# - Under SGD the factor is a learning rate, under Adam it cancels, and beside labels it sets the mix.
# - Whether soft targets pay depends on how many images and epochs there are, and on the teacher: measure it in pairs,
#   with an error.
#
# The [solved lab](../../solutions/en/08-distillation.ipynb) is there for self-study. Next:
# lab 09, exploration, `python3 start.py lab 09 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - La temperatura va en ambos lados, y la pérdida de un alumno perfecto es 0 con cualquier $T$.
# - Las partes pequeñas de las respuestas equivocadas pueden enseñar una clase que ninguna etiqueta nombró.
# - El gradiente es $(q - p)/T$, y al multiplicarlo por $T^2$ tiende a la diferencia centrada de los logits entre $V$,
#   cuando $T$ es grande frente a su amplitud.
# - Con SGD el factor es una tasa de aprendizaje, con Adam se cancela, y junto a etiquetas fija la mezcla.
# - Que los objetivos blandos compensen depende de cuántas imágenes y épocas haya, y del maestro: mídelo por parejas,
#   con su error.
#
# El [laboratorio resuelto](../../solutions/es/08-distillation.ipynb) está ahí para que estudies por tu cuenta. Siguiente:
# laboratorio 09, exploración, `python3 start.py lab 09 --lang es`.
