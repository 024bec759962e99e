#!/usr/bin/env python3
"""Writes tiny cross-encoders with tokenizers of their families' kinds, and what sentence-transformers' predict says.

    .venv/bin/python scripts/golden/cross-encoders.py [--output Tests/Fixtures/cross-encoders] [--only NAME …]

pairs.json holds the texts. Each folder is laid out as a published model of the family is (`cases` below says which), with a tokenizer
learnt from generated sentences and random weights, and golden.json: for each pair the classifier's
`outputs` and, with one label, the `score` that CrossEncoder(folder).predict gives, one pair at a time.

What `by` says of a pair:

  predict   the numbers are predict's;
  literal   predict reads a control token that the text only spells (or, for `notes` below, sees other
            tokens than the model was trained with): the numbers are the model's for the tokens that
            `tokenizers` gives with the published tokenizer.json, control tokens being unspellable.

transformers 5.23 builds DeBERTa's tokenizer anew and with other normalizers than the file has (NFC for the
file's table), and gives ALBERT's pairs no token types, which 4.x did.
"""

import argparse
import collections
import contextlib
import importlib.util
import io
import itertools
import json
import pathlib
import shutil
import tempfile

import numpy
import safetensors.torch
import sentencepiece
import torch
import transformers
from sentence_transformers import CrossEncoder
from tokenizers import Regex, Tokenizer, decoders, models as token_models, normalizers, pre_tokenizers, processors

import models
import tokens

spec = importlib.util.spec_from_file_location("tokenizer_files", pathlib.Path(__file__).parent / "tokenizer-files.py")
tokenizer_files = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tokenizer_files)

SEED = 31
LIMIT = 64
SIGMOID = "torch.nn.modules.activation.Sigmoid"
IDENTITY = "torch.nn.modules.linear.Identity"

# What a normalisation table does, for a few characters: SentencePiece's own has 240 kB.
TABLE = {"\u00a0": " ", "\u3000": " ", "\u2009": " ", "\t": " ", "\n": " ", "\r": " ", "\u200b": " ", "\u00ad": "",
         "\ufb01": "fi", "\u00bd": "1/2", "\u2122": "TM", "e\u0301": "\u00e9", "A\u030a": "\u00c5",
         "\u212b": "\u00c5"} | {chr(0xFEE0 + code): chr(code) for code in range(0x21, 0x7F)}


def corpus():
    texts = tokens.Texts(SEED)
    for _ in range(700):
        yield texts.english()
        yield texts.languages()
        yield texts.code()
        yield texts.emoji()


def pairs():
    """Queries and documents: everyday ones, then what tokenizers differ about."""
    texts = tokens.Texts(SEED + 1)
    made = [(texts.english(), " ".join(texts.english() for _ in range(1 + n % 4))) for n in range(12)]
    made += [(texts.languages(), texts.languages()) for _ in range(6)]
    long = " ".join(texts.english() for _ in range(40))
    made += [
        ("?", ""), (texts.english(), ""), (texts.english(), " \n\t "), ("\u200b", "\u00ad"),
        (texts.english(), long), (long, texts.english()), (long[:300], long), (long, long[:300]),
        ("how do bees find home", "Bees find home by the sun 🐝, 🌞 and the smell 👃🏽 of the hive 👩‍👩‍👧."),
        ("蜜蜂は どうやって", "ミツバチは太陽を見て、巣に帰る。ﾐﾂﾊﾞﾁ １２３ Ｆｕｌｌ"), ("пчёлы и мёд", "Пчела находит дом по солнцу"),
        ("النحل", "تجد النحلة طريقها"), ("मधुमक्खी", "मधुमक्खियाँ सूरज से घर ढूँढती हैं"), ("cafe\u0301 naïve", "CAFÉ Å A\u030a \u212b ǅ ß ﬁn"),
        ("tab\tand  two   spaces", "line\nbreak\r\n and\u00a0no-break\u3000wide\u200bzero\u2009thin"),
        ("x" * 300, "y" * 20 + " " + "z" * 200), ("½ ™ … \u00ad soft", "①②③ ㎏ ℌ ﷺ"),
        ("it's 'quoted' ``so''", "\"we'll\" — they’re 3,000.50 $ 50% C++ a_b #tag"),
        ("</s>", "a <s> b </s> c"), ("[SEP]", "bees [CLS] find [SEP] home [PAD]"), ("<mask> [MASK]", "the <pad> <unk> [UNK] hive"),
        ("\u0000nul", "con\u0007trol \ufffd \ufeffbom"), ("ＨＯＮＥＹ＜/s＞", "［ＳＥＰ］ ▁low ▁▁ line"), ("#", "!"),
    ]
    return made


