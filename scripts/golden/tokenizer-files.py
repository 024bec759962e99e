#!/usr/bin/env python3
"""Writes small tokenizer.json files of each kind, and hashes of the tokens that `tokenizers` gives with them.

    .venv/bin/python scripts/golden/tokenizer-files.py [--output Tests/Fixtures/tokenizers] [--only NAME …]
    .venv/bin/python scripts/golden/tokenizer-files.py --random 20000 --output FOLDER

The first writes, by names that `files` below explains, NAME.json and golden.json: for each name, and for
T5's tokenizer.json and that of weights/cross-encoder-mini, one hash for each string of Tests/Fixtures/tokens/texts.jsonl in its
order, 16 bits as four hexadecimal digits, end to end: FNV-1a over the tokens, each as four bytes, the
lowest first, folded once. `recognized` is of plain `encode`, without special tokens at the ends;
`literal` with `encode_special_tokens` set and special tokens' pieces renamed, so that no text spells them;
`decoded` is of the UTF-8 of what the recognized tokens decode to, the unknown and special ones left out.

The normalisation table of xlm-roberta.json is that of t5/tokenizer.json; to keep it small
"shared" stands for it in the file.

The second writes the files whole, and for each name NAME.jsonl: so many strings drawn at random, with
`literal` and `recognized` tokens and the `decoded` text. Then

    T5RANK_TOKENIZER_FILES=FOLDER swift test -c release --filter TokenizerFileTests

compares all of them.
"""

import argparse
import json
import pathlib

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import tokens

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = ROOT / "Tests/Fixtures/tokens/texts.jsonl"
PUBLISHED = {
    "t5": ROOT / "Tests/Fixtures/tokenizers/t5/tokenizer.json",
    "bert": ROOT / "weights/cross-encoder-mini/tokenizer.json"}
SEED = 5
SHARED = "shared"
QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
WIDE = r"\s{2,}|[\n\r\t]"
LLAMA_3 = QWEN.replace(r"\p{N}|", r"\p{N}{1,3}|")


def charsmap():
    return json.loads(PUBLISHED["t5"].read_text())["normalizer"]["normalizers"][0]["precompiled_charsmap"]


def corpus():
    """Texts to learn from."""
    texts = tokens.Texts(SEED)
    for _ in range(1500):
        yield texts.english()
        yield texts.languages()
        yield texts.code()
        yield texts.emoji()


def special(*names):
    return [AddedToken(name, special=True, normalized=False, lstrip=name in ("<mask>", "[MASK]")) for name in names]


def parts(tokenizer):
    """What a file says."""
    return json.loads(tokenizer.to_str())


def byte_level(size, **settings):
    return trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), **settings)


def roberta():
    """Byte-level BPE with RoBERTa's post-processor; `<mask>` takes white space with it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    names = special("<s>", "<pad>", "</s>", "<unk>", "<mask>")
    tokenizer.train_from_iterator(corpus(), byte_level(900, special_tokens=names))
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return parts(tokenizer)


def modernbert():
    """Byte-level BPE after NFC, with added tokens that are text: runs of spaces, some normalised."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), byte_level(800))
    tokenizer.add_special_tokens(special("<|padding|>", "<|endoftext|>"))
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in range(8, 1, -1)])
    tokenizer.add_tokens([AddedToken("|||EMAIL|||", normalized=False), AddedToken("der", single_word=True),
                          AddedToken("İ\u0301x", normalized=True), AddedToken("know", rstrip=True, normalized=False)])
    tokenizer.add_special_tokens(special("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"))
    number = tokenizer.token_to_id
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1",
        [("[CLS]", number("[CLS]")), ("[SEP]", number("[SEP]"))])
    return parts(tokenizer)


def llama_3():
    """Byte-level BPE behind a regular expression, whole words taken if they are pieces."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(LLAMA_3), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus(), byte_level(700))
    tokenizer.add_special_tokens(special("<|begin_of_text|>", "<s>", "</s>"))
    start = ("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing("<|begin_of_text|> $A", "<|begin_of_text|> $A $B:1", [start])])
    file = parts(tokenizer)
    # As older files have merges.
    file["model"]["merges"] = [" ".join(pair) for pair in file["model"]["merges"]]
    return file


def llama(prefix="normalizer"):
    """BPE over `▁words` with bytes for what is unknown, as SentencePiece makes it."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if prefix == "normalizer":
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    # Learnt word by word: the merges of a whole text would learn the text.
    learning = Tokenizer(models.BPE(unk_token="<unk>"))
    learning.pre_tokenizer = pre_tokenizers.Metaspace()
    names = ["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)]
    learning.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=900, limit_alphabet=200, show_progress=False, special_tokens=names))
    learned = parts(learning)
    file = parts(tokenizer)
    file["added_tokens"] = learned["added_tokens"][:3]
    for token in file["added_tokens"]:
        token["normalized"] = prefix != "normalizer" and token["content"] == "</s>"
    file["model"] |= {"vocab": learned["model"]["vocab"], "merges": learned["model"]["merges"]}
    return file


