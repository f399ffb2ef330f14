"""Writes packages/tokenizer/test/golden/directories.json.gz: what transformers makes of tokenizer directories of every age.

Reference: transformers 4.57.6, `AutoTokenizer.from_pretrained(directory)`. Each directory holds test/golden/vocab.txt and the
files of its variant; `tokenizer.json` is left out, because transformers then works everything out from the others.

Run: /work/.tok/bin/python tools/reference/tokenizer_directories.py
     ... --check      compares transformers (5.18.0, say) with the file and prints which variants it reads in another way
"""

import gzip
import json
import pathlib
import shutil
import sys
import tempfile

import transformers
from transformers import AutoTokenizer

from tokenizer_modes import GOLDEN

TARGET = GOLDEN / "directories.json.gz"
TEXTS = ["go  [MASK]  on", "x[MASK]y", "the <ent>  movie movies", "a <one> b<two>  c", "Movie  MOVIE [mask] [SEP]", "<ent2>", "Caf\u00e9 \u4e2d", "[CLS] <s>  [PAD]"]
CONFIG = {"tokenizer_class": "BertTokenizer"}


def token(content, **flags):
    return {"content": content, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, **flags}


def decoder(*tokens):
    return {str(index): {"special": True, **item} for index, item in tokens}


FIVE = [(0, token("[PAD]")), (1, token("[UNK]")), (2, token("[CLS]")), (3, token("[SEP]")), (4, token("[MASK]"))]
SIZE = len((GOLDEN / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n"))
VARIANTS = {
    "vocabulary and class": {"tokenizer_config.json": CONFIG},
    "plain special tokens": {"tokenizer_config.json": {**CONFIG, "mask_token": "<mask>", "cls_token": "<s>"}},
    "special token as an object": {"tokenizer_config.json": {**CONFIG, "mask_token": {"__type": "AddedToken", **token("[MASK]", lstrip=True)}}},
    "special token as an object, right": {"tokenizer_config.json": {**CONFIG, "mask_token": {"__type": "AddedToken", **token("[MASK]", rstrip=True)}}},
    "map with flags": {"tokenizer_config.json": CONFIG, "special_tokens_map.json": {"mask_token": token("[MASK]", lstrip=True, rstrip=True)}},
    "map over config": {"tokenizer_config.json": {**CONFIG, "mask_token": "[MASK]"}, "special_tokens_map.json": {"mask_token": "<mask>"}},
    "map under decoder": {
        "tokenizer_config.json": {**CONFIG, "added_tokens_decoder": decoder(*FIVE)}, "special_tokens_map.json": {"mask_token": token("[MASK]", lstrip=True)},
    },
    "decoder with flags": {
        "tokenizer_config.json": {
            **CONFIG, "added_tokens_decoder": decoder(
                *FIVE[:4], (4, token("[MASK]", lstrip=True)), (SIZE, token("<ent>", rstrip=True)), (SIZE + 1, token("Movies", special=False, normalized=True, single_word=True)),
            ),
        },
    },
    "additional tokens, list": {"tokenizer_config.json": {**CONFIG, "additional_special_tokens": ["<one>", "<two>"]}},
    "additional tokens, objects": {
        "tokenizer_config.json": {**CONFIG, "additional_special_tokens": [{"__type": "AddedToken", **token("<two>", lstrip=True)}, {"__type": "AddedToken", **token("<one>", rstrip=True)}]},
    },
    "additional tokens in the map": {"tokenizer_config.json": CONFIG, "special_tokens_map.json": {"additional_special_tokens": ["<one>", token("<two>", rstrip=True)]}},
    "added_tokens.json": {"tokenizer_config.json": CONFIG, "added_tokens.json": {"<ent>": SIZE, "<two>": SIZE + 1}},
    "added_tokens.json and additional": {
        "tokenizer_config.json": CONFIG, "added_tokens.json": {"<two>": SIZE, "<one>": SIZE + 1}, "special_tokens_map.json": {"additional_special_tokens": ["<one>", "<two>"]},
    },
    "cased": {"tokenizer_config.json": {**CONFIG, "do_lower_case": False, "tokenize_chinese_chars": False, "strip_accents": True}},
}


def rows(directory):
    if "--check" in sys.argv:
        try:
            AutoTokenizer.from_pretrained(directory)
        except Exception as error:  # whatever the version makes of it
            return [{"error": repr(error)}]
    tokenizer = AutoTokenizer.from_pretrained(directory)
    return [{"text": text, "ids": tokenizer(text)["input_ids"], "decoded": tokenizer.decode(tokenizer(text)["input_ids"], skip_special_tokens=True, clean_up_tokenization_spaces=False)} for text in TEXTS]


def main():
    results = []
    for name, files in VARIANTS.items():
        with tempfile.TemporaryDirectory() as directory:
            shutil.copy(GOLDEN / "vocab.txt", directory)
            for file, content in files.items():
                (pathlib.Path(directory) / file).write_text(json.dumps(content))
            results.append({"name": name, "files": files, "rows": rows(directory)})
    if "--check" in sys.argv:
        known = {item["name"]: item for item in json.loads(gzip.decompress(TARGET.read_bytes()))["directories"]}
        for item in results:
            for found, expected in zip(item["rows"], known[item["name"]]["rows"]):
                if found != expected:
                    print(transformers.__version__, item["name"], found, expected)
        return
    assert transformers.__version__ == "4.57.6"
    content = {"producer": f"tools/reference/tokenizer_directories.py, transformers {transformers.__version__}", "directories": results}
    TARGET.write_bytes(gzip.compress(json.dumps(content).encode("ascii"), mtime=0))


main()
