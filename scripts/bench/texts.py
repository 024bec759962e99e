#!/usr/bin/env python3
"""Writes requests of the size of MS MARCO's, in synthetic English: one JSON object a line.

    scripts/bench/texts.py OUT.jsonl [--queries N] [--documents M] [--seed S]

Words are drawn with Zipf-like frequencies from two lists (common words, which are one token each,
and rarer ones, which are often several), and set in sentences. A passage has about 66 words, give
or take, a query 5 to 8: a monoT5 prompt has about 105 of T5's tokens (most between 60 and 180), a
pair for a cross-encoder about 90 WordPiece tokens. The same arguments give the same bytes.
"""

import argparse
import json
import pathlib
import random

# By falling frequency, roughly.
COMMON = """
the of and to in a is that for it as was with be by on not he this are or his from at which but have
an had they you were their one all we can her has there been if more when will would who so no she
other its may these what them than some him time into only do such my new about out also two any up
first could our then most see me should after said your very between made many over like those did
now even well where must people through how same work being because long before life here world down
never still own under last another while years state might great day way might place year house use
during without again home around however small found part general school every does got united left
number course war until always away something fact water though less public put think almost hand
enough far took head yet government system better set told nothing night end why called eyes find
going look asked later knew point next program city business give group toward young days let room
side social given present several order national second possible rather per face among form
important often things looked early white case become large need big four within felt children along
saw best church ever least power development light thing seemed family interest want members mind
country area others done turned although open god service problem certain kind different door began
sense help body history matter whole line human name example action company local whether today
question past mean half table free five keep level means food cost field study plan center market
result land age car read change month rate learn value air sort town road story reason blood heart
doctor treatment average usually process source material energy type species known effect damage
season support material cells disease weight amount surface temperature income product contract
""".split()

# Names, numbers and words that a tokenizer splits.
RARE = """
1954 2007 3.5 12,000 98.6 40% $250 25th Alabama Minnesota Glasgow Rotterdam Kowalski Okafor Lindqvist
Yamamoto McAllister hydrochloride photosynthesis metamorphosis sedimentary archipelago pterodactyl
chlorophyll antihistamine cholesterol thermostat microfiche escrow amortization mortgagee fiduciary
quarterback shortstop linebacker isthmus peninsula glacier lichen mycelium rhododendron hydrangea
terracotta balustrade clavicle metatarsal ligament cartilage ibuprofen amoxicillin gluten quinoa
turmeric cinnamon zucchini marinade sauté caramelize carburetor camshaft gasket alternator radiator
firmware bandwidth ethernet checksum hypervisor spreadsheet subpoena arraignment misdemeanor tort
jurisprudence parliament referendum suffrage abolitionist monastery cathedral minaret fresco sonata
counterpoint metronome harpsichord trombone telescope nebula perihelion parallax quasar isotope
neutrino centrifuge titration catalyst polymer epoxy galvanized aluminum tungsten feldspar obsidian
wildebeest hippopotamus armadillo salamander barracuda cormorant woodpecker chrysalis dragonfly
tortoise-shell self-employed well-being long-term x-ray e-mail non-profit by-product up-to-date
""".split()

RARE_SHARE = 0.1
PASSAGE_WORDS = 64
SHORTEST, LONGEST = 32, 120


class English:
    """Draws words, and makes queries and passages of them."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        # Zipf's law with Mandelbrot's shift, without which one word in eight would be "the".
        self.weights = [1 / (rank + 2.7) for rank in range(len(COMMON))]

    def words(self, count, rare_share=RARE_SHARE):
        common = self.random.choices(COMMON, self.weights, k=count)
        return [self.random.choice(RARE) if self.random.random() < rare_share else word
                for word in common]

    def sentence(self, count):
        words = self.words(count)
        words[0] = words[0][:1].upper() + words[0][1:]
        if count > 9 and self.random.random() < 0.6:
            words[count // 2] += ","
        return " ".join(words) + self.random.choices(".?!", [18, 1, 1])[0]

    def passage(self):
        remaining = round(self.random.lognormvariate(0, 0.28) * PASSAGE_WORDS)
        remaining = min(max(remaining, SHORTEST), LONGEST)
        sentences = []
        while remaining > 0:
            count = min(self.random.randint(7, 24), remaining)
            sentences.append(self.sentence(count))
            remaining -= count
        return " ".join(sentences)

    def query(self):
        # A query has the rarer words of what it asks for.
        return " ".join(self.words(self.random.randint(5, 8), rare_share=0.15))


def requests(queries, documents, seed):
    """Requests in rank_llm's form."""
    english = English(seed)
    return [
        {"query": {"qid": f"q{query + 1}", "text": english.query()},
         "candidates": [
             {"docid": f"d{query * documents + document + 1}",
              "doc": {"text": english.passage()}} for document in range(documents)]}
        for query in range(queries)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--queries", type=int, default=2, metavar="N")
    parser.add_argument("--documents", type=int, default=100, metavar="M")
    parser.add_argument("--seed", type=int, default=20250, metavar="S")
    arguments = parser.parse_args()
    lines = [json.dumps(request, ensure_ascii=False) + "\n"
             for request in requests(arguments.queries, arguments.documents, arguments.seed)]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
