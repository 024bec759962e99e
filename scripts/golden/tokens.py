#!/usr/bin/env python3
"""Writes strings and the tokens that the reference tokenizers give them.

    .venv/bin/python scripts/golden/tokens.py [--output Tests/Fixtures/tokens]

scalars.json has, for each block of 1,024 code points (surrogates apart), a hash of what BERT's
tokenizer makes of "a", the code point, "b", with a vocabulary that has each scalar of the block's
plane and of the first plane as a piece, alone and as a continuation: FNV-1a, 32 bits, over all the
pieces, each followed by NUL. `uncased` is the default, `accents` as below.

texts.jsonl has strings. Its first line names versions, seed and counts; each further line is one string:

  text               the string
  t5                 sentencepiece's tokens, Tests/Fixtures/tokenizers/t5/spiece.model
  bert               tokenizers' tokens, weights/cross-encoder-mini/vocab.txt, uncased, nothing special
  bert-cased         … lower-casing off                                 } some strings only
  bert-accents       … lower-casing on, accents kept, ideographs joined }
  bert-stripped      … lower-casing off, accents dropped                }
  t5-recognized      Hugging Face's T5 tokenizer (tokenizer.json), special tokens recognised   } some
  bert-recognized    Hugging Face's BERT tokenizer (tokenizer.json), special tokens recognised }

Every string is made here, from the lists below and from code points drawn at random.

Strings with two readings that are equally likely for sentencepiece are left out ("....." is
".." and "..." in either order): which one it takes hangs on the rounding of a sum in single
precision, and so on the version of the library.
"""

import argparse
import json
import pathlib
import random
import tempfile

import sentencepiece
import tokenizers

SEED = 20
PER_KIND = 300
RECOGNIZED = 40  # strings a kind that are also tokenised with special tokens recognised
ROOT = pathlib.Path(__file__).resolve().parents[2]
T5 = ROOT / "Tests/Fixtures/tokenizers/t5"
BERT = ROOT / "weights/cross-encoder-mini"

ENGLISH = """a the of and to in that it is was for on are as with his they at be this from have or by
one had not but what all were when we there can an your which their said if do will each about how
up out them then she many some so these would other into has more her two like him see time could
no make than first been its who now people my made over did down only way find use may water long
little very after words called just where most know photosynthesis reranking Schrödinger naïve café
rock'n'roll state-of-the-art U.S.A. don't e.g. i.e. 3.14159 1,000,000 50% $20 C++ #42 x² ½ ™ Ångström
antidisestablishmentarianism supercalifragilistic tokenizer embeddings relevance retrieval""".split()
CODE = """def if else: return x += 1 == != -> => {} () [] [i] foo_bar fooBar FOO_BAR 0xFF 1e-9 "str" 'c' //
/* */ # % & | ^ ~ << >> :: ; , . ... @decorator <html> </div> <br/> &amp; \\n \\t $HOME ${x} `ls -la` !a
https://example.org/a?b=c&d=e#f user@example.com C:\\Temp ../.. *.txt {{x}} <T> lambda λ: None null nil
self.weights[0] printf("%d\\n",i); SELECT * FROM t WHERE a='b'; a&&b||!c i++ --j ?: #include <stdio.h>""".split()
WORDS = {
    "german": "über Straße GROSSE größer Äpfel Öl Fuß weiß müßig Übung STRAẞE",
    "french": "être où ça naïve garçon œuvre Éléphant à côté déjà ÇA août",
    "vietnamese": "Việt Nam tiếng đường phố người nước Ðà Nẵng",
    "turkish": "İstanbul ışık Iğdır ŞİŞLİ çağ öğüt",
    "greek": "Ελλάδα ΣΊΣΥΦΟΣ σοφός ΌΔΟΣ άνθρωπος ᾳ ᾼ ὈΔΥΣΣΕΎΣ",
    "russian": "Москва ёлка Йод мир ЩУКА подъезд война и что",
    "arabic": "السلام عليكم كتاب مُحَمَّد ١٢٣ لا، نعم؟ العربيّة ـــ",
    "hebrew": "שלום עולם שָׁלוֹם תל־אביב ״ספר״ ירושלים",
    "persian": "می‌خواهم کتاب‌ها فارسی ۱۲۳ گربه",
    "hindi": "नमस्ते दुनिया क़लम हिन्दी ज़िंदगी १२३ क्षत्रिय।",
    "bengali": "বাংলা ভাষা কৌশল ড়",
    "tamil": "தமிழ் கொள்கை வணக்கம்",
    "thai": "สวัสดี ภาษาไทย น้ำ กำลัง ๑๒๓ ๆ",
    "khmer": "ភាសាខ្មែរ សួស្តី ក្រុង ១២៣ ។",
    "tibetan": "བོད་ཡིག བཀྲ་ཤིས་ གཽ",
    "burmese": "မြန်မာ ဘာသာ ကြောင်",
    "georgian": "საქართველო ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ მადლობა",
    "armenian": "Հայաստան և ՀԱՅ",
    "chinese": "中文 漢字 我爱你 ，。！？ 「引」 ０１２ 豈 𠀀",
    "japanese": "日本語 カタカナ ひらがな が ガ ｶﾞｷﾞ ー 々 ㍿ ㌔",
    "korean": "한국어 안녕하세요 가나다 ㄱㄴㄷ 각 ㈜ 한국",
    "amharic": "አማርኛ ሰላም ፡ ።",
    "cherokee": "ᏣᎳᎩ ꭳꮃ Ꭰ",
    "math": "∑ ∫ ≠ ≤ √2 𝔸 𝒜 𝐱 ℝ ∅ x⃗ ½ ⅓ ² ³ Ω K Å ﬁ ﬀ ﬃ Ⅻ ⅷ ① ㊙",
}
EMOJI = """😀 😂 🤷‍♂️ 👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🏴‍☠️ 🇩🇪 🇯🇵 🇺🇳 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ #️⃣ ❤️ ❤ ✈︎ ☕ 👍🏿 🫠 🪿 ⌨️ ™️ ©️ 🧑‍🚀 👁️‍🗨️""".split()
SPACES = [
    " ", "  ", "\t", "\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\xa0",
    "\u1680", "\u2000", "\u2003", "\u2009", "\u200b", "\u2028", "\u2029", "\u202f", "\u205f",
    "\u2060", "\u3000", "\ufeff", "\u180e", "\u2581", "   \n  "]
