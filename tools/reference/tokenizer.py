"""Writes packages/tokenizer/test/golden/: what the reference makes of texts with a small vocabulary of our own.

Reference: transformers 4.57.6 BertTokenizerFast, tokenizers 0.22.2 (checked below), Python 3.11. Deterministic: seed 0.

Run: /work/.tok/bin/python tools/reference/tokenizer.py
     ... --fuzz 20000 --seed 7 --output /tmp/fuzz      many random cases, for `BERTUNE_TOKENIZER_CASES=/tmp/fuzz pnpm test`
"""

import argparse
import gzip
import json
import os
import pathlib
import random
import sys

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import tokenizers
import transformers
from transformers import AddedToken, BertTokenizerFast

assert (transformers.__version__, tokenizers.__version__) == ("4.57.6", "0.22.2")

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"

WORDS = """the a an of to in is was it and or not this that movie film book great bad good fun dull plot actor scene
un want able run walk re play er ing ed s ly est ness cafe naive resume hello world new york don t can won do ll ve m
Movie The New York Hello World I He uber Uber strasse istanbul""".split()
PIECES = "ing ed s ly er est ness able ful less t re un ment tion wed play alk".split()
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
OTHERS = (
    "\u00e9\u00fc\u00df\u00c9\u00dc\u00f1\u0153\u0131\u03b1\u03b2\u03b3\u03c3\u03c2\u03a3\u0430\u0431\u0432\u0410\u4e2d\u6587\u5b57\u56fd\u3042\u3044\u30a2\u1112\u1161\u11ab\u1100\u1173\u11af"
    "\ud55c\uae00\U0001f600\U0001f44d\U0002b740\U0002b820\U0001f468\u2764\u20ac\u00a3\u0e01\u0e02\u0905\u0915\u093e\u05d0\u05d1\u0627\u0628\u0301\u0308\u302e\u0307"
)
PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u2014\u2026\u3002\uff0c\u00bf\u00ab\u2019"

# Each named setting: arguments of BertTokenizerFast, and tokens added afterwards.
TOKENIZERS = {
    "uncased": {},
    "cased": {"do_lower_case": False},
    "uncased-keep-accents": {"strip_accents": False},
    "cased-strip-accents": {"do_lower_case": False, "strip_accents": True},
    "uncased-nochinese": {"tokenize_chinese_chars": False},
    "pad-left": {"padding_side": "left"},
    "truncate-left": {"truncation_side": "left"},
    "both-left": {"padding_side": "left", "truncation_side": "left"},
    "own-special": {
        "unk_token": "<unk>", "cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "mask_token": "<mask>",
    },
    "limited": {"model_max_length": 12},
    "added": {
        "added_tokens": [
            {"content": "<ent>", "special": True},
            {"content": "New York", "special": False},
            {"content": "movie", "special": False, "single_word": True},
            {"content": "<l>", "special": True, "lstrip": True},
            {"content": "<r>", "special": True, "rstrip": True},
            {"content": "<lr>", "special": False, "lstrip": True, "rstrip": True, "normalized": False},
            {"content": "Caf\u00e9", "special": False},
            {"content": "<ent>2", "special": True},
        ]
    },
}

