"""Opens directories that @bertune/tokenizer saved, in transformers, and compares ids, tokens and settings.

For each setting of packages/tokenizer/test/golden/tokenizers.json our tokenizer is made, saved, read back and saved
again by Node; transformers then opens the directory as BertTokenizerFast and as AutoTokenizer, and everything it gives for
the fixture's texts must equal what ours gave. The other way round, transformers saves and ours reads. tokenizer.json alone is opened
with `Tokenizer.from_file`, which cuts and fills rows by the file's own sections; transformers takes no notice of those.
(transformers 5 decodes an added token with normalized=True as its normalised form, 4 as it was given; ours does as 4.) Build first: pnpm --filter @bertune/tokenizer build

Run with each peer: /work/.tok/bin/python tools/reference/tokenizer_saved.py     (transformers 4.57.6)
                    /work/.peers/bin/python tools/reference/tokenizer_saved.py   (transformers 5.18.0)
"""

import gzip
import json
import pathlib
import subprocess
import tempfile

import transformers
from tokenizers import Tokenizer
from transformers import AutoTokenizer, BertTokenizerFast

ROOT = pathlib.Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "packages/tokenizer/test/golden"
VERSION = int(transformers.__version__.split(".")[0])
NODE = """
import { readFileSync, writeFileSync } from 'node:fs';
import { BertTokenizer } from '%(package)s';
const [action, directory, second] = process.argv.slice(2);
const { texts, options, prefix } = JSON.parse(readFileSync(`${directory}/job.json`, 'utf8'));
let tokenizer;
if (action === 'save') {
  const vocabulary = readFileSync('%(golden)s/vocab.txt', 'utf8').trimEnd().split('\\n').map((token) => token.replace(/^##/, prefix));
  await new BertTokenizer(vocabulary, options).savePretrained(`${directory}/first`);
  tokenizer = await BertTokenizer.fromPretrained(`${directory}/first`);
  await tokenizer.savePretrained(`${directory}/saved`);
} else {
  tokenizer = await BertTokenizer.fromPretrained(`${directory}/${second}`);
}
writeFileSync(`${directory}/ours.json`, JSON.stringify({
  size: tokenizer.vocabularySize,
  special: [tokenizer.padTokenId, tokenizer.unkTokenId, tokenizer.clsTokenId, tokenizer.sepTokenId, tokenizer.maskTokenId],
  rows: texts.map((text) => {
    const { inputIds, tokens } = tokenizer.encode(text, { truncation: false, padding: false });
    const pair = tokenizer.encode(text, { pair: 'good film', truncation: 'only_second', maxLength: 400, padding: false });
    const own = tokenizer.encode(text, { pair: texts[9], returnOverflowingTokens: true });
    return { own: [own, ...own.overflowing].map((row) => [...row.inputIds]), ownBatch: [...tokenizer.encodeAll([text, 'a'])[1].inputIds], ids: [...inputIds], tokens, pair: [...pair.inputIds],
      text: tokenizer.decode(inputIds, { skipSpecialTokens: true, cleanUpTokenizationSpaces: false }) };
  }),
}));
"""
OPTIONS = {
    "do_lower_case": "lowercase", "strip_accents": "stripAccents", "tokenize_chinese_chars": "tokenizeChineseChars",
    "padding_side": "paddingSide", "truncation_side": "truncationSide", "model_max_length": "modelMaxLength",
    "unk_token": "unkToken", "cls_token": "clsToken", "sep_token": "sepToken", "pad_token": "padToken", "mask_token": "maskToken",
}


# Options of ours that a file of transformers' cannot be made from by arguments.
MORE = {
    "flags": {"addedTokens": [
        {"content": "[MASK]", "special": True, "lstrip": True}, {"content": "<ent>", "special": True, "rstrip": True},
        {"content": "Movie", "normalized": False, "singleWord": True}, {"content": "New York", "normalized": True},
    ]},
    "no clean-up": {"cleanText": False, "lowercase": False},
    "short words": {"maxInputCharsPerWord": 5},
    "prefix": {"continuingSubwordPrefix": "@@"},
    "decoder": {"decoderCleanup": False},
    "cut": {"encodeDefaults": {"truncation": "longest_first", "maxLength": 14, "stride": 2}, "truncationSide": "left"},
    "filled": {"encodeDefaults": {"padding": "longest", "padToMultipleOf": 4}, "paddingSide": "left"},
    "cut and filled": {"encodeDefaults": {"truncation": "only_second", "maxLength": 120, "padding": "max_length"}},
}


