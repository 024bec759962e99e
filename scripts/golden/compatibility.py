#!/usr/bin/env python3
"""Writes the compatibility decompositions that `tokenizers` knows as a table in Swift.

    .venv/bin/python scripts/golden/compatibility.py

Writes Sources/Tokenization/Pipeline/CompatibilityTable.swift: each scalar whose NFKD is not its NFD, as
`source:target`, in hexadecimal; a target of several scalars has dots between them, and
`source+n:target` says that the n scalars after the source have the scalars after the target, too.
"""

import pathlib
import textwrap

import tokenizers
from tokenizers import normalizers

FILE = pathlib.Path(__file__).resolve().parents[2] / "Sources/Tokenization/Pipeline/CompatibilityTable.swift"
HEAD = '''/// Compatibility decompositions of Unicode 9, in full; written by scripts/golden/compatibility.py.
///
/// `source:target` in hexadecimal, dots between the scalars of a target; with `source+n` the n scalars
/// after the source have those after the target, too.
///
/// Source: NFKD of huggingface/tokenizers {version}, scalar by scalar.
enum CompatibilityTable {{
  static let text = """
'''


def main():
    nfd, nfkd = normalizers.NFD(), normalizers.NFKD()
    found = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000:
            continue
        target = [ord(character) for character in nfkd.normalize_str(chr(code))]
        if target != [ord(character) for character in nfd.normalize_str(chr(code))]:
            found.append((code, target))
    runs = []
    for code, target in found:
        if runs:
            source, more, first = runs[-1]
            if code == source + more + 1 and len(first) == len(target) == 1 and target[0] == first[0] + more + 1:
                runs[-1] = source, more + 1, first
                continue
        runs.append((code, 0, target))
    words = [f"{source:X}{f'+{more:X}' if more else ''}:{'.'.join(f'{scalar:X}' for scalar in target)}"
             for source, more, target in runs]
    lines = textwrap.wrap(" ".join(words), width=94, break_long_words=False, break_on_hyphens=False)
    body = "".join(f"    {line} \\\n" for line in lines[:-1]) + f"    {lines[-1]}\n"
    FILE.write_text(HEAD.format(version=".".join(tokenizers.__version__.split(".")[:2])) + body + '    """\n}\n',
                    encoding="utf-8", newline="\n")
    print(f"{len(found)} scalars in {len(runs)} entries, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
