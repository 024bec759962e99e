#!/usr/bin/env python3
"""Writes words and their stems by the original Porter algorithm, for the stemmer's test.

    .venv/bin/python scripts/golden/porter.py [--output Tests/Fixtures/retrieval/porter.tsv]

The reference is NLTK's PorterStemmer in the mode MARTIN_EXTENSIONS: Porter's own programs, and
Lucene's PorterStemFilter. The words are made, not taken from anywhere: every ending that a rule names
(and pairs of them) behind random beginnings, and random strings of few letters, in which conditions
meet by chance.
"""

import argparse
import pathlib
import random

import nltk
from nltk.stem.porter import PorterStemmer

SEED = 20260
ENDINGS = """s ss sses ies eed ed ing at bl iz y ational tional enci anci izer bli abli alli entli eli
ousli ization ation ator alism iveness fulness ousness aliti iviti biliti logi icate ative alize
iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti
ous ive ize e ll lle ly edly ingly ments nesses ers ions ated izing ying""".split()
PARTS = """a e i o u y b bl br c ch cl cr d dr f fl g gl gr h j k l m n p pl pr qu r s sc sh sl sn sp st
str t th tr v w wh x z ea oa oo ee ai ay oy uy yy ss ll tt zz nn""".split()


def words(random):
    made = {"", "a", "y", "by", "is", "yyy", "yyyy", "sky", "syzygy", "toy", "hopping", "caresses"}
    for ending in ENDINGS:
        for _ in range(25):
            start = "".join(random.choices(PARTS, k=random.randint(0, 4)))
            made.add(start + ending)
            made.add(start + ending + random.choice(ENDINGS))
    for _ in range(1500):
        made.add("".join(random.choices("aeiouybdlsting", k=random.randint(1, 9))))
    made.discard("")
    return sorted(made)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", default="Tests/Fixtures/retrieval/porter.tsv")
    output = pathlib.Path(parser.parse_args().output)
    stemmer = PorterStemmer(mode=PorterStemmer.MARTIN_EXTENSIONS)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w") as file:
        file.write(f"# scripts/golden/porter.py, nltk {nltk.__version__}, seed {SEED}\n")
        for word in words(random.Random(SEED)):
            file.write(f"{word}\t{stemmer.stem(word, to_lowercase=False)}\n")


if __name__ == "__main__":
    main()