TEXTS = [
    "", " ", "\t\n\r ", "The movie was great!", "unwanted running", "It isn't bad, don't you think?", "HELLO World",
    "caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u00dcber Stra\u00dfe", "cafe\u0301 u\u0308ber", "\u0130stanbul I\u0307 \u0131",
    "\u4e2d\u6587\u5b57 mixed\u4e2dtext", "\u3042\u3044\u30a2", "\ud55c\uae00 \ud55c", "\U0002b740a\U0002b820b", "\U0001f600 smile\U0001f44d",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f heart", "zero\u200bwidth\u00adsoft\ufeffbom", "a\x00b\ufffdc\x07d", "nul\u0000",
    "tab\there\nline\u2028sep\u00a0nbsp\u3000wide", "[MASK]", "the [MASK] was [SEP] good", "[mask] [Mask]", "x[MASK]y", "[CLS][PAD][UNK]",
    "[MASK", "[[MASK]]", "a" * 100, "a" * 101, "the" * 40, "\ud55c" * 34, "\ud55c" * 33, "$+<=>^`|~", "\u2014\u2026\u3002\uff0c\u00bf\u00ab\u2019",
    "x\u0301\u302e\u0316y", "\u0344\u0316z", "\u1112\u1161\u11ab", "\u03a3\u03c3\u03c2 \u039f\u0394\u039f\u03a3", "\ufb01ne \uff21\uff22", "\u05d0\u05d1 \u0627\u0628", "\u0915\u093e",
    "\ue000private\U000f0000", "\u0378unassigned\U000e0001", "New York new york NEW YORK", "movie movies moviemovie, movie", "go <l> on <r>  now <lr> end",
    "<ent><ent>2 <ent", "Caf\u00e9 cafe CAFE\u0301", "<mask> <s> [MASK]", "do not can not we 've I 'm he 's they 're", "  lead and trail  ",
    "The plot of this film is a great scene and it was fun to see a good actor in it, not a dull one.",
    "Want able play walk run re un ing ed ness est ly; the end.",
]
LONG, PAIR = TEXTS[-2], TEXTS[-1]


def vocabulary():
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<pad>", "<unk>", "<s>", "</s>", "<mask>"]
    tokens = special + WORDS + ["##" + piece for piece in PIECES]
    for character in LETTERS + OTHERS:
        tokens += [character, "##" + character]
    tokens += list(PUNCTUATION)
    return list(dict.fromkeys(tokens))


def make(name, vocab_file):
    arguments = dict(TOKENIZERS[name])
    added = arguments.pop("added_tokens", [])
    tokenizer = BertTokenizerFast(vocab_file=str(vocab_file), **arguments)
    for token in added:
        token = dict(token)
        special = token.pop("special")
        normalized = token.pop("normalized", not special)
        tokenizer.add_tokens([AddedToken(**token, special=special, normalized=normalized)], special_tokens=special)
    return tokenizer


def utf16(text, offsets):
    units = [0]
    for character in text:
        units.append(units[-1] + (2 if ord(character) > 0xFFFF else 1))
    return [[units[start], units[end]] for start, end in offsets]


def describe(encoding, texts):
    result = {
        "ids": encoding.ids, "type_ids": encoding.type_ids, "attention_mask": encoding.attention_mask,
        "tokens": encoding.tokens, "offsets": [list(pair) for pair in encoding.offsets],
        "special_tokens_mask": encoding.special_tokens_mask, "word_ids": encoding.word_ids,
        "sequence_ids": encoding.sequence_ids,
    }
    if all(isinstance(text, str) for text in texts) and any(ord(c) > 0xFFFF for text in texts for c in text):
        result["offsets_utf16"] = [
            utf16(texts[sequence or 0], [pair])[0] if sequence is not None else [0, 0]
            for pair, sequence in zip(result["offsets"], encoding.sequence_ids)
        ]
    return result


def run(tokenizer, case):
    """Fills in what the reference answers to a case, an error included."""
    options = case["options"]
    try:
        if "batch" in case:
            pairs = case.get("batch_pairs")
            out = tokenizer(case["batch"], pairs, **options) if pairs is not None else tokenizer(case["batch"], **options)
            samples = out.get("overflow_to_sample_mapping", list(range(len(case["batch"]))))
            case["encodings"] = [
                describe(encoding, [case["batch"][sample]] + ([pairs[sample]] if pairs else []))
                for encoding, sample in zip(out.encodings, samples)
            ]
            if "overflow_to_sample_mapping" in out:
                case["overflow_to_sample_mapping"] = samples
            return
        words = "words" in case
        first, second = (case["words"], case.get("pair_words")) if words else (case["text"], case.get("pair"))
        out = tokenizer(first, second, is_split_into_words=words, **options)
        windows = [describe(encoding, [first] + ([second] if second else [])) for encoding in out.encodings]
        case.update(windows[0])
        if options.get("return_overflowing_tokens"):
            case["overflowing"] = windows[1:]
    except BaseException as error:  # a Rust panic is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        case["error"] = f"{type(error).__name__}: {str(error)[:120]}"


