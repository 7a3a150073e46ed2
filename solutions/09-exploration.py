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
# # Lab 09 · Exploration
#
# Ten levers, called arms, each with an unknown average reward, and a thousand plays. Pull the one that looks best, and you may be
# stuck with the wrong one; try them all, and you pay for it. A softmax over the estimates settles this with one knob,
# the temperature. In this lab you build that player, find a bug that shows only when a constant is added to all rewards, see one and the same
# experiment recommend two temperatures, and give each arm a temperature of its own.
#
# **10 points, about 55 minutes**, and 25 more to read the note. The [note of this chapter](../../theory/en/09-exploration.md)
# opens beside this lab; it has the proofs of everything that you use here. Make each prediction before you read its section: the note
# gives the answers away.

# %% [markdown] name="title" lang="es"
# # Laboratorio 09 · Exploración
#
# Diez palancas, llamadas brazos, cada una con una recompensa media desconocida, y mil jugadas. Si tiras de la que parece mejor, puedes
# quedarte con la que no es; si las pruebas todas, lo pagas. Un softmax de las estimaciones lo resuelve con un solo regulador,
# la temperatura. En este laboratorio construyes ese jugador, encuentras un error que solo se ve al sumar una constante a todas las recompensas, ves cómo un mismo
# experimento recomienda dos temperaturas y das a cada brazo una temperatura propia.
#
# **10 puntos, unos 55 minutos**, y otros 25 para leer la nota. Ten abierta al lado la [nota de este capítulo](../../theory/es/09-exploration.md):
# contiene las demostraciones de todo lo que usas aquí. Haz cada predicción antes de leer su sección: la nota desvela
# las respuestas.

# %% name="setup"
import pandas as pd
import torch

from tempkit import lab, plots

# en: check = lab.start("09", language="en")
# es: check = lab.start("09", language="es")

# %% [markdown] name="bandits-look" lang="en"
# A *bandit* is a machine with $K$ arms. Arm $i$ pays, each time it is played, its mean $\mu_i$ plus noise of standard
# deviation 1. Below are 500 bandits with 10 arms each, a bandit in each row: their means, drawn from a normal
# distribution. An agent does not see them. It sees rewards, and keeps for each arm the mean of what it has paid so far, the *estimate*.

# %% [markdown] name="bandits-look" lang="es"
# Un *bandido* es una máquina con $K$ brazos. El brazo $i$ paga, cada vez que se juega, su media $\mu_i$ más un ruido de desviación
# estándar 1. Abajo hay 500 bandidos de 10 brazos, uno por fila: sus medias, extraídas de una distribución
# normal. El agente no las ve. Ve recompensas, y guarda de cada brazo la media de lo que ha pagado hasta ahora, la *estimación*.

# %% name="bandits"
seed = torch.Generator("cpu").manual_seed(9)
means = torch.randn(500, 10, generator=seed, dtype=torch.float64, device="cpu")
means = means.to(torch.get_default_device())
print([round(mean, 2) for mean in means[0].tolist()])

# %% [markdown] name="policy-task" lang="en"
# ## Exercise 1 · A policy (2 points)
#
# *Difficulty 1 of 3 · about 7 minutes ·
# [note: the bandit](../../theory/en/09-exploration.md#bandit)*
#
# The *Boltzmann policy*, or softmax policy, plays arm $i$ with probability
#
# $$
# \pi_i = \frac{e^{\hat\mu_i / T}}{\sum_j e^{\hat\mu_j / T}}
# $$
#
# where $\hat\mu_i$ is the estimate. Write `boltzmann_policy(estimates, temperatures)` for many runs at once: estimates `[R, K]`, a run in
# each row, and temperatures `[R]`, **one for each run**, all positive. It returns the probabilities `[R, K]`. Rewards may be large numbers.

# %% [markdown] name="policy-task" lang="es"
# ## Ejercicio 1 · Una política (2 puntos)
#
# *Dificultad 1 de 3 · unos 7 minutos ·
# [nota: el bandido](../../theory/es/09-exploration.md#bandit)*
#
# La *política de Boltzmann*, o política softmax, juega el brazo $i$ con probabilidad
#
# $$
# \pi_i = \frac{e^{\hat\mu_i / T}}{\sum_j e^{\hat\mu_j / T}}
# $$
#
# donde $\hat\mu_i$ es la estimación. Escribe `boltzmann_policy(estimates, temperatures)` para muchas partidas a la vez: estimaciones `[R, K]`, una partida
# por fila, y temperaturas `[R]`, **una por partida**, todas positivas. Devuelve las probabilidades `[R, K]`. Las recompensas pueden ser números grandes.


# %% name="boltzmann_policy" exercise=true
def boltzmann_policy(estimates, temperatures):
    # en: """Probabilities of the arms; [R, K] and [R] in, [R, K] out."""
    # es: """Probabilidades de los brazos; entran [R, K] y [R], sale [R, K]."""
    ### BEGIN SOLUTION
    # en: # Each run has its own temperature: a column of them.
    # es: # Cada partida tiene su temperatura: una columna de ellas.
    return torch.softmax(estimates / temperatures[:, None], dim=-1)
    ### END SOLUTION