SPECIAL = """</s> <s> <pad> <unk> <extra_id_0> <extra_id_1> <extra_id_99> <extra_id_100> <extra_id_00>
<extra_id_> [SEP] [CLS] [PAD] [UNK] [MASK] [sep] [Sep] [SEP [[SEP]] [unused0] ##ing ## # ▁ ▁▁ ▁true
< / s > ＜/s＞ </S> &lt;/s&gt; </s></s> <</s>> <0x0A> ⁇""".split()
INVISIBLE = [chr(c) for c in (
    *range(0, 0x20), *range(0x7F, 0xA1), 0xAD, 0x34F, 0x61C, 0x115F, 0x180B, 0x180E, *range(0x200B, 0x2010),
    *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFE00, 0xFE0F, 0xFEFF, *range(0xFFF9, 0xFFFE),
    0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE000, 0xF8FF, 0xFDD0, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF, 0xF0000)]
MARKS = [chr(c) for c in (
    *range(0x300, 0x370), 0x483, 0x591, 0x5B0, 0x610, 0x64B, 0x651, 0x670, 0x93C, 0x94D, 0x9BE, 0xDCF,
    0xE38, 0xF71, 0xF74, 0x102B, 0x135F, 0x1734, 0x17D2, 0x1885, 0x1AB0, 0x1B44, 0x1DC0, 0x20D0, 0x20DD,
    0x20E3, 0x302A, 0x302E, 0x302F, 0x3099, 0x309A, 0xA9BD, 0xFE20, 0x1D165, 0x1D16D, 0x1E8D0, 0x8D3)]
RANGES = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x250, 0x36F), (0x370, 0x52F), (0x530, 0x6FF), (0x700, 0x8FF),
    (0x900, 0xDFF), (0xE00, 0x10FF), (0x1100, 0x17FF), (0x1800, 0x1DFF), (0x1E00, 0x1FFF),
    (0x2000, 0x206F), (0x2070, 0x2BFF), (0x2C00, 0x2FFF), (0x3000, 0x33FF), (0x3400, 0x4DFF),
    (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFDFF),
    (0xFE00, 0xFFFF), (0x10000, 0x10FFF), (0x11000, 0x12FFF), (0x13000, 0x16FFF), (0x17000, 0x1BFFF),
    (0x1C000, 0x1D7FF), (0x1D800, 0x1EFFF), (0x1F000, 0x1FAFF), (0x20000, 0x323AF), (0x323B0, 0xDFFFF),
    (0xE0000, 0xE0FFF), (0xE1000, 0x10FFFF)]


