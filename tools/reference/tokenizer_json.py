"""Writes packages/tokenizer/test/golden/tokenizer-json.json.gz: what tokenizers makes of texts with many forms of tokenizer.json.

Reference: tokenizers 0.22.2, `Tokenizer.from_str(...)`. Each variant is a whole file but for `model.vocab`: that is test/golden/vocab.txt,
with `prefix` in the place of `##`. A variant the library reads but this package refuses has `refused`, the section it must name.

Run: /work/.tok/bin/python tools/reference/tokenizer_json.py     (transformers 4.57.6's environment)
"""

import copy
import gzip
import json

import tokenizers
from tokenizers import Tokenizer

from tokenizer_modes import GOLDEN, TEXTS, VOCABULARY

assert tokenizers.__version__ == "0.22.2"

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
TEXTS = [text for index, text in enumerate(TEXTS) if index % 2 == 0 or len(text) > 60] + [
    "go <l> on <r>  now <lr> end", "<ent><ent2 New York movies, movie [MASK]x", "The caf\u00e9 MOVIE\x0bx\x85y",
]
PAIRS = [["The movie was great!", "It isn't bad, don't you think?"], ["un", TEXTS[-4]], [TEXTS[-4], "film"]]


def added(content, **flags):
    known = VOCABULARY.index(content) if content in VOCABULARY else None
    token = {"id": known, "content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {**token, **flags}


def piece(kind, name, type_id):
    return {kind: {"id": name, "type_id": type_id}}


SINGLE = [piece("SpecialToken", "[CLS]", 0), piece("Sequence", "A", 0), piece("SpecialToken", "[SEP]", 0)]
TEMPLATE = {
    "type": "TemplateProcessing", "single": SINGLE, "pair": SINGLE + [piece("Sequence", "B", 1), piece("SpecialToken", "[SEP]", 1)],
    "special_tokens": {
        token: {"id": token, "ids": [VOCABULARY.index(token)], "tokens": [token]} for token in ("[CLS]", "[SEP]")
    },
}
BERT = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True}
BASE = {
    "version": "1.0", "truncation": None, "padding": None, "added_tokens": [added(token) for token in SPECIAL], "normalizer": BERT,
    "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": TEMPLATE, "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100},
}
LOWERCASE = {"type": "Lowercase"}
BERT_PROCESSING = {"type": "BertProcessing", "sep": ["[SEP]", VOCABULARY.index("[SEP]")], "cls": ["[CLS]", VOCABULARY.index("[CLS]")]}


def sequence(name, *steps):
    return {"type": "Sequence", name: list(steps)}


def truncation(length, strategy="LongestFirst", direction="Right", stride=0):
    return {"direction": direction, "max_length": length, "strategy": strategy, "stride": stride}


def padding(strategy="BatchLongest", direction="Right", multiple=None, token="[PAD]", **others):
    token_id = VOCABULARY.index(token)
    return {
        "strategy": strategy, "direction": direction, "pad_to_multiple_of": multiple, "pad_id": token_id, "pad_type_id": 0, "pad_token": token, **others,
    }