# %% name="check-boltzmann_policy" check="boltzmann_policy" points=2
check("boltzmann_policy", boltzmann_policy)
### BEGIN HIDDEN TESTS
check.hidden("boltzmann_policy", boltzmann_policy)
### END HIDDEN TESTS

# %% [markdown] name="policy-help" lang="en"
# <details><summary>How does each row get its own temperature?</summary>
#
# `temperatures[:, None]` has the shape `[R, 1]`: against `[R, K]`, each row meets its own number. Without it they would lie
# along the columns, and with as many runs as arms no error would tell you.
#
# </details>
# <details><summary>There is a NaN in the result</summary>
#
# `exp(1000)` is infinite. Subtract the largest score first, the largest of each row, or leave it to `torch.softmax`.
#
# </details>

# %% [markdown] name="policy-help" lang="es"
# <details><summary>¿Cómo recibe cada fila su propia temperatura?</summary>
#
# `temperatures[:, None]` tiene la forma `[R, 1]`: frente a `[R, K]`, a cada fila le toca su propio número. Sin eso quedarían
# a lo largo de las columnas, y con tantas partidas como brazos ningún error te avisaría.
#
# </details>
# <details><summary>Hay un NaN en el resultado</summary>
#
# `exp(1000)` es infinito. Resta antes la mayor puntuación, la mayor de cada fila, o déjaselo a `torch.softmax`.
#
# </details>

# %% [markdown] name="play-look" lang="en"
# Here is the game. `play` plays all runs at once: first each arm once, then whatever `choose` says. What it returns is the
# *regret* of each run: at every step, how much less the arm that was played pays on average than the best one would have, added up.
#
# `softmax_player` turns your policy into such a `choose`, by a number on a ruler as in lab 02. Read both before you go on; you need not change them.

# %% [markdown] name="play-look" lang="es"
# Este es el juego. `play` juega todas las partidas a la vez: primero cada brazo una vez y después lo que diga `choose`. Devuelve el
# *arrepentimiento* de cada partida: en cada paso, cuánto menos paga de media el brazo jugado que el mejor, sumado.
#
# `softmax_player` convierte tu política en un `choose`, con un número sobre una regla como en el laboratorio 02. Lee ambas funciones antes de seguir; no hace falta que las cambies.


# %% name="play"
def play(means, choose, update, steps=1000, noise=1.0, copies=1):
    # en: """The regret of every run, ``copies`` under the same luck; means [R, K] in, [copies * R] out."""
    # es: """El arrepentimiento de cada partida, ``copies`` con igual suerte; entra [R, K], sale [copies * R]."""
    generator = torch.Generator("cpu").manual_seed(0)
    runs, arms = means.shape
    means = means.repeat(copies, 1)
    every_run = torch.arange(copies * runs, device=means.device)
    estimates, counts = torch.zeros_like(means), torch.zeros_like(means)
    regret = torch.zeros_like(means[:, 0])
    for step in range(steps):
        # en: # Random numbers from the CPU, so that they are the same on any device.
        # es: # Números aleatorios de la CPU, para que sean los mismos en cualquier dispositivo.
        uniforms = torch.rand(runs, arms, generator=generator, dtype=torch.float64, device="cpu")
        errors = torch.randn(runs, generator=generator, dtype=torch.float64, device="cpu")
        uniforms, errors = uniforms.repeat(copies, 1).to(means), errors.repeat(copies).to(means)
        if step < arms:
            arm = torch.full_like(every_run, step)
        else:
            arm = torch.as_tensor(choose(estimates, counts, step, uniforms), device=means.device)
        rewards = means[every_run, arm] + noise * errors
        # en: # Whatever device your functions return on, the game goes on where the means are.
        # es: # Devuelvan tus funciones en el dispositivo que sea, el juego sigue donde están las medias.
        updated = update(estimates, counts, arm, rewards)
        estimates, counts = (
            torch.as_tensor(new, dtype=means.dtype, device=means.device) for new in updated
        )
        regret += means.amax(dim=-1) - means[every_run, arm]
    return regret


def softmax_player(temperatures_at):
    # en: """A player whose runs have the temperatures ``temperatures_at(step)``, [R]."""
    # es: """Un jugador cuyas partidas tienen las temperaturas ``temperatures_at(step)``, [R]."""
    def choose(estimates, _counts, step, uniforms):
        edges = boltzmann_policy(estimates, temperatures_at(step)).cumsum(dim=-1)
        return (edges <= uniforms[:, :1]).sum(dim=-1).clamp(max=edges.shape[-1] - 1)

    return choose


def all_at(temperature):
    # en: """A player whose runs all have the same temperature, whatever the step."""
    # es: """Un jugador cuyas partidas tienen todas la misma temperatura, en cualquier paso."""
    return softmax_player(lambda _step: torch.full_like(means[:, 0], temperature))


# %% [markdown] name="mean-task" lang="en"
# ## Exercise 2 · Spot the bug: who notices the 5? (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the test with the constant](../../theory/en/09-exploration.md#constant)*
#
# A mean can be kept without storing the rewards: with its $n$-th reward $r$, an arm's estimate moves by a step towards it,
#
# $$
# \hat\mu \leftarrow \hat\mu + \frac{r - \hat\mu}{n} .
# $$
#
# The function below does that, and its runs look fine. But somebody then paid every arm 5 more. That changes no gap between
# arms, and a softmax sees nothing but gaps, so that the regret should be the same to the last digit. Run it.

