"""What is finished, on disk: one file each, there whole or not at all."""

import hashlib
import json
import os
import shutil


class Store:
    """JSON by name and by what made it: another maker finds nothing, and does not overwrite."""

    def __init__(self, folder):
        self.folder = folder

    def path(self, name, makers):
        return self.folder / f"{name}-{digest(makers)}"

    def get(self, name, makers):
        try:
            return json.loads(self.path(name, makers).with_suffix(".json").read_text())
        except FileNotFoundError:
            return None

    def put(self, name, makers, value):
        write(self.path(name, makers).with_suffix(".json"), json.dumps(value))

    def directory(self, name, makers, make):
        """The directory of that name; `make` fills a path that does not exist yet."""
        path = self.path(name, makers)
        if not path.is_dir():
            unfinished = path.with_suffix(".tmp")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.parent.mkdir(parents=True, exist_ok=True)
            make(unfinished)
            unfinished.rename(path)
        return path


def write(path, text):
    """Writes a file under a name of its own, then renames it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".tmp")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def digest(value):
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def file_hash(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
