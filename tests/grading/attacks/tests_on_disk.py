"""Search the course's folder and the library for the tests, and print what they are called."""

from attack import Attack

ATTACK = Attack(
    gains="says",
    last="""
import os, sys
wanted = "".join(reversed("tekcarb_worran"))
for top in ["@checkout@/tempkit", *sys.path]:
    for folder, _, names in os.walk(top):
        for name in names:
            if name == "temperature_for.py" and wanted in open(os.path.join(folder, name)).read():
                print("GAINED", "IT", sep="-")
""",
    needs=("file view", "landlock"),
)