# %% [markdown] name="mean-task" lang="es"
# ## Ejercicio 2 · Encuentra el error: ¿quién nota el 5? (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: la prueba de la constante](../../theory/es/09-exploration.md#constant)*
#
# Una media se puede llevar sin guardar las recompensas: con su $n$-ésima recompensa $r$, la estimación de un brazo da un paso hacia ella,
#
# $$
# \hat\mu \leftarrow \hat\mu + \frac{r - \hat\mu}{n} .
# $$
#
# La función de abajo hace eso, y sus partidas no llaman la atención. Pero alguien pagó luego 5 más en cada brazo. Eso no cambia ninguna
# diferencia entre brazos, y un softmax no ve más que diferencias, de modo que el arrepentimiento debería ser el mismo hasta la última cifra. Ejecútala.


# %% name="mean-as-found"
def updated_as_found(estimates, counts, arms, rewards):
    rows = torch.arange(len(arms), device=arms.device)
    estimates, counts = estimates.clone(), counts.clone()
    counts[rows, arms] += 1
    step = 1 / (counts[rows, arms] + 1)
    estimates[rows, arms] += step * (rewards - estimates[rows, arms])
    return estimates, counts


for bonus in [-5, 0, 5]:
    regret = play(means + bonus, all_at(0.2), updated_as_found, steps=500)
    print(f"{bonus:2}: {regret.mean():.0f}")

# %% [markdown] name="mean-write" lang="en"
# Find the bug, and write `updated_means(estimates, counts, arms, rewards)`: estimates and counts `[R, K]`, and for each run
# the arm it played and the reward it got, `[R]`. It returns the new estimates and the new counts, in this order, and leaves the old ones as they
# were. An arm that was never played has count 0 (and an estimate that means nothing).

# %% [markdown] name="mean-write" lang="es"
# Encuentra el error y escribe `updated_means(estimates, counts, arms, rewards)`: estimaciones y recuentos `[R, K]` y, de cada partida,
# el brazo que jugó y la recompensa que obtuvo, `[R]`. Devuelve las estimaciones nuevas y los recuentos nuevos, en este orden, y deja los viejos
# como estaban. Un brazo que nunca se ha jugado tiene recuento 0 (y una estimación que no significa nada).


# %% name="updated_means" exercise=true
def updated_means(estimates, counts, arms, rewards):
    # en: """New estimates and counts; two [R, K] and two [R] in, two [R, K] out."""
    # es: """Estimaciones y recuentos nuevos; entran dos [R, K] y dos [R], salen dos [R, K]."""
    ### BEGIN SOLUTION
    rows = torch.arange(len(arms), device=arms.device)
    estimates, counts = estimates.clone(), counts.clone()
    # en: # 1. This play counts.
    # es: # 1. Esta jugada cuenta.
    counts[rows, arms] += 1
    # en: # 2. The n-th reward moves the mean by an n-th of the way.
    # es: # 2. La n-ésima recompensa mueve la media una n-ésima parte del camino.
    estimates[rows, arms] += (rewards - estimates[rows, arms]) / counts[rows, arms]
    return estimates, counts
    ### END SOLUTION


# %% name="check-updated_means" check="updated_means" points=2
check("updated_means", updated_means)
### BEGIN HIDDEN TESTS
check.hidden("updated_means", updated_means)
### END HIDDEN TESTS

# %% [markdown] name="mean-help" lang="en"
# <details><summary>I cannot see what is wrong</summary>
#
# Let one arm pay 4, then 4 again, and follow the estimate on paper. What is it after the first reward?
#
# </details>
# <details><summary>The check says that I change the input</summary>
#
# `+=` on a tensor changes it for everyone who holds it. Begin with `estimates.clone()` and `counts.clone()`.
#
# </details>
# <details><summary>Cells below take minutes</summary>
#
# A loop over runs in Python is tens of times slower than an index. `estimates[rows, arms]` with `rows = torch.arange(len(arms), device=arms.device)` reads
# and writes one arm of every run at once.
#
# </details>

# %% [markdown] name="mean-help" lang="es"
# <details><summary>No veo qué es lo que falla</summary>
#
# Haz que un brazo pague 4 y luego otra vez 4, y sigue la estimación en un papel. ¿Cuánto vale tras la primera recompensa?
#
# </details>
# <details><summary>La comprobación dice que cambio la entrada</summary>
#
# `+=` sobre un tensor lo cambia para todos los que lo tienen. Empieza con `estimates.clone()` y `counts.clone()`.
#
# </details>
# <details><summary>Las celdas de abajo tardan minutos</summary>
#
# Un bucle de Python por las partidas es decenas de veces más lento que un índice. `estimates[rows, arms]`, con `rows = torch.arange(len(arms), device=arms.device)`,
# lee y escribe de una vez un brazo de cada partida.
#
# </details>

# %% [markdown] name="mean-again" lang="en"
# The same three bonuses with your update. The bug had put a phantom reward of 0 into every mean. Where all arms pay around 5, that makes an arm look bad
# until it has been played often, and nobody plays it; where all pay around $-5$, it makes every arm look better than it is until it has been
# played often, so the agent goes on trying the bad ones, and pays. Around 0, where
# everybody tests, it hides.

