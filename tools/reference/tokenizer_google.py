"""Writes packages/tokenizer/test/golden/fidelity-google.json: what the tokenizer of the original BERT release makes of texts.

The release's tokenization.py is not run and not copied: its documented rules are stated again here, with Python's own Unicode
(3.11: Unicode 14.0). Rules: drop U+0000, U+FFFD and categories Cc, Cf (tab, line feed and carriage return are white space, as
is category Zs); spaces round ideographs; split at white space as str.split does; when lower-casing, each of those words is
lower-cased whole, decomposed and loses its marks (Mn); every punctuation mark (category P*, and ASCII's symbols) is a word;
words above 200 characters are unknown; longest piece first. No special tokens in the text. A pair that is too long loses tokens from
the end of the longer text, of the second when both are equally long.

Run: python3.11 tools/reference/tokenizer_google.py
     ... --fuzz 20000 --seed 7 --output /tmp/google.json     for `BERTUNE_FIDELITY_CASES=/tmp/google.json pnpm test modes`
"""

import argparse
import unicodedata

from tokenizer_modes import BLOCK, GOLDEN, TEXTS, VOCABULARY, digests, random_texts, skipped_runs, write

IDS = {token.strip(): index for index, token in enumerate(VOCABULARY)}
IDEOGRAPHS = [
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF), (0x2F800, 0x2FA1F),
]


def clean(text):
    out = []
    for character in text:
        category = unicodedata.category(character)
        if character in "\t\n\r" or category == "Zs":
            out.append(" ")
        elif character == "\ufffd" or category in ("Cc", "Cf"):
            continue
        elif any(first <= ord(character) <= last for first, last in IDEOGRAPHS):
            out.append(f" {character} ")
        else:
            out.append(character)
    return "".join(out)


def is_punctuation(character):
    symbol = character.isascii() and character.isprintable() and not character.isalnum() and character != " "
    return symbol or unicodedata.category(character).startswith("P")


def words(text, lowercase):
    for word in clean(text).split():
        if lowercase:
            decomposed = unicodedata.normalize("NFD", word.lower())
            word = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
        start = 0
        for index, character in enumerate(word):
            if is_punctuation(character):
                if index > start:
                    yield word[start:index]
                yield character
                start = index + 1
        if len(word) > start:
            yield word[start:]


def pieces(word):
    if len(word) > 200:
        return ["[UNK]"]
    found, start = [], 0
    while start < len(word):
        end = len(word)
        while end > start and ("##" if start else "") + word[start:end] not in IDS:
            end -= 1
        if end == start:
            return ["[UNK]"]
        found.append(("##" if start else "") + word[start:end])
        start = end
    return found


def encode(text, lowercase):
    return [IDS[piece] for word in words(text, lowercase) for piece in pieces(word)]


def truncate(first, second, room):
    first, second = list(first), list(second)
    while len(first) + len(second) > room:
        (first if len(first) > len(second) else second).pop()
    return first, second


def row(first, second):
    cls, sep = IDS["[CLS]"], IDS["[SEP]"]
    return [cls, *first, sep] + ([*second, sep] if second is not None else [])


def cases(texts, lowercase):
    for text in texts:
        yield {"lowercase": lowercase, "text": text, "ids": row(encode(text, lowercase), None)}


def pairs():
    long, short = TEXTS[-1], "HELLO World"
    for first, second in ((long, long), (long, short), (short, long), (short, short)):
        for limit in range(3, 45):
            a, b = truncate(encode(first, True), encode(second, True), limit - 3)
            yield {"lowercase": True, "text": first, "pair": second, "limit": limit, "ids": row(a, b)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default=str(GOLDEN / "fidelity-google.json"))
    arguments = parser.parse_args()
    texts = random_texts(arguments.fuzz, arguments.seed) if arguments.fuzz else TEXTS + random_texts(150, 0)
    content = {"producer": "tools/reference/tokenizer_google.py, Unicode 14.0.0", "fidelity": "google"}
    content["cases"] = [case for lowercase in (True, False) for case in cases(texts, lowercase)]
    if not arguments.fuzz:
        content["cases"] += list(pairs())
        content["code_points"] = {
            "block": BLOCK, "skipped": skipped_runs(),
            "settings": [
                {"lowercase": lowercase, "digests": digests(lambda cs: [list(words(f"a{chr(c)}b", lowercase)) for c in cs])}
                for lowercase in (True, False)
            ],
        }
    write(arguments.output, content)


main()