def ours(folder, script, *arguments):
    subprocess.run(["node", str(script), *arguments], check=True)
    return json.loads((folder / "ours.json").read_text(encoding="utf-8"))


def compare_alone(label, path, texts, expected):
    """tokenizer.json by itself, with its own truncation and padding."""
    tokenizer = Tokenizer.from_file(path)
    for text, row in zip(texts, expected["rows"]):
        encoded = tokenizer.encode(text, texts[9])
        assert [encoded.ids] + [window.ids for window in encoded.overflowing] == row["own"], (label, text)
        assert tokenizer.encode_batch([text, "a"])[1].ids == row["ownBatch"], (label, text)


def compare(label, tokenizer, texts, expected):
    special = [tokenizer.pad_token_id, tokenizer.unk_token_id, tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.mask_token_id]
    assert special == expected["special"], (label, special, expected["special"])
    assert len(tokenizer) == expected["size"], (label, len(tokenizer), expected["size"])
    for text, row in zip(texts, expected["rows"]):
        encoded = tokenizer(text)
        assert encoded["input_ids"] == row["ids"], (label, text, encoded["input_ids"], row["ids"])
        pair = tokenizer(text, "good film", truncation="only_second", max_length=400)["input_ids"]
        assert pair == row["pair"], (label, text)
        assert encoded.tokens() == row["tokens"], (label, text)
        decoded = tokenizer.decode(row["ids"], skip_special_tokens=True, clean_up_tokenization_spaces=False)
        if not (VERSION >= 5 and label.startswith(("added", "flags"))):
            assert decoded == row["text"], (label, decoded, row["text"])


def main():
    settings = json.loads((GOLDEN / "tokenizers.json").read_text())["tokenizers"]
    lines = gzip.decompress((GOLDEN / "encode.jsonl.gz").read_bytes()).decode().splitlines()
    texts = sorted({case["text"] for case in map(json.loads, lines) if "text" in case})
    checked = 0
    with tempfile.TemporaryDirectory() as temporary:
        script = pathlib.Path(temporary) / "job.mjs"
        script.write_text(NODE % {"package": ROOT / "packages/tokenizer/dist/index.js", "golden": GOLDEN})
        jobs = [(name, arguments, {}) for name, arguments in settings.items()] + [(name, {}, options) for name, options in MORE.items()]
        for name, arguments, more in jobs:
            folder = pathlib.Path(temporary) / name
            folder.mkdir()
            options = {OPTIONS[key]: value for key, value in arguments.items() if key != "added_tokens"}
            options["addedTokens"] = [
                {("singleWord" if key == "single_word" else key): value for key, value in token.items()}
                for token in arguments.get("added_tokens", [])
            ]
            options.update(more)
            prefix = options.get("continuingSubwordPrefix", "##")
            (folder / "job.json").write_text(json.dumps({"texts": texts, "options": options, "prefix": prefix}))
            expected = ours(folder, script, "save", str(folder))
            saved = str(folder / "saved")
            assert {p.name: p.read_bytes() for p in (folder / "saved").iterdir()} == {
                p.name: p.read_bytes() for p in (folder / "first").iterdir()
            }, "reading and saving again changes the files"
            compare_alone(f"{name}: alone", f"{saved}/tokenizer.json", texts, expected)
            # transformers 5's BertTokenizer makes its own normaliser and model, so such files name a class that does not.
            own_class = json.loads((folder / "saved/tokenizer_config.json").read_text())["tokenizer_class"] != "BertTokenizer"
            if not (VERSION >= 5 and own_class):
                compare(f"{name}: fast", BertTokenizerFast.from_pretrained(saved), texts, expected)
            automatic = AutoTokenizer.from_pretrained(saved)
            compare(f"{name}: auto", automatic, texts, expected)
            assert automatic.padding_side == options.get("paddingSide", "right")
            assert automatic.truncation_side == options.get("truncationSide", "right")
            if "model_max_length" in arguments:
                assert automatic.model_max_length == arguments["model_max_length"]
            automatic.save_pretrained(folder / "theirs")
            compare(f"{name}: their save, our load", automatic, texts, ours(folder, script, "load", str(folder), "theirs"))
            checked += 1
    print(f"transformers {transformers.__version__}: {checked} settings, {len(texts)} texts each: all equal")


main()