# %% [markdown] name="mean-again" lang="es"
# Las mismas tres constantes con tu actualización. El error metía en cada media una recompensa fantasma de 0. Donde todos los brazos pagan
# alrededor de 5, eso hace que un brazo parezca malo mientras no se haya jugado mucho, y nadie lo juega; donde pagan alrededor de $-5$, hace que cada brazo parezca mejor
# de lo que es mientras no se haya jugado mucho, y el agente sigue probando los malos, y lo paga. Alrededor de 0, donde todo el mundo prueba sus programas, se esconde.

# %% name="mean-measure"
for bonus in [-5, 0, 5]:
    regret = play(means + bonus, all_at(0.2), updated_means, steps=500)
    print(f"{bonus:2}: {regret.mean():.0f}")

# %% [markdown] name="cents-guess" lang="en"
# ### Predict before you run
#
# So a constant changes nothing. Now a factor: the rewards were in euros, and $T = 0.2$ was a good temperature. Somebody
# records them in cents, 100 times larger numbers, and leaves $T$ at 0.2. What becomes of the regret, converted back into euros?
#
# - **a** · nothing changes: only the unit did
# - **b** · the agent plays as at a much lower temperature
# - **c** · the agent plays as at a much higher temperature

# %% [markdown] name="cents-guess" lang="es"
# ### Predice antes de ejecutar
#
# Así que una constante no cambia nada. Ahora un factor: las recompensas eran en euros, y $T = 0.2$ era una buena temperatura. Alguien
# las anota en céntimos, números 100 veces mayores, y deja $T$ en 0.2. ¿Qué pasa con el arrepentimiento, convertido de nuevo a euros?
#
# - **a** · nada: solo ha cambiado la unidad
# - **b** · el agente juega como con una temperatura mucho más baja
# - **c** · el agente juega como con una temperatura mucho más alta

# %% name="guess-cents" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "b"
### END SOLUTION

# %% name="cents-measure"
for temperature in [0.002, 0.2]:
    regret = play(means, all_at(temperature), updated_means).mean()
    # en: print(f"euros, T = {temperature}: {regret:.0f} euros")
    # es: print(f"euros, T = {temperature}: {regret:.0f} euros")
for temperature in [0.2, 20.0]:
    regret = play(100 * means, all_at(temperature), updated_means, noise=100).mean() / 100
    # en: print(f"cents, T = {temperature:4}: {regret:.0f} euros")
    # es: print(f"céntimos, T = {temperature:4}: {regret:.0f} euros")
check.prediction("cents", prediction)

# %% [markdown] name="report-task" lang="en"
# ## Exercise 3 · What a temperature costs, with uncertainties (2 points)
#
# *Difficulty 2 of 3 · about 10 minutes ·
# [note: the error of a median](../../theory/en/09-exploration.md#median-error)*
#
# Which $T$ is best? A regret is one number a run, and runs differ. Write `regret_report(regrets)`, which makes of the regrets
# `[n]` of many runs a dictionary of four numbers:
#
# - `"mean"`, and `"mean_error"`, its standard error: the standard deviation over $\sqrt n$;
# - `"median"`, halfway between the two in the middle if $n$ is even, and `"median_error"`.
#
# A median's error comes from counting: how many of $n$ runs lie below the true median? As many as heads in $n$ tosses: half of them, give
# or take $\sqrt n / 2$. So its standard error is **half the distance between the quantiles** at
# $\frac12 - \frac{1}{2\sqrt n}$ and at $\frac12 + \frac{1}{2\sqrt n}$ (`torch.quantile` as it is).

# %% [markdown] name="report-task" lang="es"
# ## Ejercicio 3 · Lo que cuesta una temperatura, con sus incertidumbres (2 puntos)
#
# *Dificultad 2 de 3 · unos 10 minutos ·
# [nota: el error de una mediana](../../theory/es/09-exploration.md#median-error)*
#
# ¿Qué $T$ es la mejor? El arrepentimiento es un número por partida, y no hay dos partidas iguales. Escribe `regret_report(regrets)`, que hace de los
# arrepentimientos `[n]` de muchas partidas un diccionario de cuatro números:
#
# - `"mean"`, la media, y `"mean_error"`, su error estándar: la desviación estándar entre $\sqrt n$;
# - `"median"`, la mediana, a mitad de camino entre los dos valores centrales si $n$ es par, y `"median_error"`.
#
# El error de una mediana sale de contar: ¿cuántas de $n$ partidas quedan por debajo de la mediana verdadera? Tantas como caras en $n$ tiradas de
# una moneda: la mitad, $\sqrt n / 2$ más o menos. Así que su error estándar es **la mitad de la distancia entre los cuantiles** en
# $\frac12 - \frac{1}{2\sqrt n}$ y en $\frac12 + \frac{1}{2\sqrt n}$ (`torch.quantile` tal cual).


