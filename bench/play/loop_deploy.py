# The loop of 100 items in pyinfra's words.
from pyinfra.operations import files

for item in range(100):
    files.directory(name=f"Folder {item}", path=f"/opt/bench-loop/{item}", mode="755")
