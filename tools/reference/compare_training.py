"""Trains vocabularies on a text file with tokenizers 0.22.2 and with ours, and compares them token by token.

The reference numbers its `##` characters in the order of a hash table and breaks ties between equally frequent pairs
by those numbers. Two comparisons therefore:
1. The characters are handed to the reference as special tokens in our order (see tokenizer_training.py); nothing is
   left to chance then, and the lists must be equal, order included. Any difference is an error (exit 1).
2. BertWordPieceTokenizer as it is, twice. Differences to ours are ties; it differs from itself as well, and both
   numbers are printed.

Build first. Run: /work/.tok/bin/python tools/reference/compare_training.py CORPUS [--sizes 1000,8000,30000] [--plain]
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

import tokenizers
from tokenizers import BertWordPieceTokenizer, Tokenizer, models, normalizers, pre_tokenizers, trainers

assert tokenizers.__version__ == "0.22.2"

DIST = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/dist/index.js"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
PROGRAM = """
import { trainVocabularyFromFiles } from %s;
const [path, options] = process.argv.slice(-2);
const begin = performance.now();
const vocabulary = await trainVocabularyFromFiles(path, JSON.parse(options));
const seconds = (performance.now() - begin) / 1000;
console.log(JSON.stringify({ vocabulary, seconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
"""


def ours(path, options):
    program = PROGRAM % json.dumps(DIST.as_uri())
    command = ["node", "--input-type=module", "-e", program, "--", str(path), json.dumps(options)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def led(path, options, first):
    """The reference, with the order of the characters given."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=options["lowercase"])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    trainer = trainers.WordPieceTrainer(
        # Which of equally rare characters stay is chance, too. With none but the given ones it is left none.
        vocab_size=options["size"], min_frequency=options["minFrequency"], limit_alphabet=0,
        special_tokens=first, show_progress=False, continuing_subword_prefix="##",
    )
    begin = time.perf_counter()
    tokenizer.train([str(path)], trainer)
    seconds = time.perf_counter() - begin
    vocabulary = tokenizer.get_vocab()
    return sorted(vocabulary, key=vocabulary.get), seconds


def plain(path, options):
    tokenizer = BertWordPieceTokenizer(lowercase=options["lowercase"])
    tokenizer.train(
        [str(path)], vocab_size=options["size"], min_frequency=options["minFrequency"],
        limit_alphabet=options["limitAlphabet"], show_progress=False,
    )
    return set(tokenizer.get_vocab())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--sizes", default="1000,8000,30000")
    parser.add_argument("--plain", action="store_true", help="also compare with BertWordPieceTokenizer as it is")
    arguments = parser.parse_args()
    runs = [dict(size=int(size), minFrequency=2, limitAlphabet=1000, lowercase=True) for size in arguments.sizes.split(",")]
    runs += [dict(runs[-1], lowercase=False), dict(runs[-1], minFrequency=50), dict(runs[-1], limitAlphabet=60)]
    failed = False
    for options in runs:
        mine = ours(arguments.corpus, options)
        vocabulary = mine["vocabulary"]
        characters = [token for token in vocabulary[len(SPECIAL):] if len(token.removeprefix("##")) == 1 or token == "##"]
        theirs, seconds = led(arguments.corpus, options, SPECIAL + characters)
        same = theirs == vocabulary
        failed |= not same
        print(
            f"{options}: {'equal' if same else 'DIFFERENT'}, {len(vocabulary)} tokens; ours {mine['seconds']:.1f} s, "
            f"{mine['megabytes']:.0f} MB; reference {seconds:.1f} s", flush=True,
        )
        if not same:
            place = next((i for i, (a, b) in enumerate(zip(vocabulary, theirs)) if a != b), min(len(vocabulary), len(theirs)))
            print(f"  from {place} on: ours {vocabulary[place:place + 5]}, reference {theirs[place:place + 5]}")
        if arguments.plain:
            one, two = plain(arguments.corpus, options), plain(arguments.corpus, options)
            print(f"  as it is: {len(one - set(vocabulary))} tokens differ from ours, {len(one - two)} between two runs of it")
    sys.exit(failed)


main()