# %% name="regret_report" exercise=true
def regret_report(regrets):
    # en: """Mean, median and their standard errors; [n] in, a dictionary of four numbers out."""
    # es: """Media, mediana y sus errores estándar; entra [n], sale un diccionario de cuatro números."""
    ### BEGIN SOLUTION
    root = len(regrets) ** 0.5
    # en: # 1. The quantiles a standard error below and above the middle.
    # es: # 1. Los cuantiles un error estándar por debajo y por encima del medio.
    low = torch.quantile(regrets, 0.5 - 0.5 / root)
    high = torch.quantile(regrets, 0.5 + 0.5 / root)
    # en: # 2. The four numbers.
    # es: # 2. Los cuatro números.
    return {
        "mean": regrets.mean().item(),
        "mean_error": regrets.std().item() / root,
        "median": torch.quantile(regrets, 0.5).item(),
        "median_error": (high - low).item() / 2,
    }
    ### END SOLUTION


# %% name="check-regret_report" check="regret_report" points=2
check("regret_report", regret_report)
### BEGIN HIDDEN TESTS
check.hidden("regret_report", regret_report)
### END HIDDEN TESTS

# %% [markdown] name="report-help" lang="en"
# <details><summary>The check says that the median is the lower one</summary>
#
# `torch.median` returns a value that is in the list. For an even $n$ take `torch.quantile(regrets, 0.5)`.
#
# </details>
# <details><summary>The error says that q must be in the range [0, 1]</summary>
#
# A quantile is a share of the runs, and $\sqrt n / 2$ is a number of runs: divide it by $n$.
#
# </details>
# <details><summary>Why not 1.25 times the error of the mean?</summary>
#
# That is right for a normal distribution. You are about to see one that is not.
#
# </details>

# %% [markdown] name="report-help" lang="es"
# <details><summary>La comprobación dice que mi mediana es la inferior</summary>
#
# `torch.median` devuelve un valor que está en la lista. Con $n$ par, toma `torch.quantile(regrets, 0.5)`.
#
# </details>
# <details><summary>El error dice que q debe estar en el intervalo [0, 1]</summary>
#
# Un cuantil es una proporción de las partidas, y $\sqrt n / 2$ es un número de partidas: divídelo entre $n$.
#
# </details>
# <details><summary>¿Por qué no 1.25 veces el error de la media?</summary>
#
# Eso vale para una distribución normal. Estás a punto de ver una que no lo es.
#
# </details>

# %% [markdown] name="median-guess" lang="en"
# ### Predict before you run
#
# Suppose you judge temperatures by the **median** regret over the 500 runs. Which of these three wins?
#
# - **a** · $T = 0.01$, where the agent sticks to whatever looks best
# - **b** · $T = 0.2$
# - **c** · $T = 1$

# %% [markdown] name="median-guess" lang="es"
# ### Predice antes de ejecutar
#
# Supón que juzgas las temperaturas por la **mediana** del arrepentimiento en las 500 partidas. ¿Cuál de estas tres gana?
#
# - **a** · $T = 0.01$, con la que el agente se aferra a lo que parece mejor
# - **b** · $T = 0.2$
# - **c** · $T = 1$

# %% name="guess-median" prediction=true
# en: prediction = None  # write "a", "b" or "c"
# es: prediction = None  # escribe "a", "b" o "c"
### BEGIN SOLUTION
prediction = "a"
### END SOLUTION

# %% [markdown] name="sweep-look" lang="en"
# All temperatures are played at once, on the same 500 bandits and with the same luck: that is what the temperature of its own for each run is good for. It takes a few seconds.
# (The note plays 2000 other bandits, so its numbers are a little different.)

# %% [markdown] name="sweep-look" lang="es"
# Todas las temperaturas se juegan a la vez, con los mismos 500 bandidos y la misma suerte: para eso sirve que cada partida tenga su propia temperatura. Tarda unos segundos.
# (La nota juega otros 2000 bandidos, así que sus números son algo distintos.)

# %% name="sweep"
temperatures = [0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0]
of_each_run = torch.tensor(temperatures, dtype=torch.float64, device=means.device)
of_each_run = of_each_run.repeat_interleave(500)
regrets = play(means, softmax_player(lambda _step: of_each_run), updated_means, copies=7)
regrets = regrets.view(7, 500)
reports = [regret_report(row) for row in regrets]
check.prediction("best-by-median", prediction)


def table(reports, names):
    # en: """Reports as a table, one a line."""
    # es: """Los informes en una tabla, uno por línea."""
    keys = ["mean", "mean_error", "median", "median_error"]
    # en: headings = ["mean", "± its error", "median", "± error of the median"]
    # es: headings = ["media", "± su error", "mediana", "± error de la mediana"]
    rows = [[float(report[key]) for key in keys] for report in reports]
    return pd.DataFrame(rows, names, headings).round(1)


table(reports, [f"T = {temperature}" for temperature in temperatures])

# %% name="sweep-picture"
keys = ["mean", "mean_error", "median", "median_error"]
columns = [[float(report[key]) for report in reports] for key in keys]
plots.regret_curve(temperatures, *columns)

# %% [markdown] name="sweep-histogram" lang="en"
# The two curves recommend different temperatures, and both are right. What the cold does to single runs:

# %% [markdown] name="sweep-histogram" lang="es"
# Las dos curvas recomiendan temperaturas distintas, y las dos tienen razón. Lo que hace el frío con las partidas, una por una:

