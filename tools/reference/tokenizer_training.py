"""Writes packages/tokenizer/test/golden/training.json: vocabularies the reference trains, made deterministic.

tokenizers 0.22.2 numbers the `##` characters in the order of a hash table, and breaks ties between equally frequent
pairs by those numbers, so its result changes from run to run. Here the characters are handed to it as special tokens,
in the order ours numbers them (special tokens, characters, `##` characters, both by code point); after that nothing
is left to chance and the whole list must agree, merges and their order included.

Run: /work/.tok/bin/python tools/reference/tokenizer_training.py
     ... --corpus FILE --size 8000 --output /tmp/trained.json        the same for a text file, one text per line
"""

import argparse
import collections
import json
import pathlib
import random

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

assert tokenizers.__version__ == "0.22.2"

TARGET = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden/training.json"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
STEMS = "walk talk read write film play act sing caf\u00e9 r\u00e9sum na\u00efve \u4e2d\u6587 \ud55c\uae00 mississippi banana aaaa abab \U0001f600 Film Plot".split()
ENDINGS = ["", "s", "ed", "ing", "er", "ers", "able", "ness", ".", "!", "'s"]


def corpus():
    source = random.Random(0)
    return [
        " ".join(
            source.choice(["", "", "re", "un"]) + STEMS[min(int(source.expovariate(0.25)), len(STEMS) - 1)] + source.choice(ENDINGS)
            for _ in range(source.randrange(1, 12))
        )
        for _ in range(150)
    ]


def train(texts, size, minimum, limit, lowercase):
    normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words = collections.Counter(
        word for text in texts for word, _ in pre_tokenizer.pre_tokenize_str(normalizer.normalize_str(text))
    )
    characters = collections.Counter()
    for word, count in words.items():
        for character in word:
            characters[character] += count
    kept = sorted(sorted(characters, key=lambda c: (-characters[c], c))[:limit])
    later = {c for word in words for c in word[1:]}
    first = SPECIAL + kept + ["##" + c for c in kept if c in later]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, pre_tokenizer
    trainer = trainers.WordPieceTrainer(
        # Characters outside `kept` have to go here too, so that both sides skip the same ones.
        vocab_size=size, min_frequency=minimum, limit_alphabet=limit, special_tokens=first, show_progress=False,
        continuing_subword_prefix="##",
    )
    tokenizer.train_from_iterator(texts, trainer)
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.get)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--output", type=pathlib.Path, default=TARGET)
    arguments = parser.parse_args()
    if arguments.corpus:
        texts = arguments.corpus.read_text(encoding="utf-8").split("\n")
        results = [(arguments.size, 2, 1000, True)]
    else:
        texts = corpus()
        results = [(120, 2, 1000, True), (400, 2, 1000, True), (400, 6, 1000, False), (100, 1, 25, True), (5000, 1, 1000, False)]
    written = {
        "producer": f"tools/reference/tokenizer_training.py, tokenizers {tokenizers.__version__}", "texts": texts,
        "results": [
            {"size": size, "minFrequency": minimum, "limitAlphabet": limit, "lowercase": lowercase,
             "vocabulary": train(texts, size, minimum, limit, lowercase)}
            for size, minimum, limit, lowercase in results
        ],
    }
    arguments.output.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="ascii")
    print([len(result["vocabulary"]) for result in written["results"]])


main()