# Tokenizers, as tokenizer.json of the published models has them.

def finished(tokenizer, added=None):
    return json.loads(tokenizer.to_str())


def byte_level(kind):
    """RoBERTa's, or ModernBERT's."""
    tokenizer = Tokenizer(token_models.BPE())
    if kind == "modernbert":
        tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = tokenizer_files.special
    names = special("<s>", "<pad>", "</s>", "<unk>") if kind == "roberta" else []
    tokenizer.train_from_iterator(corpus(), tokenizer_files.byte_level(420, special_tokens=names))
    if kind == "roberta":
        tokenizer.add_special_tokens(special("<mask>"))
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    else:
        tokenizer.add_special_tokens(special("<|padding|>", "<|endoftext|>"))
        tokenizer.add_tokens([tokenizer_files.AddedToken(" " * n, normalized=True) for n in range(4, 1, -1)])
        tokenizer.add_special_tokens(special("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"))
        number = tokenizer.token_to_id
        tokenizer.post_processor = processors.TemplateProcessing(
            "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
            [("[CLS]", number("[CLS]")), ("[SEP]", number("[SEP]"))])
    return finished(tokenizer)


def wordpiece(lowercase=True):
    """BERT's: the commonest letters, words and ends of words. (A trainer's choice among equals is random.)"""
    normalizer, splitter = normalizers.BertNormalizer(lowercase=lowercase), pre_tokenizers.BertPreTokenizer()
    letters, words, ends = collections.Counter(), collections.Counter(), collections.Counter()
    for text in corpus():
        for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)):
            letters.update(word[:1])
            letters.update("##" + letter for letter in word[1:])
            words[word] += 1
            ends.update("##" + word[-n:] for n in range(2, len(word)))
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    for counter, size in [(letters, 300), (words, 160), (ends, 60)]:
        common = sorted(counter, key=lambda piece: (-counter[piece], piece))
        names += [piece for piece in common if piece not in names][:size]
    tokenizer = Tokenizer(token_models.WordPiece({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.decoder = normalizer, splitter, decoders.WordPiece()
    tokenizer.add_special_tokens(tokenizer_files.special(*names[:5]))
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", [("[CLS]", 2), ("[SEP]", 3)])
    return finished(tokenizer)


def learnt(**settings):
    """A SentencePiece model's bytes."""
    rules = ["\t".join(" ".join(f"{ord(c):X}" for c in text) for text in rule) for rule in TABLE.items()]
    written = io.BytesIO()
    # The model names the file, which must be the same each time.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        pathlib.Path("rules.tsv").write_text("\n".join(rules) + "\n", encoding="utf-8")
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(corpus()), model_writer=written, vocab_size=480, model_type="unigram",
            normalization_rule_tsv="rules.tsv", num_threads=1, character_coverage=0.985, minloglevel=2,
            hard_vocab_limit=False, **settings)
    return written.getvalue()


def charsmap(data):
    """normalizer_spec.precompiled_charsmap of a SentencePiece model."""

    def fields(data):
        position = 0

        def varint():
            nonlocal position
            value = shift = 0
            while True:
                byte = data[position]
                position += 1
                value |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80:
                    return value

        while position < len(data):
            key = varint()
            if key & 7 == 0:
                yield key >> 3, varint()
                continue
            count = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[position:position + count]
            position += count

    normalizer = next(value for number, value in fields(data) if number == 3)
    return next(value for number, value in fields(normalizer) if number == 2)


def unigram(kind, data):
    """The tokenizer.json that transformers' converters make of a SentencePiece model."""
    model = sentencepiece.SentencePieceProcessor(model_proto=data)
    pieces = [(model.id_to_piece(i), model.get_score(i)) for i in range(model.get_piece_size())]
    table = normalizers.Precompiled(charsmap(data))
    spaces = normalizers.Replace(Regex(" {2,}"), " ")
    metaspace = pre_tokenizers.Metaspace(prepend_scheme="always")
    words = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    if kind == "xlm-roberta":
        names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        pieces = [(name, 0.0) for name in names[:4]] + pieces[3:] + [("<mask>", 0.0)]
        unknown, normalizer, splitter = 3, table, words
    elif kind == "camembert":
        names = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        pieces = ([(name, 0.0) for name in ["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>"]] + [("<unk>NOTUSED", -100)]
                  + pieces[1:] + [("<mask>", 0.0)])
        unknown, normalizer, splitter = 3, table, words
    elif kind == "deberta":
        names = ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"]
        unknown, splitter = 3, pre_tokenizers.Sequence([metaspace])
        normalizer = normalizers.Sequence([normalizers.Strip(), table, spaces])
    else:
        names = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"]
        unknown, splitter = 1, words
        normalizer = normalizers.Sequence([
            normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(),
            normalizers.StripAccents(), normalizers.Lowercase(), table, spaces])
    tokenizer = Tokenizer(token_models.Unigram(pieces, unknown))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(tokenizer_files.special(*names))
    start, end = ("<s>", "</s>") if names[0] == "<s>" else ("[CLS]", "[SEP]")
    ends = [(name, tokenizer.token_to_id(name)) for name in (start, end)]
    if start == "<s>":
        tokenizer.post_processor = processors.TemplateProcessing(
            "<s> $A </s>", "<s> $A </s> </s> $B </s>", ends)
    else:
        tokenizer.post_processor = processors.TemplateProcessing(
            "[CLS]:0 $A:0 [SEP]:0", "[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", ends)
    return finished(tokenizer)


FAIRSEQ = dict()
DEBERTA = dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]",
               unk_piece="[UNK]")
