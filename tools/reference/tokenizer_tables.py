"""Writes packages/tokenizer/test/golden/unicode-tables.json from the behaviour of the reference library.

The Rust crates behind Hugging Face tokenizers carry Unicode tables of their own, of several versions, none of them
the one a JavaScript engine has. This script asks the library, for every code point, what it does, and stores the
answers as runs in base 36, which test/read-runs.ts reads; tokenizer_engine_tables.mjs makes of them what the package
carries. Nothing is taken from Python's own Unicode database but the choice of one well-known mark for each
combining class, and each of those is checked by the library as well.

Run: /work/.tok/bin/python tools/reference/tokenizer_tables.py     (tokenizers 0.22.2; takes about half a minute)
"""

import json
import pathlib
import unicodedata

import tokenizers
from tokenizers import normalizers, pre_tokenizers

EXPECTED_VERSION = "0.22.2"
TARGET = pathlib.Path(__file__).resolve().parents[2] / "packages/tokenizer/test/golden/unicode-tables.json"

nfd = normalizers.NFD().normalize_str
lowercase = normalizers.Lowercase().normalize_str
clean = normalizers.BertNormalizer(True, False, False, False).normalize_str
strip = normalizers.BertNormalizer(False, False, True, False).normalize_str
spacing = normalizers.BertNormalizer(False, True, False, False).normalize_str
split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str

CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(value):
    text = ""
    while True:
        value, digit = divmod(value, 36)
        text = DIGITS[digit] + text
        if value == 0:
            return text


def runs_of(values):
    """Sorted code points -> [first, last] runs."""
    runs = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return runs


def encode_runs(values):
    """Each run as `gap` or `gap.extra`: distance from the end of the run before, and its length less one."""
    words, position = [], 0
    for first, last in runs_of(values):
        words.append(base36(first - position) + ("." + base36(last - first) if last > first else ""))
        position = last
    return " ".join(words)


def encode_cases(mapping):
    """Runs of equal step (1 or 2) and equal difference as `gap.count.step.difference`."""
    words, position = [], 0
    items = sorted(mapping.items())
    index = 0
    while index < len(items):
        start, delta = items[index][0], items[index][1] - items[index][0]
        best = (1, 1)
        for step in (1, 2):
            count = 1
            while index + count < len(items) and items[index + count][0] == start + count * step and (
                items[index + count][1] - items[index + count][0] == delta
            ):
                count += 1
            if count > best[0]:
                best = (count, step)
        count, step = best
        sign = "-" if delta < 0 else ""
        words.append(f"{base36(start - position)}.{base36(count)}.{step}.{sign}{base36(abs(delta))}")
        position = start + (count - 1) * step
        index += count
    return " ".join(words)


def combining_classes():
    """Code point -> canonical combining class, seen from the order in which NFD puts two marks."""
    marks = {}
    for database in (unicodedata.ucd_3_2_0, unicodedata):  # the oldest mark of a class is the best known one
        for c in CODE_POINTS:
            k = database.combining(chr(c))
            known = k == 1 or nfd(chr(c) + "\u0334") != chr(c) + "\u0334"  # U+0334 has class 1
            if k and k not in marks and known and nfd(chr(c)) == chr(c):
                marks[k] = chr(c)
    ladder = sorted(marks)
    for low, high in zip(ladder, ladder[1:]):
        assert nfd(marks[high] + marks[low]) == marks[low] + marks[high]
    lowest, highest = marks[ladder[0]], marks[ladder[-1]]
    classes = {}
    for c in CODE_POINTS:
        text = chr(c)
        if nfd(text) != text:
            continue
        if nfd(highest + text) == highest + text and nfd(text + lowest) == text + lowest:
            continue
        below = [k for k in ladder if nfd(text + marks[k]) != text + marks[k]]
        above = [k for k in ladder if nfd(marks[k] + text) != marks[k] + text]
        same = [k for k in ladder if k not in below and k not in above]
        # A class without a mark of its own in the ladder would show up as an empty list here.
        assert len(same) == 1, (hex(c), same)
        classes[c] = same[0]
    return classes


def main():
    assert tokenizers.__version__ == EXPECTED_VERSION, tokenizers.__version__
    dropped, spaces, punctuation, marks, decomposed, lower = [], [], [], [], [], {}
    for c in CODE_POINTS:
        text = chr(c)
        cleaned = clean(text)
        if cleaned == "":
            dropped.append(c)
        elif cleaned == " ":
            spaces.append(c)
        else:
            assert cleaned == text
            if len(split("a" + text + "b")) == 3:
                punctuation.append(c)
        canonical = nfd(text)
        if canonical != text:
            # Canonical decompositions never change once assigned, so an engine's `normalize` may supply the value.
            assert canonical == unicodedata.normalize("NFD", text), hex(c)
            if not 0xAC00 <= c <= 0xD7A3:
                decomposed.append(c)
        elif strip(text) == "":
            marks.append(c)
        lowered = lowercase(text)
        if lowered != text:
            if c == 0x130:
                assert lowered == "i\u0307"
            else:
                assert len(lowered) == 1
                lower[c] = ord(lowered)
        ideograph = any(
            first <= c <= last
            for first, last in (
                (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF),
                (0x2A700, 0x2B81F), (0x2B920, 0x2CEAF), (0x2F800, 0x2FA1F),
            )
        )
        assert (spacing(text) != text) == ideograph, hex(c)
    classes = combining_classes()
    by_class = {}
    for c, k in sorted(classes.items()):
        by_class.setdefault(k, []).append(c)
    tables = {
        "tokenizers": tokenizers.__version__,
        # Removed by text cleaning: control, format, private use, U+0000 and U+FFFD.
        "dropped": encode_runs(dropped),
        # Turned into a space by text cleaning.
        "spaces": encode_runs(spaces),
        # Split off as a word of its own.
        "punctuation": encode_runs(punctuation),
        # Removed after decomposition when accents are stripped.
        "nonspacingMarks": encode_runs(marks),
        # Replaced by their canonical decomposition, Hangul syllables left out (they follow a rule).
        "decomposable": encode_runs(decomposed),
        # One-to-one lower-casing; U+0130, which gives two, is left out.
        "lowercase": encode_cases(lower),
        # Canonical combining class (other than 0) -> its code points; it orders the marks after a base character.
        "combiningClasses": {k: encode_runs(by_class[k]) for k in sorted(by_class)},
    }
    TARGET.write_text(json.dumps(tables, indent=1) + "\n", encoding="ascii")
    print(f"{TARGET}: {TARGET.stat().st_size} bytes; dropped {len(dropped)}, spaces {len(spaces)}, punctuation "
          f"{len(punctuation)}, marks {len(marks)}, decomposed {len(decomposed)}, lower {len(lower)}, classes {len(classes)}")


main()
