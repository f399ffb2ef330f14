"""Writes packages/tokenizer/test/golden/code-points.json: digests of what the reference makes of every code point.

For each setting, and each block of 0x1000 code points, the SHA-256 (first 16 hex digits) over the lines
`words of "a{c}b" joined by spaces` + newline, in UTF-8. A lone surrogate, which the library cannot be given, counts as dropped.

Run: /work/.tok/bin/python tools/reference/tokenizer_code_points.py     (tokenizers 0.22.2; about a minute)
"""

import hashlib
import json
import pathlib

import tokenizers
from tokenizers import normalizers, pre_tokenizers

assert tokenizers.__version__ == "0.22.2"
TARGET = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden/code-points.json"
BLOCK = 0x1000


def digests(lowercase, strip_accents):
    normalize = normalizers.BertNormalizer(True, True, strip_accents, lowercase).normalize_str
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    result = []
    for start in range(0, 0x110000, BLOCK):
        digest = hashlib.sha256()
        for c in range(start, start + BLOCK):
            line = "ab" if 0xD800 <= c <= 0xDFFF else " ".join(word for word, _ in split(normalize(f"a{chr(c)}b")))
            digest.update((line + "\n").encode())
        result.append(digest.hexdigest()[:16])
    return result


settings = {
    "uncased": (True, None), "cased": (False, None), "uncased-keep-accents": (True, False), "cased-strip-accents": (False, True),
}
written = {
    "producer": f"tools/reference/tokenizer_code_points.py, tokenizers {tokenizers.__version__}", "block": BLOCK,
    "settings": {
        name: {"lowercase": lowercase, "stripAccents": strip, "digests": digests(lowercase, strip)}
        for name, (lowercase, strip) in settings.items()
    },
}
TARGET.write_text(json.dumps(written, separators=(",", ":")) + "\n", encoding="ascii")