ALBERT = dict(pad_id=0, unk_id=1, bos_id=-1, eos_id=-1, pad_piece="<pad>", control_symbols=["[CLS]", "[SEP]", "[MASK]"])

SMALL = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=24,
             max_position_embeddings=LIMIT)
ROBERTA = SMALL | dict(max_position_embeddings=LIMIT + 2, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1,
                       bos_token_id=0, eos_token_id=2)
DEBERTA_V3 = SMALL | dict(
    relative_attention=True, max_relative_positions=-1, position_buckets=16, norm_rel_ebd="layer_norm",
    share_att_key=True, pos_att_type=["p2c", "c2p"], position_biased_input=False, type_vocab_size=0, pooler_dropout=0,
    pooler_hidden_act="gelu", pooler_hidden_size=16, layer_norm_eps=1e-7, max_position_embeddings=LIMIT)


def cases():
    """Name, config.json, tokenizer.json, the files written of it, tokenizer_config.json."""
    def case(name, architecture, config, file, written, settings, labels=1):
        config = dict(config) | dict(
            model_type=name.split("-")[0] if name.split("-")[0] != "xlm" else "xlm-roberta",
            architectures=[architecture], id2label={str(i): f"LABEL_{i}" for i in range(labels)},
            label2id={f"LABEL_{i}": i for i in range(labels)})
        if config["model_type"] == "deberta":
            config["model_type"] = "deberta-v2"
        return name, config, file, written, settings

    limit = dict(model_max_length=LIMIT)
    json_alone = {"tokenizer.json": None}
    roberta = byte_level("roberta")
    vocabulary = roberta["model"]["vocab"] | {"<mask>": len(roberta["model"]["vocab"])}
    merges = "#version: 0.2\n" + "".join(" ".join(pair) + "\n" for pair in roberta["model"]["merges"])
    bert = wordpiece()
    words = "".join(word + "\n" for word in sorted(bert["model"]["vocab"], key=bert["model"]["vocab"].get))
    fairseq, deberta, albert = learnt(), learnt(**DEBERTA), learnt(**ALBERT)
    return [
        case("roberta", "RobertaForSequenceClassification", ROBERTA, roberta, json_alone,
             limit | dict(tokenizer_class="RobertaTokenizer", add_prefix_space=False)),
        case("roberta-files", "RobertaForSequenceClassification",
             ROBERTA | dict(sbert_ce_default_activation_function=IDENTITY), roberta,
             {"vocab.json": json.dumps(vocabulary, ensure_ascii=False), "merges.txt": merges},
             limit | dict(tokenizer_class="RobertaTokenizer")),
        case("xlm-roberta", "XLMRobertaForSequenceClassification", ROBERTA, unigram("xlm-roberta", fairseq), json_alone,
             limit | dict(tokenizer_class="XLMRobertaTokenizer")),
        case("xlm-roberta-sentencepiece", "XLMRobertaForSequenceClassification", ROBERTA,
             unigram("xlm-roberta", fairseq), {"sentencepiece.bpe.model": fairseq},
             limit | dict(tokenizer_class="XLMRobertaTokenizer"), labels=2),
        case("camembert-sentencepiece", "CamembertForSequenceClassification",
             ROBERTA | dict(sentence_transformers=dict(activation_fn=SIGMOID, version="5.0.0")),
             unigram("camembert", fairseq), {"sentencepiece.bpe.model": fairseq},
             limit | dict(tokenizer_class="CamembertTokenizer")),
        case("deberta-v3", "DebertaV2ForSequenceClassification",
             DEBERTA_V3 | dict(sentence_transformers=dict(activation_fn=IDENTITY, version="4.1.0")),
             unigram("deberta", deberta), {"tokenizer.json": None, "spm.model": deberta},
             limit | dict(tokenizer_class="DebertaV2Tokenizer", do_lower_case=False)),
        case("deberta-sentencepiece", "DebertaV2ForSequenceClassification", DEBERTA_V3, unigram("deberta", deberta),
             {"spm.model": deberta}, limit | dict(tokenizer_class="DebertaV2Tokenizer"), labels=2),
        case("deberta-saved", "DebertaV2ForSequenceClassification", DEBERTA_V3, unigram("deberta", deberta), json_alone,
             limit | dict(tokenizer_class="DebertaV2Tokenizer")),
        case("modernbert", "ModernBertForSequenceClassification",
             SMALL | dict(sentence_transformers=dict(activation_fn=IDENTITY, version="4.1.0"), pad_token_id=0,
                          cls_token_id=0, sep_token_id=0, bos_token_id=0, eos_token_id=0, local_attention=8,
                          global_attn_every_n_layers=2, classifier_pooling="mean"),
             byte_level("modernbert"), json_alone, limit | dict(
                 tokenizer_class="PreTrainedTokenizerFast", cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]",
                 unk_token="[UNK]", mask_token="[MASK]")),
        case("albert", "AlbertForSequenceClassification", SMALL | dict(embedding_size=8, type_vocab_size=2),
             unigram("albert", albert), json_alone, limit | dict(tokenizer_class="AlbertTokenizer"), labels=2),
        case("electra", "ElectraForSequenceClassification", SMALL | dict(embedding_size=8, type_vocab_size=2), bert,
             {"vocab.txt": words}, limit | dict(tokenizer_class="ElectraTokenizer", do_lower_case=True)),
        case("distilbert", "DistilBertForSequenceClassification",
             dict(dim=16, n_layers=2, n_heads=2, hidden_dim=24, max_position_embeddings=LIMIT,
                  sbert_ce_default_activation_function=SIGMOID), wordpiece(lowercase=False), json_alone,
             limit | dict(tokenizer_class="DistilBertTokenizer", do_lower_case=False)),
        case("bert-saved", "BertForSequenceClassification", SMALL | dict(type_vocab_size=2), bert, json_alone,
             limit | dict(tokenizer_class="BertTokenizer", do_lower_case=True)),
    ]


