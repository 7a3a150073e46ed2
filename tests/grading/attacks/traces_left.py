"""Leave a file in every folder that is open to all, for whoever is graded next."""

from attack import Attack

ATTACK = Attack(
    gains="damage",
    honest=("entropy_from_draws",),
    last="""
for folder in ("/tmp", "/var/tmp", "/dev/shm"):
    try:
        open(f"{folder}/@token@", "w").write("the answers")
    except OSError as error:
        print(error)
""",
    deserves=1,
    needs=("file view", "landlock"),
)
