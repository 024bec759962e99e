"""Folders that are made once, and again when what they are made from changes."""

import hashlib
import pathlib
import shutil
import sys


def fingerprint(files, *words):
    """Of the contents of these files, and of these words."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(pathlib.Path(file).read_bytes())
    for word in words:
        digest.update(f"{word}\n".encode())
    return digest.hexdigest()


def make_once(folder, recipe, fill):
    """Has `fill` write a folder, so that it is there whole or not at all; leaves alone one that was
    made by the same recipe."""
    stamp = folder / "recipe.sha256"
    if stamp.exists() and stamp.read_text() == recipe:
        return
    print(f"making {folder.name}…", file=sys.stderr, flush=True)
    unfinished = folder.with_name(f"{folder.name}.tmp")
    for old in [folder, unfinished]:
        shutil.rmtree(old, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        fill(unfinished)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    (unfinished / stamp.name).write_text(recipe)
    unfinished.rename(folder)