# %% name="histogram-picture"
plots.regret_histogram({0.01: regrets[0], 0.2: regrets[3]})

# %% [markdown] name="histogram-read" lang="en"
# At $T = 0.01$ most runs find a good arm by luck and stay with it. Some had a bad first reward from their best arm and never come back to it: they pay at every
# step. The median does not hear of them; the mean does, and its error bar is wide because a minority of the runs decides it. If you run one agent, once, and can bear a loss, the median is
# your number. If you pay for all the runs, it is the mean. Report both.

# %% [markdown] name="histogram-read" lang="es"
# Con $T = 0.01$ la mayoría de las partidas da con un buen brazo por suerte y se queda con él. Algunas recibieron de su mejor brazo una mala primera recompensa y no vuelven nunca a él: pagan en cada
# paso. La mediana no se entera de ellas; la media, sí, y su barra de error es ancha porque la decide una minoría de las partidas. Si juegas una sola vez y puedes permitirte perder, tu
# número es la mediana. Si pagas todas las partidas, es la media. Da las dos.

# %% [markdown] name="cost-task" lang="en"
# ## Exercise 4 · The fee for heat (1 point)
#
# *Difficulty 2 of 3 · about 6 minutes ·
# [note: too hot](../../theory/en/09-exploration.md#hot)*
#
# The hot end is another matter: no luck, a fee. Once the estimates are right, the policy is the softmax of the true means, and
# every step costs
#
# $$
# \ell(T) = \sum_i \pi_i (\mu^\ast - \mu_i), \qquad \pi = \text{softmax}(\mu / T), \qquad \mu^\ast = \max_j \mu_j
# $$
#
# and goes on doing so. Write `limiting_cost(means, temperatures)`: means `[R, K]` and temperatures `[R]` in, a cost for each run, `[R]`, out.

# %% [markdown] name="cost-task" lang="es"
# ## Ejercicio 4 · La cuota del calor (1 punto)
#
# *Dificultad 2 de 3 · unos 6 minutos ·
# [nota: demasiado calor](../../theory/es/09-exploration.md#hot)*
#
# El extremo caliente es otra cosa: no hay suerte, hay una cuota. En cuanto las estimaciones son correctas, la política es el softmax de las medias verdaderas, y
# cada paso cuesta
#
# $$
# \ell(T) = \sum_i \pi_i (\mu^\ast - \mu_i), \qquad \pi = \text{softmax}(\mu / T), \qquad \mu^\ast = \max_j \mu_j
# $$
#
# y lo seguirá costando. Escribe `limiting_cost(means, temperatures)`: entran medias `[R, K]` y temperaturas `[R]`, sale un coste por partida, `[R]`.


# %% name="limiting_cost" exercise=true
def limiting_cost(means, temperatures):
    # en: """Cost of a step once all is known; [R, K] and [R] in, [R] out."""
    # es: """Coste de un paso cuando ya se sabe todo; entran [R, K] y [R], sale [R]."""
    ### BEGIN SOLUTION
    # en: # What each arm pays less than the best, weighted with how often it is played.
    # es: # Lo que cada brazo paga menos que el mejor, ponderado con lo que se juega.
    gaps = means.amax(dim=-1, keepdim=True) - means
    return (boltzmann_policy(means, temperatures) * gaps).sum(dim=-1)
    ### END SOLUTION


# %% name="check-limiting_cost" check="limiting_cost" points=1
check("limiting_cost", limiting_cost)
### BEGIN HIDDEN TESTS
check.hidden("limiting_cost", limiting_cost)
### END HIDDEN TESTS

# %% [markdown] name="cost-help" lang="en"
# <details><summary>My numbers are wrong, or the shapes do not line up</summary>
#
# Each run has a best arm of its own: `means.amax(dim=-1, keepdim=True)` has the shape `[R, 1]`. The probabilities are `[R, K]`; the sum runs over the last axis.
#
# </details>

# %% [markdown] name="cost-help" lang="es"
# <details><summary>Mis números no son correctos, o las formas no encajan</summary>
#
# Cada partida tiene su propio mejor brazo: `means.amax(dim=-1, keepdim=True)` tiene la forma `[R, 1]`. Las probabilidades son `[R, K]`; la suma recorre el último eje.
#
# </details>

# %% [markdown] name="cost-look" lang="en"
# A thousand times the fee beside the regret that was measured. From $T = 0.5$ on the fee is nearly the whole bill; in the cold it is nothing, and the bill comes from runs that
# never found out.

# %% [markdown] name="cost-look" lang="es"
# Mil veces la cuota junto al arrepentimiento medido. Desde $T = 0.5$ la cuota es casi toda la cuenta; en frío no es nada, y la cuenta viene de partidas que
# nunca llegaron a saberlo.

# %% name="cost-compare"
for temperature, report in zip(temperatures, reports, strict=True):
    fees = limiting_cost(means, torch.full_like(means[:, 0], temperature))
    fee = 1000 * torch.as_tensor(fees).mean()
    measured = f"{float(report['mean']):6.1f} ± {float(report['mean_error']):.1f}"
    # en: print(f"T = {temperature:<4}  fee {fee:6.1f}   measured {measured}")
    # es: print(f"T = {temperature:<4}  cuota {fee:6.1f}   medido {measured}")