class Texts:
    """Draws strings of each kind."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def some(self, items, least, most):
        return [self.random.choice(items) for _ in range(self.random.randint(least, most))]

    def english(self):
        words = self.some(ENGLISH, 1, 12)
        for i, word in enumerate(words):
            case = self.random.random()
            words[i] = word.upper() if case < 0.05 else word.capitalize() if case < 0.2 else word
            words[i] += self.random.choice(["", "", "", "", "", ",", ".", "?", "!", ";", ":", "…", "'s", ")"])
        return " ".join(words)

    def code(self):
        return "".join(word + self.random.choice(["", " ", " ", "\n", "\t", "    "])
                       for word in self.some(CODE, 1, 10))

    def languages(self):
        name = self.random.choice(list(WORDS))
        words = self.some(WORDS[name].split(), 1, 7)
        if self.random.random() < 0.3:
            words += self.some(WORDS[self.random.choice(list(WORDS))].split(), 1, 3)
        return self.random.choice([" ", " ", "", "、", "-"]).join(words)

    def emoji(self):
        return "".join(self.some(EMOJI + ["\u200d", "\ufe0f", "🏻", " ", "ok", "🇦"], 1, 6))

    def marks(self):
        return "".join(self.random.choice("aeiouAEIOUnsdq漢한अก! ∩") + "".join(self.some(MARKS, 0, 5))
                       for _ in range(self.random.randint(1, 5)))

    def invisible(self):
        return "".join(self.random.choice(["a", "the", "Word", " ", ".", "漢"]) + self.random.choice(INVISIBLE)
                       for _ in range(self.random.randint(1, 6)))

    def spaces(self):
        return "".join("".join(self.some(SPACES, 0, 3)) + self.random.choice(ENGLISH + ["漢", "é", ""])
                       for _ in range(self.random.randint(1, 6))) + "".join(self.some(SPACES, 0, 2))

    def special(self):
        return "".join(self.random.choice(SPECIAL) + self.random.choice(["", "", " ", "x", ".", "  ", "\n", "\u3000"])
                       for _ in range(self.random.randint(1, 4)))

    def mixed(self):
        kinds = [self.english, self.languages, self.emoji, self.special, self.code, self.marks]
        return self.random.choice([" ", "", "\n"]).join(self.random.choice(kinds)()[:24] for _ in range(3))

    def any_scalars(self, ranges=RANGES):
        text = ""
        while len(text) < 1 or self.random.random() < 0.85:
            low, high = self.random.choice(ranges)
            value = self.random.randint(low, high)
            text += chr(value) + self.random.choice(["", "", "", " "])
        return text

    def one_block(self):
        return self.any_scalars([self.random.choice(RANGES)])

    def digits(self):
        return "".join(self.some(list("0123456789.,:-/ $€%") + ["²", "½", "٣", "௧", "Ⅳ", "①", "０"], 1, 16))

    def letters(self):
        return "".join(self.some(list("abcdefghijklmnopqrstuvwxyzABCXYZäöüßéñ'-"), 1, 24))

    def signs(self):
        return "".join(self.some(list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~§°·¿¡«»“”‘’–—•…†‰€№™"), 1, 8))

    def mutated(self, text):
        scalars = list(text)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(len(scalars) + 1)
            match self.random.randrange(6):
                case 0: scalars[place:place + self.random.randint(1, 4)] = []
                case 1: scalars.insert(place, self.random.choice(self.any_scalars()))
                case 2: scalars.insert(place, self.random.choice(INVISIBLE + MARKS + SPACES))
                case 3: scalars[place:] = reversed(scalars[place:])
                case 4: scalars[place:] = list("".join(scalars[place:]).swapcase())
                case 5: scalars[place:place] = scalars[place:place + 5]
        return "".join(scalars)

    def long_words(self):
        for unit in ["a", "ab", "é", "e\u0301", "漢", "한", "İ", "q!", "ﬁ", "𝐱", "\u302e", "x\u00ad", "9"]:
            for count in [33, 34, 50, 51, 99, 100, 101, 102, 200]:
                yield f"{unit * count}"[:220]
                yield f"the {unit * count}"[:220] + " end"
        for unit in ["a", "zq", "ö", "字", "\u0301", " "]:
            yield unit * (600 if unit == "zq" else 5000 // len(unit))
        yield "x" + "\u0301" * 1100 + "y"

    def all(self):
        """Pairs of a kind's name and a string; every string once."""
        yield "fixed", ""
        for kind, items in [
                ("fixed", SPACES), ("special", SPECIAL), ("fixed", EMOJI), ("fixed", INVISIBLE), ("fixed", MARKS),
                ("fixed", ["ΑΣ", "ΑΣ.", "ΑΣΑ", "Σ", "ǅ", "ŉ", "ΐ", "ẞ", "Ω", "K", "\u212b", "\u1e9e", "\u0345"]),
                ("fixed", list(self.long_words()))]:
            for item in items:
                yield kind, item
        made = []
        for kind in [
                "english", "code", "languages", "languages", "emoji", "marks", "invisible", "spaces", "special",
                "mixed", "any_scalars", "one_block", "digits", "letters", "signs"]:
            for _ in range(PER_KIND):
                made.append((kind, getattr(self, kind)()))
        yield from made
        for _ in range(3 * PER_KIND):
            yield "mutated", self.mutated(self.random.choice(made)[1])