def fixed_cases():
    for text in TEXTS:
        for name in TOKENIZERS:
            if name not in ("pad-left", "truncate-left", "both-left", "limited"):
                yield {"group": "text", "tok": name, "text": text, "options": {}}
    for text, pair in ((LONG, PAIR), ("the film", PAIR), (LONG, "good"), ("", PAIR), ("the film", ""), ("\U0001f600 a", "b \U0001f44d")):
        for options in ({}, {"add_special_tokens": False}):
            yield {"group": "pair", "tok": "uncased", "text": text, "pair": pair, "options": options}
    for strategy in (True, "longest_first", "only_first", "only_second"):
        for length in (0, 1, 2, 3, 4, 5, 9, 16, 40):
            for name in ("uncased", "truncate-left"):
                options = {"truncation": strategy, "max_length": length}
                if strategy is not True:
                    yield {"group": "truncate", "tok": name, "text": LONG, "pair": PAIR, "options": options}
                    yield {"group": "truncate", "tok": name, "text": "the film", "pair": PAIR, "options": options}
                if strategy != "longest_first":
                    yield {"group": "truncate", "tok": name, "text": LONG, "options": options}
    for stride in (0, 1, 3, 6):
        for length in (2, 5, 8, 13):
            for name in ("uncased", "truncate-left", "both-left"):
                options = {"truncation": True, "max_length": length, "stride": stride, "return_overflowing_tokens": True}
                yield {"group": "overflow", "tok": name, "text": LONG, "options": options}
                for strategy in ("longest_first", "only_second"):
                    yield {
                        "group": "overflow", "tok": name, "text": "the film was good", "pair": PAIR,
                        "options": {**options, "truncation": strategy, "padding": "max_length"},
                    }
    for name in ("uncased", "pad-left", "own-special", "limited"):
        for options in (
            {"padding": True}, {"padding": "longest", "pad_to_multiple_of": 8}, {"padding": "max_length", "max_length": 12},
            {"padding": "max_length"}, {"truncation": True}, {"padding": True, "truncation": True},
            {"max_length": 6}, {"padding": "max_length", "max_length": 10, "pad_to_multiple_of": 4},
            {"padding": True, "truncation": True, "max_length": 10, "pad_to_multiple_of": 4},
            {"padding": True, "truncation": True, "max_length": 8, "stride": 2, "return_overflowing_tokens": True},
        ):
            yield {"group": "pad", "tok": name, "text": "the film was good", "options": options}
            if options.get("padding"):
                yield {"group": "batch", "tok": name, "batch": ["good", LONG, "", "the \U0001f600"], "options": options}
                yield {
                    "group": "batch", "tok": name, "batch": ["good", LONG], "batch_pairs": ["", "the film"], "options": options,
                }
    for words in (["the", "movie,great"], [], [""], ["", "a b", "\U0001f600\u4e2d"], ["[MASK]", "unwanted"], LONG.split()):
        for options in ({}, {"truncation": True, "max_length": 6, "stride": 1, "return_overflowing_tokens": True}):
            yield {"group": "words", "tok": "uncased", "words": words, "options": options}
            yield {"group": "words", "tok": "added", "words": words, "pair_words": ["good", "film"], "options": options}


def random_text(random_source, alphabet):
    parts = []
    for _ in range(random_source.randrange(0, 12)):
        kind = random_source.random()
        if kind < 0.45:
            parts.append(random_source.choice(WORDS) + random_source.choice(["", "", "s", "ing", "ed"]))
        elif kind < 0.55:
            parts.append(random_source.choice(["[MASK]", "[SEP]", "<ent>", "<l>", "<r>", "<lr>", "New York", "Caf\u00e9", "movie", "<mask>"]))
        elif kind < 0.9:
            parts.append("".join(random_source.choice(alphabet) for _ in range(random_source.randrange(1, 6))))
        else:
            c = random_source.randrange(0x110000)
            parts.append(chr(c) if not 0xD800 <= c <= 0xDFFF else "x")
        parts.append(random_source.choice([" ", " ", "", "  ", "\n", "."]))
    return "".join(parts)