VARIANTS = {
    "bert": {},
    "bert cased": {"normalizer": {**BERT, "lowercase": False}},
    "bert cased, accents stripped": {"normalizer": {**BERT, "lowercase": False, "strip_accents": True}},
    "bert, accents kept": {"normalizer": {**BERT, "strip_accents": False}},
    "bert without clean-up": {"normalizer": {**BERT, "clean_text": False}},
    "bert without ideographs": {"normalizer": {**BERT, "handle_chinese_chars": False}},
    "normalizer null": {"normalizer": None},
    "normalizer Lowercase": {"normalizer": LOWERCASE},
    "normalizer [Bert]": {"normalizer": sequence("normalizers", BERT)},
    "normalizer []": {"normalizer": sequence("normalizers")},
    "normalizer [[Bert cased], Lowercase]": {"normalizer": sequence("normalizers", sequence("normalizers", {**BERT, "lowercase": False}), LOWERCASE)},
    "pre_tokenizer [Bert]": {"pre_tokenizer": sequence("pretokenizers", BASE["pre_tokenizer"])},
    "BertProcessing": {"post_processor": BERT_PROCESSING},
    "post_processor [Template]": {"post_processor": sequence("processors", TEMPLATE)},
    "post_processor null": {"post_processor": None},
    "decoder without clean-up": {"decoder": {"type": "WordPiece", "prefix": "##", "cleanup": False}},
    "other unknown token": {"added_tokens": BASE["added_tokens"] + [added("<unk>")], "model": {**BASE["model"], "unk_token": "<unk>"}},
    "prefix @@": {"prefix": "@@", "model": {**BASE["model"], "continuing_subword_prefix": "@@"}, "decoder": {"type": "WordPiece", "prefix": "@@", "cleanup": True}},
    "short words": {"model": {**BASE["model"], "max_input_chars_per_word": 5}},
    "truncation": {"truncation": truncation(12)},
    "truncation, first": {"truncation": truncation(14, "OnlyFirst")},
    "truncation, second": {"truncation": truncation(14, "OnlySecond")},
    "truncation, left, stride": {"truncation": truncation(12, "LongestFirst", "Left", 3)},
    "padding": {"padding": padding()},
    "padding, left, multiple": {"padding": padding(direction="Left", multiple=8)},
    "padding, fixed": {"padding": padding({"Fixed": 24})},
    "padding, other token": {"added_tokens": BASE["added_tokens"] + [added("<pad>")], "padding": padding(token="<pad>")},
    "truncation and padding": {"truncation": truncation(16), "padding": padding({"Fixed": 16})},
    "truncation and padding to the longest": {"truncation": truncation(16), "padding": padding(multiple=16)},
    "added tokens": {
        "added_tokens": BASE["added_tokens"] + [
            {**added("<ent>"), "id": len(VOCABULARY)},
            {**added("New York", special=False, normalized=True), "id": len(VOCABULARY) + 1},
            added("movie", special=False, normalized=True, single_word=True),
            {**added("<l>", lstrip=True), "id": len(VOCABULARY) + 2},
            {**added("<r>", rstrip=True), "id": len(VOCABULARY) + 3},
            {**added("<lr>", special=False, lstrip=True, rstrip=True), "id": len(VOCABULARY) + 4},
        ]
    },
    "mask that takes white space along": {"added_tokens": [added(token, lstrip=token == "[MASK]") for token in SPECIAL]},
    "normalizer [NFD, Lowercase, StripAccents]": {
        "refused": "normalizer", "normalizer": sequence("normalizers", {"type": "NFD"}, LOWERCASE, {"type": "StripAccents"}),
    },
    "normalizer [Lowercase, Bert]": {"refused": "normalizer", "normalizer": sequence("normalizers", LOWERCASE, BERT)},
    "pre_tokenizer null": {"refused": "pre_tokenizer", "pre_tokenizer": None},
    "pre_tokenizer Whitespace": {"refused": "pre_tokenizer", "pre_tokenizer": {"type": "Whitespace"}},
    "RobertaProcessing": {"refused": "post_processor", "post_processor": {**BERT_PROCESSING, "type": "RobertaProcessing", "trim_offsets": True, "add_prefix_space": True}},
    "template with two separators": {"refused": "post_processor", "post_processor": {**TEMPLATE, "single": SINGLE + [SINGLE[2]]}},
    "template with other types": {
        "refused": "post_processor", "post_processor": {**TEMPLATE, "pair": SINGLE + [piece("Sequence", "B", 0), piece("SpecialToken", "[SEP]", 0)]},
    },
    "template with other ids": {
        "refused": "post_processor",
        "post_processor": {**TEMPLATE, "special_tokens": {**TEMPLATE["special_tokens"], "[SEP]": {"id": "[SEP]", "ids": [7], "tokens": ["[SEP]"]}}},
    },
    "decoder null": {"refused": "decoder", "decoder": None},
    "decoder with another prefix": {"refused": "decoder", "decoder": {"type": "WordPiece", "prefix": "@@", "cleanup": True}},
    "padding with another type": {"refused": "padding", "padding": padding(pad_type_id=2)},
    "padding with another id": {"refused": "padding", "padding": padding(pad_id=7)},
    "padding longer than truncation": {"refused": "padding", "truncation": truncation(16), "padding": padding({"Fixed": 24})},
}


def describe(encoding):
    return {
        "ids": encoding.ids, "type_ids": encoding.type_ids, "attention_mask": encoding.attention_mask, "offsets": [list(pair) for pair in encoding.offsets],
        "special_tokens_mask": encoding.special_tokens_mask, "overflowing": [window.ids for window in encoding.overflowing],
    }


def attempt(call):
    try:
        return call()
    except Exception as error:  # the library raises plain exceptions
        return {"error": str(error)}


def variant(name, changes):
    changes = copy.deepcopy(changes)
    refused, prefix = changes.pop("refused", None), changes.pop("prefix", "##")
    file = {**copy.deepcopy(BASE), **changes}
    tokens = [prefix + token[2:] if token.startswith("##") else token for token in VOCABULARY]
    full = {**file, "model": {**file["model"], "vocab": {token: index for index, token in enumerate(tokens)}}}
    tokenizer = Tokenizer.from_str(json.dumps(full))
    result = {"name": name, "prefix": prefix, "file": file}
    if refused is not None:
        return {**result, "refused": refused}
    result["texts"] = [{"text": text, **attempt(lambda: describe(tokenizer.encode(text)))} for text in TEXTS]
    result["pairs"] = [{"text": text, "pair": pair, **attempt(lambda: describe(tokenizer.encode(text, pair)))} for text, pair in PAIRS]
    result["batch"] = attempt(lambda: [row.ids for row in tokenizer.encode_batch(TEXTS[:6])])
    ids = list(range(5, len(VOCABULARY), 3))
    result["decoded"] = tokenizer.decode(ids)
    return result


content = {"producer": f"tools/reference/tokenizer_json.py, tokenizers {tokenizers.__version__}"}
content["variants"] = [variant(name, changes) for name, changes in VARIANTS.items()]
(GOLDEN / "tokenizer-json.json.gz").write_bytes(gzip.compress(json.dumps(content).encode("ascii"), mtime=0))