def xlm_roberta():
    """Unigram over `▁words` behind a normalisation table."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.decoder = decoders.Metaspace()
    names = special("<s>", "<pad>", "</s>", "<unk>")
    tokenizer.train_from_iterator(corpus(), trainers.UnigramTrainer(
        vocab_size=1200, show_progress=False, special_tokens=names, unk_token="<unk>"))
    tokenizer.add_special_tokens(special("<mask>"))
    tokenizer.post_processor = processors.TemplateProcessing(
        "<s> $A </s>", "<s> $A </s> </s> $B </s>", [("<s>", 0), ("</s>", 2)])
    file = parts(tokenizer)
    file["normalizer"] = {"type": "Precompiled", "precompiled_charsmap": SHARED}
    # Older files do not name the model, and the pre-tokenizer's settings otherwise.
    del file["model"]["type"]
    file["pre_tokenizer"]["pretokenizers"][1] = {
        "type": "Metaspace", "replacement": "▁", "add_prefix_space": True}
    return file


def deberta():
    """Unigram with bytes for what is unknown, behind Strip and Replace, its text not split."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(corpus(), trainers.UnigramTrainer(
        vocab_size=900, show_progress=False, special_tokens=["[PAD]", "[CLS]", "[SEP]", "[UNK]"], unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(split=False)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Nmt(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    file = parts(tokenizer)
    vocabulary = file["model"]["vocab"]
    vocabulary += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    file["model"]["byte_fallback"] = True
    return file


def wordpiece():
    """BERT's, uncased."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    names = special("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    tokenizer.train_from_iterator(corpus(), trainers.WordPieceTrainer(
        vocab_size=1500, limit_alphabet=400, show_progress=False, special_tokens=names))
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return parts(tokenizer)


def endings(normalizer, pre_tokenizer):
    """BPE whose pieces say where a word ends, so that tokens show all that splits a text."""
    tokenizer = Tokenizer(models.BPE(unk_token="?", end_of_word_suffix="</w>", continuing_subword_prefix="##"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.BPEDecoder()
    tokenizer.train_from_iterator(corpus(), trainers.BpeTrainer(
        vocab_size=500, limit_alphabet=150, show_progress=False, special_tokens=["?", "<s>"],
        end_of_word_suffix="</w>", continuing_subword_prefix="##"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    return parts(tokenizer)


def spelled(normalizer):
    """A token for each byte of the normalised text, so that tokens show all that normalises it."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(alphabet)}, merges=[]))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    return parts(tokenizer)


def files():
    pre, norm = pre_tokenizers, normalizers
    return {
        "roberta": roberta(), "modernbert": modernbert(), "llama-3": llama_3(), "llama": llama(),
        "llama-metaspace": llama("metaspace"), "xlm-roberta": xlm_roberta(), "deberta": deberta(),
        "wordpiece": wordpiece(),
        "endings-words": endings(
            norm.Sequence([norm.NFD(), norm.StripAccents(), norm.Lowercase()]),
            pre.Sequence([pre.Whitespace(), pre.Digits(individual_digits=False)])),
        "endings-signs": endings(
            norm.BertNormalizer(clean_text=True, lowercase=False, strip_accents=False),
            pre.Sequence([pre.Split("e", "merged_with_next"), pre.Punctuation("merged_with_previous"),
                          pre.Digits(individual_digits=True), pre.Split(" ", "contiguous")])),
        "endings-split": endings(
            norm.Strip(left=True, right=False),
            pre.Sequence([pre.Split(Regex(QWEN), "isolated"), pre.Split("a", "removed", invert=False),
                          pre.Metaspace(prepend_scheme="first")])),
        "spelled-nfkd": spelled(norm.Sequence([
            norm.Replace("``", '"'), norm.Replace("''", '"'), norm.NFKD(), norm.Lowercase()])),
        "spelled-nfkc": spelled(norm.Sequence([
            norm.Replace(Regex(WIDE), " "), norm.NFKC(), norm.Strip(left=False, right=True)])),
    }


class Reference:
    """`tokenizers` with one file."""

    def __init__(self, file):
        file = json.loads(json.dumps(file).replace(f'"{SHARED}"', json.dumps(charsmap())))
        self.recognizing = Tokenizer.from_str(json.dumps(file))
        self.names = {token["content"]: token["id"] for token in file["added_tokens"]}
        model = file["model"]
        self.size = len(model["vocab"])
        if isinstance(model["vocab"], list):
            self.unknown = model["unk_id"]
        else:
            self.unknown = model["vocab"].get(model.get("unk_token"))
        hidden = {token["content"] for token in file["added_tokens"] if token["special"]}
        if isinstance(model["vocab"], list):
            hidden.add(model["vocab"][model["unk_id"]][0])
        rename = {name: f"\ufdd0\ufdd1{name}" for name in hidden}
        if isinstance(model["vocab"], list):
            model["vocab"] = [[rename.get(piece, piece), score] for piece, score in model["vocab"]]
        else:
            model["vocab"] = {rename.get(piece, piece): number for piece, number in model["vocab"].items()}
        if model.get("unk_token"):
            model["unk_token"] = rename.get(model["unk_token"], model["unk_token"])
        self.literal = Tokenizer.from_str(json.dumps(file))
        self.literal.encode_special_tokens = True

    def recognized_tokens(self, text):
        return self.recognizing.encode(text, add_special_tokens=False).ids

    def literal_tokens(self, text):
        encoding = self.literal.encode(text, add_special_tokens=False)
        # Renamed pieces make room for new numbers of added tokens.
        return [number if number < self.size else self.names[token]
                for number, token in zip(encoding.ids, [self.literal.id_to_token(i) for i in encoding.ids])]

    def decoded(self, numbers):
        return self.recognizing.decode([number for number in numbers if number != self.unknown])


def folded(data):
    result = 0x811C9DC5
    for byte in data:
        result = (result ^ byte) * 0x01000193 & 0xFFFFFFFF
    return f"{result >> 16 ^ result & 0xFFFF:04x}"


def token_hash(numbers):
    return folded(b"".join(number.to_bytes(4, "little") for number in numbers))


def random_texts(count, seed):
    """Strings of every kind, more of those with rare scalars."""
    texts = tokens.Texts(seed)
    kinds = ["english", "code", "languages", "emoji", "marks", "invisible", "spaces", "special", "mixed",
             "any_scalars", "any_scalars", "one_block", "digits", "letters", "signs"]
    made = []
    while len(made) < count:
        text = getattr(texts, texts.random.choice(kinds))()
        made.append(texts.mutated(text) if texts.random.random() < 0.3 else text)
        if texts.random.random() < 0.1:
            made.append(" ".join(texts.some(made, 2, 6)))
    return [text for text in made[:count] if not any("\ud800" <= c <= "\udfff" for c in text)]


def write(path, lines):
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for line in lines:
            json.dump(line, file, ensure_ascii=False, separators=(",", ":"))
            file.write("\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "Tests/Fixtures/tokenizers")
    parser.add_argument("--random", type=int, help="so many strings drawn at random instead of texts.jsonl")
    parser.add_argument("--only", nargs="+", help="write these names, and keep the others' hashes")
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)

    made = {name: file for name, file in files().items() if name in (arguments.only or [name])}
    references = {name: Reference(file) for name, file in made.items()}
    references |= {name: Reference(json.loads(path.read_text())) for name, path in PUBLISHED.items()
                   if name in (arguments.only or [name])}
    if arguments.random:
        texts = random_texts(arguments.random, SEED)
        for name, reference in references.items():
            (arguments.output / f"{name}.json").write_text(reference.recognizing.to_str())
            recognized = [reference.recognized_tokens(text) for text in texts]
            write(arguments.output / f"{name}.jsonl", (
                {"text": text, "literal": reference.literal_tokens(text), "recognized": numbers,
                 "decoded": reference.decoded(numbers)}
                for text, numbers in zip(texts, recognized)))
        print(f"{len(texts)} strings for each of {', '.join(references)}")
        return

    with TEXTS.open(encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in list(file)[1:]]
    golden = {"tokenizers": tokenizers.__version__, "texts": len(texts)}
    if arguments.only:
        golden = json.loads((arguments.output / "golden.json").read_text()) | golden
    for name, reference in references.items():
        recognized = [reference.recognized_tokens(text) for text in texts]
        golden[name] = {
            "recognized": "".join(map(token_hash, recognized)),
            "literal": "".join(token_hash(reference.literal_tokens(text)) for text in texts),
            "decoded": "".join(folded(reference.decoded(numbers).encode()) for numbers in recognized),
        }
    for name, file in made.items():
        write(arguments.output / f"{name}.json", [file])
    write(arguments.output / "golden.json", [golden])
    print(f"{len(texts)} strings for each of {', '.join(references)}")


if __name__ == "__main__":
    main()
