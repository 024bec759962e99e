#!/usr/bin/env python3
"""Writes small gzip files of every kind of block and header, made by zlib.

    python3 scripts/golden/gzip-files.py [--output Tests/Fixtures/gzip]

Their text is not stored: the tests make it anew (Tests/RankingFormatsTests/GzipTests.swift).

dynamic.gz   blocks with codes of their own, over several windows
fixed.gz     blocks with the fixed codes
header.gz    every field that a header can have, two members, and zeros behind them
"""

import argparse
import pathlib
import struct
import zlib

MASK = (1 << 64) - 1
WORDS = "bee hive nectar pollen sun dance honey wax comb queen drone swarm sting wing flower meadow".split()


def text(count):
    """Words that SplitMix64 draws with seed 1, twelve a line."""
    state = 1
    words = []
    for index in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        words.append(WORDS[(mixed ^ (mixed >> 31)) % 16] + ("\n" if index % 12 == 11 else " "))
    return "".join(words).encode()


def member(data, strategy=zlib.Z_DEFAULT_STRATEGY, flags=0, fields=b""):
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\0\0\0\0\0\xff" + fields
    if flags & 2:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, strategy)
    body = compressor.compress(data) + compressor.flush()
    return header + body + struct.pack("<II", zlib.crc32(data), len(data))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default="Tests/Fixtures/gzip")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)
    (output / "dynamic.gz").write_bytes(member(text(30_000)))
    (output / "fixed.gz").write_bytes(member(text(600), zlib.Z_FIXED))
    fields = struct.pack("<H", 3) + b"abc" + b"name\0" + b"comment\0"
    data = text(240)
    (output / "header.gz").write_bytes(
        member(data[:500], flags=2 | 4 | 8 | 16, fields=fields) + member(data[500:]) + b"\0" * 20)
    for file in sorted(output.iterdir()):
        print(file, file.stat().st_size, "bytes, zlib", zlib.ZLIB_RUNTIME_VERSION)


if __name__ == "__main__":
    main()