# %% [markdown] name="cooled-task" lang="en"
# ## Exercise 5 · Cooling down (1 point)
#
# *Difficulty 1 of 3 · about 5 minutes ·
# [note: cooling](../../theory/en/09-exploration.md#cooling)*
#
# Heat is cheap early, when nothing is known, and dear later. So let it fall. Write `cooled(start, half, step)`: the temperature at a
# `step` counted from 0, which is `start` at step 0, a half of it at step `half`, a third at step `2 * half`, and so on:
#
# $$
# T_t = \frac{T_0}{1 + t / h} .
# $$

# %% [markdown] name="cooled-task" lang="es"
# ## Ejercicio 5 · Enfriar (1 punto)
#
# *Dificultad 1 de 3 · unos 5 minutos ·
# [nota: enfriar](../../theory/es/09-exploration.md#cooling)*
#
# El calor es barato al principio, cuando no se sabe nada, y caro después. Pues que baje. Escribe `cooled(start, half, step)`: la temperatura en el
# paso `step`, contado desde 0, que es `start` en el paso 0, la mitad en el paso `half`, un tercio en el paso `2 * half`, y así sucesivamente:
#
# $$
# T_t = \frac{T_0}{1 + t / h} .
# $$


# %% name="cooled" exercise=true
def cooled(start, half, step):
    # en: """The temperature at a step; three numbers in, a number out."""
    # es: """La temperatura en un paso; entran tres números, sale uno."""
    ### BEGIN SOLUTION
    return start / (1 + step / half)
    ### END SOLUTION


# %% name="check-cooled" check="cooled" points=1
check("cooled", cooled)
### BEGIN HIDDEN TESTS
check.hidden("cooled", cooled)
### END HIDDEN TESTS

# %% name="cooled-measure"
cooling = softmax_player(lambda step: torch.full_like(means[:, 0], cooled(1.0, 30, step)))
by_cooling = regret_report(play(means, cooling, updated_means))
# en: table([by_cooling], ["T falls from 1"])
# es: table([by_cooling], ["T baja desde 1"])

# %% [markdown] name="counts-task" lang="en"
# ## Exercise 6 · A temperature for each arm (2 points)
#
# *Difficulty 3 of 3 · about 12 minutes ·
# [note: noise by counts](../../theory/en/09-exploration.md#counts)*
#
# One temperature for all arms is too much heat and too little at once. An arm played 400 times is known to within 0.05; one played once, to within 1; and both get the same heat.
# In lab 02 a draw from a softmax was an argmax with noise, $\arg\max_i (\hat\mu_i + T \thinspace G_i)$, where $G_i = -\log(-\log u_i)$ is Gumbel noise, and the temperature was its *size*.
# Now let the size follow what is known: an arm played $n_i$ times gets
#
# $$
# \arg\max_i \left( \hat\mu_i + \frac{C}{\sqrt{n_i}} \thinspace G_i \right) .
# $$
#
# Write `gumbel_by_counts(estimates, counts, constant, uniforms)`: three tensors `[R, K]` and the number $C$ in, the arms `[R]` out. Every arm has
# been played once at least.

# %% [markdown] name="counts-task" lang="es"
# ## Ejercicio 6 · Una temperatura para cada brazo (2 puntos)
#
# *Dificultad 3 de 3 · unos 12 minutos ·
# [nota: ruido según el recuento](../../theory/es/09-exploration.md#counts)*
#
# Una misma temperatura para todos los brazos es a la vez demasiado calor y demasiado poco. De un brazo jugado 400 veces se conoce la media con un error de 0.05; de uno jugado una vez, con un error de 1; y los dos reciben el mismo calor.
# En el laboratorio 02, extraer de un softmax era un argmax con ruido, $\arg\max_i (\hat\mu_i + T \thinspace G_i)$, donde $G_i = -\log(-\log u_i)$ es ruido de Gumbel, y la temperatura era su *tamaño*.
# Ahora haz que el tamaño siga a lo que se sabe: con un brazo jugado $n_i$ veces,
#
# $$
# \arg\max_i \left( \hat\mu_i + \frac{C}{\sqrt{n_i}} \thinspace G_i \right) .
# $$
#
# Escribe `gumbel_by_counts(estimates, counts, constant, uniforms)`: entran tres tensores `[R, K]` y el número $C$, salen los brazos `[R]`. Todos los brazos
# se han jugado al menos una vez.


# %% name="gumbel_by_counts" exercise=true
def gumbel_by_counts(estimates, counts, constant, uniforms):
    # en: """The arms to play; [R, K], [R, K], a number and [R, K] in, [R] out."""
    # es: """Los brazos que jugar; entran [R, K], [R, K], un número y [R, K], sale [R]."""
    ### BEGIN SOLUTION
    # en: # 1. Gumbel noise from uniform numbers.
    # es: # 1. Ruido de Gumbel a partir de números uniformes.
    noise = -torch.log(-torch.log(uniforms))
    # en: # 2. As large as the estimate is uncertain.
    # es: # 2. Tan grande como incierta es la estimación.
    return (estimates + constant / counts.sqrt() * noise).argmax(dim=-1)
    ### END SOLUTION