def bert(lowercase, strip_accents, chinese, vocabulary=BERT / "vocab.txt"):
    """A BERT tokenizer that knows no special token."""
    vocabulary = str(vocabulary)
    reference = tokenizers.BertWordPieceTokenizer(
        vocabulary, clean_text=True, handle_chinese_chars=chinese, strip_accents=strip_accents, lowercase=lowercase)
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece.from_file(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = reference.normalizer
    tokenizer.pre_tokenizer = reference.pre_tokenizer
    return tokenizer


def has_tie(model, text):
    """Whether another reading of a string is as likely as the best, but for rounding."""
    readings = model.nbest_encode(text, nbest_size=2)
    scores = [sum(map(model.get_score, reading)) for reading in readings]
    # A sum of a few hundred scores in single precision is right to 1e-3.
    return len(scores) == 2 and abs(scores[0] - scores[1]) < 1e-3


def scalar_hashes(block=1024):
    """For each block of code points, a hash of all pieces, by settings."""
    hashes = {"uncased": [], "accents": []}
    with tempfile.TemporaryDirectory() as folder:
        for plane in range(17):
            own = range(plane << 16, (plane + 1) << 16)
            pieces = [chr(value) for value in sorted({*range(1 << 16), *own}) if not 0xD800 <= value < 0xE000]
            # The reader trims white space, which no word holds.
            lines = ["[UNK]", "[CLS]", "[SEP]"] + [
                sign + piece for piece in pieces if not piece.isspace() for sign in ("", "##")]
            vocabulary = pathlib.Path(folder) / "vocab.txt"
            vocabulary.write_text("\n".join(lines), encoding="utf-8", newline="\n")
            for name, tokenizer in [
                    ("uncased", bert(True, None, True, vocabulary)), ("accents", bert(True, False, False, vocabulary))]:
                for start in range(own.start, own.stop, block):
                    if 0xD800 <= start < 0xE000:
                        continue
                    texts = [f"a{chr(value)}b" for value in range(start, start + block)]
                    hashes[name].append(fnv1a(
                        piece for tokens in tokenizer.encode_batch(texts, add_special_tokens=False)
                        for piece in tokens.tokens))
    return hashes


def fnv1a(pieces):
    result = 0x811C9DC5
    for piece in pieces:
        for byte in piece.encode() + b"\0":
            result = (result ^ byte) * 0x01000193 & 0xFFFFFFFF
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("Tests/Fixtures/tokens"))
    arguments = parser.parse_args()

    t5 = sentencepiece.SentencePieceProcessor(model_file=str(T5 / "spiece.model"))
    settings = {
        "bert": bert(True, None, True), "bert-cased": bert(False, None, True),
        "bert-accents": bert(True, False, False), "bert-stripped": bert(False, True, True)}
    recognizing = {
        "t5-recognized": T5 / "tokenizer.json",
        "bert-recognized": BERT / "tokenizer.json"}
    recognizing = {name: tokenizers.Tokenizer.from_file(str(path)) for name, path in recognizing.items()}

    texts = Texts(SEED)
    seen, lines, ties, counts = set(), [], 0, {}
    for kind, text in texts.all():
        if text in seen or any("\ud800" <= c <= "\udfff" for c in text):
            continue
        seen.add(text)
        number = counts[kind] = counts.get(kind, 0) + 1
        line = {"text": text, "t5": t5.encode(text)}
        if has_tie(t5, text):
            ties += 1
            continue
        names = ["bert"]
        if number % 8 == 0 or kind == "fixed":
            names += ["bert-cased", "bert-accents", "bert-stripped"]
        for name in names:
            line[name] = settings[name].encode(text, add_special_tokens=False).ids
        if (number <= RECOGNIZED or kind == "special") and len(text) < 1000:
            for name, tokenizer in recognizing.items():
                line[name] = tokenizer.encode(text, add_special_tokens=False).ids
        lines.append(line)

    names = ["t5", *settings, *recognizing]
    versions = {"sentencepiece": sentencepiece.__version__, "tokenizers": tokenizers.__version__}
    head = {
        "seed": SEED, **versions,
        "texts": len(lines), "left out": ties,
        "counts": {name: sum(name in line for line in lines) for name in names}}
    arguments.output.mkdir(parents=True, exist_ok=True)
    with (arguments.output / "texts.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for line in [head, *lines]:
            json.dump(line, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")
    with (arguments.output / "scalars.json").open("w", encoding="utf-8", newline="\n") as file:
        json.dump({"tokenizers": versions["tokenizers"], "block": 1024, **scalar_hashes(1024)}, file)
        file.write("\n")
    print(json.dumps(head))


if __name__ == "__main__":
    main()
