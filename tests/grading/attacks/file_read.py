"""Read a file of the grader's and print it."""

from attack import Attack
from world import SECRET

ATTACK = Attack(
    gains="says",
    honest=("entropy_from_draws",),
    last='print(open("@victim@/secret.txt").read())',
    deserves=1,
    tells=SECRET,
    needs=("file view", "landlock", "uid"),
)
