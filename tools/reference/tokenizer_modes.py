"""What the scripts for the fidelities `google` and `tensorflow-text` share: texts, vocabulary, the form of the files.

A file holds `cases` (text, or pair with a limit, and the ids expected), and `code_points`: for each setting and each block of
0x1000 code points the SHA-256 (first 16 hex digits) over the lines `words of "a{c}b" joined by spaces` + newline. Code points
that Unicode 14.0 (Python 3.11) has not assigned are left out, because the engines this has to hold on know different
later versions; so are `CHANGED`, and lone surrogates.
"""

import hashlib
import json
import pathlib
import random
import unicodedata

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden"
VOCABULARY = [line.rstrip("\n") for line in (GOLDEN / "vocab.txt").open(encoding="utf-8", newline="\n")]
BLOCK = 0x1000

# A later version of Unicode than the references' made it a spacing mark.
CHANGED = {0x1171E}

assert unicodedata.unidata_version == "14.0.0", "run with Python 3.11"

TEXTS = [
    "", " ", "\t\n\r ", "The movie was great!", "unwanted running", "It isn't bad, don't you think?", "HELLO World",
    "caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u00dcber Stra\u00dfe STRASSE", "cafe\u0301 u\u0308ber", "\u0130stanbul I\u0307 \u0131",
    "\u4e2d\u6587\u5b57 mixed\u4e2dtext", "\u3042\u3044\u30a2", "\ud55c\uae00 \ud55c", "\U0002b740a\U0002b820b\U0002b900c", "\U0001f600 smile\U0001f44d",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\u2764\ufe0f heart", "zero\u200bwidth\u00adsoft\ufeffbom", "a\x00b\ufffdc\x07d", "nul\x00",
    "tab\there\nline\u2028sep\u00a0nbsp\u3000wide\u1680ogham\u0085next\x0bv\x0cf\x1cg", "[MASK]", "the [MASK] was [SEP] good", "x[MASK]y", "[CLS][PAD][UNK]",
    "a" * 99, "a" * 100, "a" * 101, "a" * 200, "a" * 201, "\u00e9" * 50, "\u00e9" * 51, "\u00e9" * 101, "the" * 40, "\ud55c" * 34, "\ud55c" * 67,
    "\U0001f600" * 25, "\U0001f600" * 26, "\u4e2d" * 120, "$+<=>^`|~", "\u2014\u2026\u3002\uff0c\u00bf\u00ab\u2019", "x\u0301\u302e\u0316y", "\u0344\u0316z",
    "\u03a3\u03c3\u03c2 \u039f\u0394\u039f\u03a3", "\u039f\u0394\u039f\u03a3.", "\u039f\u0394\u039f\u03a3' \u039f\u0394\u039f\u03a3a \u039f\u0394\u039f\u03a3'a \u03a3 a\u03a3\u4e2d a\u00ad\u03a3\u0301",
    "\ufb01ne \uff21\uff22 \u2460 \u00bd \u212b \u01c4", "\u13a0\u13f8\uab70 \u1c80 \u1e9e", "\u05d0\u05d1 \u0627\u0628", "\u0915\u093e\u094d",
    "\ue000private\U000f0000 a\ue000b", "\u0378unassigned\U000e0001", "New York new york NEW YORK", "<s> <unk>", "[unused1]", "\u0600a\u06ddb",
    "The plot of this film is a great scene and it was fun to see a good actor in it, not a dull one.",
]
PARTS = [
    "the", "The", "movie", "un", "want", "ed", "Caf\u00e9", "\u0301", "\u0316", "\u302e", "\u0345", "\u03a3", "\u03c3", "\u039f", "'", ".", "-", "\u2019", " ", "  ", "\u00a0",
    "\u3000", "\u2028", "\x00", "\x07", "\u00ad", "\u200d", "\ufeff", "\ufffd", "\ue000", "\u4e2d", "\uf900", "\U0002b820", "\ud55c", "\u3042", "\U0001f600", "\ufe0f", "\u0130", "\u00df",
    "\u1e9e", "\ufb03", "\uff21", "\u2126", "\u00b5", "\u0f73", "[MASK]", "[SEP]", "#", "##ing", "\t", "\n", "1", "\u0663", "$", "\u20ac", "\u0905", "\u093e", "\u094d", "\u0378",
]


def assigned(c):
    return unicodedata.category(chr(c)) not in ("Cn", "Cs")


def random_texts(count, seed):
    """Texts of known words, nasty characters, and any character that Unicode 14.0 has assigned."""
    generator = random.Random(seed)
    anything = [c for c in range(0x110000) if assigned(c) and c not in CHANGED]
    dense = [c for c in anything if c < 0x3000]
    result = []
    for _ in range(count):
        parts = []
        for _ in range(generator.randint(1, 14)):
            kind = generator.random()
            parts.append(
                generator.choice(PARTS) if kind < 0.7 else chr(generator.choice(dense if kind < 0.9 else anything))
            )
        result.append("".join(parts))
    return result


def digests(words_around):
    """One per block, empty for a block of which nothing is left. words_around: code points -> for each the words of "a{c}b"."""
    result = []
    for start in range(0, 0x110000, BLOCK):
        wanted = [c for c in range(start, start + BLOCK) if assigned(c) and c not in CHANGED]
        lines = "".join(" ".join(words) + "\n" for words in words_around(wanted)) if wanted else ""
        result.append(hashlib.sha256(lines.encode()).hexdigest()[:16] if wanted else "")
    return result


def skipped_runs():
    """Runs [first, last] of the code points that are left out."""
    runs = []
    for c in range(0x110000):
        if assigned(c) and c not in CHANGED:
            continue
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return runs


def write(path, content):
    pathlib.Path(path).write_text(json.dumps(content, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="ascii")