# Models and scores.

def write(folder, file, contents):
    if isinstance(contents, bytes):
        (folder / file).write_bytes(contents)
    else:
        (folder / file).write_text(contents, encoding="utf-8", newline="\n")


def dumped(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def draw(config, seed):
    """Weights as models.py draws them."""
    model = transformers.AutoModelForSequenceClassification.from_config(models.parsed(config))
    generator = numpy.random.default_rng(seed)
    weights = {}
    for name, value in sorted(model.state_dict().items()):
        if value.dtype != torch.float32:
            continue
        mean, width = models.deviation(name, tuple(value.shape), config)
        values = mean + width * generator.standard_normal(tuple(value.shape))
        weights[name] = torch.from_numpy(values.astype(numpy.float32))
    return weights


def literal_encoding(reference, query, document):
    """Tokens and types of a pair in which no text spells a control token."""
    literal = reference.literal
    literal.enable_truncation(LIMIT, strategy="longest_first")
    encoding = literal.encode(query, document)
    names = [literal.id_to_token(number) for number in encoding.ids]
    ids = [number if number < reference.size else reference.names[name]
           for number, name in zip(encoding.ids, names)]
    return ids, encoding.type_ids


def has_types(config):
    return config.get("type_vocab_size", 0) > 1


@torch.inference_mode()
def golden_pairs(folder, config, reference, activation):
    encoder = CrossEncoder(str(folder), device="cpu")
    result = []
    for query, document in pairs():
        ids, types = literal_encoding(reference, query, document)
        own = encoder.preprocess([(query, document)])
        own_types = own["token_type_ids"][0].tolist() if "token_type_ids" in own else None
        if own["input_ids"][0].tolist() == ids and (not has_types(config) or own_types == types):
            outputs = encoder.predict([(query, document)], activation_fn=torch.nn.Identity())[0]
            entry = {"by": "predict", "outputs": numpy.ravel(outputs).tolist()}
            if len(entry["outputs"]) == 1:
                entry["score"] = float(encoder.predict([(query, document)])[0])
        else:
            inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
            if has_types(config):
                inputs["token_type_ids"] = torch.tensor([types])
            outputs = encoder.model(**inputs).logits[0]
            entry = {"by": "literal", "outputs": outputs.double().tolist()}
            if len(outputs) == 1:
                entry["score"] = float(encoder.activation_fn(outputs)[0])
        result.append(entry)
    assert models_activation(encoder) == activation, encoder.activation_fn
    return result


def models_activation(encoder):
    return {"Identity": IDENTITY, "Sigmoid": SIGMOID}[type(encoder.activation_fn).__name__]


def save_again(folder):
    """Writes a model as sentence-transformers 6 does, its activation in a file of its own."""
    with tempfile.TemporaryDirectory() as other:
        CrossEncoder(str(folder), device="cpu", activation_fn=torch.nn.Identity()).save_pretrained(
            other, create_model_card=False)
        shutil.rmtree(folder)
        shutil.copytree(other, folder)


def write_case(folder, name, config, file, written, settings, seed):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    config = config | dict(vocab_size=1 + max(
        [token["id"] for token in file["added_tokens"]] + [len(file["model"]["vocab"]) - 1]))
    metadata = models.provenance(name, seed)
    metadata = {"made_by": metadata["made_by"].replace("models.py", "cross-encoders.py")}
    write(folder, "config.json", dumped(config))
    write(folder, "tokenizer_config.json", dumped(settings))
    safetensors.torch.save_file(draw(config, seed), folder / "model.safetensors", metadata)
    for name_, contents in written.items():
        write(folder, name_, dumped(file) if contents is None else contents)
    if name.endswith("-saved"):
        save_again(folder)
        file = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        write(folder, "tokenizer.json", dumped(file))
    # transformers needs protobuf for SentencePiece's files; it makes this file of them.
    stands_in = any(name_.endswith(".model") for name_ in written) and "tokenizer.json" not in written
    if stands_in:
        write(folder, "tokenizer.json", dumped(file))
    named = config.get("sentence_transformers", {}).get("activation_fn") or config.get(
        "sbert_ce_default_activation_function")
    activation = IDENTITY if name.endswith("-saved") else named or (
        SIGMOID if len(config["id2label"]) == 1 else IDENTITY)
    golden = golden_pairs(folder, config, tokenizer_files.Reference(file), activation)
    if stands_in:
        (folder / "tokenizer.json").unlink()
    write(folder, "golden.json", dumped(metadata | {"activation": activation, "pairs": golden}))
    literal = [entry for entry in golden if entry["by"] == "literal"]
    spread = numpy.std([entry["outputs"][0] for entry in golden])
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{name}: {len(golden)} pairs, {len(literal)} literal, spread {spread:.2f}, {size} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(
        __file__).resolve().parents[2] / "Tests/Fixtures/cross-encoders")
    parser.add_argument("--only", nargs="+")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    arguments.output.mkdir(parents=True, exist_ok=True)
    write(arguments.output, "pairs.json", dumped(pairs()))
    for index, case in enumerate(cases()):
        if not arguments.only or case[0] in arguments.only:
            write_case(arguments.output / case[0], *case, SEED + 100 * index)


if __name__ == "__main__":
    main()
