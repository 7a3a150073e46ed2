"""Write through a symbolic link and a hard link out of the scratch folder."""

from attack import Attack

ATTACK = Attack(
    gains="damage",
    honest=("entropy_from_draws",),
    last="""
import os
for link, name in ((os.symlink, "soft"), (os.link, "hard")):
    try:
        link("@victim@/other.py", name)
        open(name, "w").write("answer = 0")
    except OSError as error:
        print(error)
""",
    deserves=1,
)
