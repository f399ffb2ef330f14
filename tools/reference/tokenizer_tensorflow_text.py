"""Writes packages/tokenizer/test/golden/fidelity-tensorflow-text.json: what tensorflow_text's BertTokenizer makes of texts.

Reference: tensorflow-text 2.21.1 on tensorflow-cpu 2.21.0, Python 3.11. As TF-Hub's BERT preprocessing models use it:
BertTokenizer(vocabulary file, lower_case), RoundRobinTrimmer, [CLS] and [SEP]. `begins` and `ends` count bytes of the text
after normalisation; a word that is too long ends 5 bytes (the length of "[UNK]") after it begins.

Run: python3.11 -m venv V && V/bin/pip install tensorflow-cpu==2.21.0 && V/bin/pip install --no-deps tensorflow-text==2.21.1
     V/bin/python tools/reference/tokenizer_tensorflow_text.py
     ... --fuzz 20000 --seed 7 --output /tmp/text.json     for `BERTUNE_FIDELITY_CASES=/tmp/text.json pnpm test modes`
"""

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
import tensorflow_text as text_ops
from tensorflow_text.python.ops.bert_tokenizer import BasicTokenizer

from tokenizer_modes import BLOCK, GOLDEN, TEXTS, VOCABULARY, digests, random_texts, skipped_runs, write

assert (tf.__version__, text_ops.__version__) == ("2.21.0", "2.21.1")

CLS, SEP = VOCABULARY.index("[CLS]"), VOCABULARY.index("[SEP]")


def tokenizer(lowercase):
    return text_ops.BertTokenizer(str(GOLDEN / "vocab.txt"), lower_case=lowercase)


def flat(ragged):
    return ragged.merge_dims(1, 2).to_list()


def cases(lowercase, texts):
    ids, begins, ends = tokenizer(lowercase).tokenize_with_offsets(tf.constant([text.encode() for text in texts]))
    for text, row, begin, end in zip(texts, flat(ids), flat(begins), flat(ends)):
        yield {"lowercase": lowercase, "text": text, "ids": [CLS, *row, SEP], "begins": begin, "ends": end}


def pairs():
    long, short = TEXTS[-1], "HELLO World"
    uncased = tokenizer(True)
    for first, second in ((long, long), (long, short), (short, long), (short, short)):
        segments = [uncased.tokenize([text]).merge_dims(1, 2) for text in (first, second)]
        for limit in range(3, 45):
            a, b = (kept.to_list()[0] for kept in text_ops.RoundRobinTrimmer(limit - 3).trim(segments))
            yield {"lowercase": True, "text": first, "pair": second, "limit": limit, "ids": [CLS, *a, SEP, *b, SEP]}


def words_around(lowercase):
    basic = BasicTokenizer(lower_case=lowercase)

    def words(code_points):
        rows = basic.tokenize(tf.constant([f"a{chr(c)}b".encode() for c in code_points])).to_list()
        return [[word.decode() for word in row] for row in rows]

    return words


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fuzz", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", default=str(GOLDEN / "fidelity-tensorflow-text.json"))
    arguments = parser.parse_args()
    texts = random_texts(arguments.fuzz, arguments.seed) if arguments.fuzz else TEXTS + random_texts(150, 0)
    content = {"producer": f"tools/reference/tokenizer_tensorflow_text.py, tensorflow-text {text_ops.__version__}", "fidelity": "tensorflow-text"}
    content["cases"] = [case for lowercase in (True, False) for case in cases(lowercase, texts)]
    if not arguments.fuzz:
        content["cases"] += list(pairs())
        content["code_points"] = {
            "block": BLOCK, "skipped": skipped_runs(),
            "settings": [
                {"lowercase": lowercase, "digests": digests(words_around(lowercase))} for lowercase in (True, False)
            ],
        }
    write(arguments.output, content)


main()