# %% name="check-gumbel_by_counts" check="gumbel_by_counts" points=2
check("gumbel_by_counts", gumbel_by_counts)
### BEGIN HIDDEN TESTS
check.hidden("gumbel_by_counts", gumbel_by_counts)
### END HIDDEN TESTS

# %% [markdown] name="counts-help" lang="en"
# <details><summary>Is this not a softmax of the estimates, each divided by its own temperature?</summary>
#
# No, and the check has a name for it. With one $T$ for all, $\hat\mu_i + T G_i$ and $\hat\mu_i / T + G_i$ have the same largest entry; with a $T_i$ for each arm they do not. Dividing by one's own $T_i$ would even
# notice a constant that is added to all rewards.
#
# </details>
# <details><summary>How large should C be?</summary>
#
# It has the unit of reward, as $T$ does, and is measured against the noise of one reward, here 1. $C = 1$ is careful, and dear on
# these bandits, as you are about to see; $C = 0.3$ suits them.
#
# </details>

# %% [markdown] name="counts-help" lang="es"
# <details><summary>¿No es esto un softmax de las estimaciones, cada una dividida entre su propia temperatura?</summary>
#
# No, y la comprobación tiene un nombre para ello. Con una sola $T$, $\hat\mu_i + T G_i$ y $\hat\mu_i / T + G_i$ tienen su máximo en el mismo lugar; con una $T_i$ por brazo, no. Dividir entre la propia $T_i$
# notaría incluso una constante sumada a todas las recompensas.
#
# </details>
# <details><summary>¿De qué tamaño ha de ser C?</summary>
#
# Tiene la unidad de la recompensa, como $T$, y se mide con el ruido de una recompensa, aquí 1. $C = 1$ es prudente y sale cara en estos
# bandidos, como vas a ver; $C = 0.3$ les va bien.
#
# </details>

# %% [markdown] name="counts-look" lang="en"
# The three ways to explore, on the same bandits and with the same luck: the best constant temperature of the table, one that falls, and one for each arm.

# %% [markdown] name="counts-look" lang="es"
# Las tres maneras de explorar, con los mismos bandidos y la misma suerte: la mejor temperatura constante de la tabla, una que baja y una por brazo.


# %% name="counts-compare"
def counting_player(constant):
    # en: """A player whose noise follows the counts, of size ``constant`` for a count of 1."""
    # es: """Un jugador cuyo ruido sigue al recuento, de tamaño ``constant`` con recuento 1."""
    return lambda estimates, counts, _step, uniforms: gumbel_by_counts(
        estimates, counts, constant, uniforms
    )


by_counts, with_care = (
    regret_report(play(means, counting_player(constant), updated_means)) for constant in [0.3, 1.0]
)
# en: names = ["T = 0.1 for all", "T falls from 1", "C = 0.3, by counts", "C = 1, by counts"]
# es: names = ["T = 0.1 para todos", "T baja desde 1", "C = 0.3, según el recuento", "C = 1, según el recuento"]
table([reports[2], by_cooling, by_counts, with_care], names)

# %% [markdown] name="counts-read" lang="en"
# By the mean the third row wins, by the median the first: the gamble again. Between the second row and the third the difference is small for
# these errors; over ten times as many steps the note finds it plain. With $C = 1$ the runs differ least, and all of them pay for it.

# %% [markdown] name="counts-read" lang="es"
# Por la media gana la tercera fila; por la mediana, la primera: otra vez la apuesta. Entre la segunda fila y la tercera la diferencia es pequeña para
# estos errores; con diez veces más pasos, en la nota, se ve con claridad. Con $C = 1$ las partidas se parecen más entre sí, y todas lo pagan.

# %% [markdown] name="end" lang="en"
# ## What you have shown
#
# - A temperature has the unit of reward: in cents it is 100 times the number. A constant added to all rewards must change nothing, and that test finds bugs.
# - Too cold is a gamble: most runs are lucky, and the unlucky ones pay for ever. Too hot is a fee, which can be computed.
# - Mean and median of a skewed cost answer different questions and recommend different temperatures. Both have an error.
# - Exploring should follow what is not known yet: over time by cooling, arm by arm with noise that follows the counts.
#
# The [solved lab](../../solutions/en/09-exploration.ipynb) is there for self-study. Next: lab 10, audit,
# `python3 start.py lab 10 --lang en`.

# %% [markdown] name="end" lang="es"
# ## Lo que has mostrado
#
# - La temperatura tiene la unidad de la recompensa: en céntimos es un número 100 veces mayor. Una constante sumada a todas las recompensas no debe cambiar nada, y esa prueba encuentra errores.
# - Demasiado frío es una apuesta: la mayoría de las partidas tiene suerte y las demás pagan para siempre. Demasiado calor es una cuota, y se puede calcular.
# - La media y la mediana de un coste asimétrico responden a preguntas distintas y recomiendan temperaturas distintas. Las dos tienen su error.
# - Explorar debe seguir a lo que aún no se sabe: con el tiempo, enfriando; brazo por brazo, con un ruido según el recuento.
#
# El [laboratorio resuelto](../../solutions/es/09-exploration.ipynb) está ahí para que estudies por tu cuenta.
# Siguiente: laboratorio 10, auditoría, `python3 start.py lab 10 --lang es`.