def random_options(random_source):
    options = {}
    if random_source.random() < 0.5:
        options["truncation"] = random_source.choice([True, "longest_first", "only_first", "only_second", False])
        options["max_length"] = random_source.randrange(0, 16)
        if random_source.random() < 0.6:
            options["stride"] = random_source.randrange(0, 5)
            options["return_overflowing_tokens"] = True
    if random_source.random() < 0.4:
        options["padding"] = random_source.choice([True, "longest", "max_length", False])
        if random_source.random() < 0.3:
            options["pad_to_multiple_of"] = random_source.choice([1, 2, 4, 8])
    if random_source.random() < 0.2:
        options["add_special_tokens"] = False
    return options


def random_cases(count, seed):
    random_source = random.Random(seed)
    marks = [chr(c) for c in (*range(0x300, 0x370), 0x302E, 0x302F, 0x1D165, 0x1D16D, 0x344, 0x374, 0x37E, 0xF73, 0x93C, 0x958)]
    alphabet = list(OTHERS) * 2 + marks + list(PUNCTUATION) + list("aeiousnt") + ["\u200d", "\u00ad", "\ufffd", "\t", "\u00c5", "\u212b", "\u1e9b", "\u1ea4"]
    for _ in range(count):
        name = random_source.choice(list(TOKENIZERS))
        kind = random_source.random()
        case = {"group": "random", "tok": name, "options": random_options(random_source)}
        text = lambda: random_text(random_source, alphabet)
        if kind < 0.45:
            case["text"] = text()
        elif kind < 0.75:
            case.update(text=text(), pair=text())
        elif kind < 0.9:
            case["words"] = [text() for _ in range(random_source.randrange(0, 5))]
            if random_source.random() < 0.5:
                case["pair_words"] = [text() for _ in range(random_source.randrange(0, 5))]
        else:
            case["batch"] = [text() for _ in range(random_source.randrange(1, 4))]
            if random_source.random() < 0.5:
                case["batch_pairs"] = [text() for _ in case["batch"]]
            case["options"]["padding"] = True
        yield case


def decode_cases(cases, made):
    seen = set()
    for case in cases:
        if "ids" not in case or case["group"] == "random" and len(seen) > 250:
            continue
        key = (case["tok"], tuple(case["ids"]))
        if key in seen:
            continue
        seen.add(key)
        for options in ({}, {"skip_special_tokens": True, "clean_up_tokenization_spaces": False}):
            yield {"tok": case["tok"], "ids": case["ids"], "options": options, "text": made[case["tok"]].decode(case["ids"], **options)}
    odd = [[], [99999], [0, 0, 99999, 11], [11, 10, 13], list(range(0, 60)), list(range(60, 140))]
    for name in ("uncased", "added"):
        for ids in odd:
            for skip in (False, True):
                options = {"skip_special_tokens": skip}
                yield {"tok": name, "ids": ids, "options": options, "text": made[name].decode(ids, **options)}


def write_lines(path, rows):
    with gzip.GzipFile(path, "wb", mtime=0) as file:
        for number, row in enumerate(rows):
            file.write((json.dumps({"id": f"{number:05}", **row}, ensure_ascii=True, separators=(",", ":")) + "\n").encode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzz", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=pathlib.Path, default=FOLDER)
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    vocab_file = arguments.output / "vocab.txt"
    vocab_file.write_text("".join(token + "\n" for token in vocabulary()), encoding="utf-8")
    about = {"producer": f"tools/reference/tokenizer.py; transformers {transformers.__version__}, tokenizers {tokenizers.__version__}",
             "seed": arguments.seed, "tokenizers": TOKENIZERS}
    (arguments.output / "tokenizers.json").write_text(json.dumps(about, indent=1) + "\n", encoding="ascii")
    made = {name: make(name, vocab_file) for name in TOKENIZERS}
    cases = [*fixed_cases(), *random_cases(arguments.fuzz, arguments.seed)]
    for case in cases:
        run(made[case["tok"]], case)
    write_lines(arguments.output / "encode.jsonl.gz", cases)
    decoded = list(decode_cases(cases, made))
    write_lines(arguments.output / "decode.jsonl.gz", decoded)
    errors = sum("error" in case for case in cases)
    print(f"{arguments.output}: {len(cases)} encode cases ({errors} errors), {len(decoded)} decode cases", file=sys.stderr)


main()
