import type { Curve } from './curve.js';
import type { FilledIn } from './fill-in.js';
import { type CorpusSources, sourceTable } from './sources.js';

/** Figures of `sentiment pretrain --measure-only`. */
export interface Measured {
  readonly masked_accuracy: number;
  readonly masked_loss: number;
  readonly next_sentence_accuracy?: number | undefined;
  /** with texts of as many tokens as there are positions */
  readonly longest_masked_accuracy: number;
  /** of the training, on its own held-out text */
  readonly teacher_similarity?: number | undefined;
  /** of frequencies alone */
  readonly unigram: { readonly accuracy: number; readonly loss: number };
}

/** What the model card is made of. */
export interface CardFacts {
  readonly config: Readonly<Record<string, unknown>>;
  /** values of all parameters */
  readonly parameters: number;
  /** of model.safetensors */
  readonly bytes: number;
  readonly hasPooler: boolean;
  /** tokens of a text of the last training, at most */
  readonly length: number;
  /** how it was trained, Markdown, written by hand */
  readonly training: string;
  readonly curve: Curve;
  readonly corpus: CorpusSources;
  /** held-out documents, and all */
  readonly heldOut: string;
  readonly measured: Measured;
  readonly filledIn: readonly FilledIn[];
  /** command that made this */
  readonly command: string;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** The README of `@bertune/bert-small-en`. */
export function modelCard(facts: CardFacts): string {
  const {
    config,
    parameters,
    bytes,
    hasPooler,
    length,
    training,
    curve,
    corpus,
    heldOut,
    measured,
    filledIn,
  } = facts;
  const positions = String(config.max_position_embeddings);
  const millions = (value: number): string => (value / 1e6).toFixed(1);
  const size = corpus.sources.reduce((sum, source) => sum + source.bytes, 0);
  const { next_sentence_accuracy: next, teacher_similarity: alike } = measured;
  const load = hasPooler ? 'modelDirectory' : "modelDirectory, { allowMissing: ['pooler'] }";
  const hours = (Date.parse(curve.to) - Date.parse(curve.from)) / 3_600_000;
  return `# @bertune/bert-small-en

A small English BERT of our own: vocabulary, weights and configuration, pre-trained by this repository's tools on
${millions(size)} MB of openly licensed text. \`sentiment train\` starts from it where \`--model\` names no other.

\`\`\`sh
npm install @bertune/bert-small-en @bertune/bert @bertune/tokenizer @tensorflow/tfjs
\`\`\`

\`\`\`ts
import { Bert } from '@bertune/bert';
import { modelDirectory } from '@bertune/bert-small-en';
import { BertTokenizer } from '@bertune/tokenizer';

const bert = await Bert.fromPretrained(${load});
console.log(bert.config.numLayers, bert.config.hiddenSize, bert.parameters.size); // ${String(config.num_hidden_layers)} ${String(config.hidden_size)} ${5 + 16 * Number(config.num_hidden_layers) + 2}
const tokenizer = await BertTokenizer.fromPretrained(modelDirectory);
console.log(tokenizer.encode('The food was great.').tokens.length); // 7
bert.dispose();
\`\`\`

\`modelDirectory\` is a path in Node and an address in browsers; \`fromPretrained\` of \`@bertune/bert\`, \`@bertune/heads\` and
\`@bertune/tokenizer\` takes either, and \`transformers\` opens the folder as it is (\`${(config.architectures as string[])[0]}\`).

| what       |                                                                                                       |
| ---------- | ----------------------------------------------------------------------------------------------------- |
| size       | ${String(config.num_hidden_layers)} layers, ${String(config.hidden_size)} wide, ${String(config.num_attention_heads)} heads, up to ${String(config.max_position_embeddings)} tokens; ${millions(parameters)} M values, ${millions(bytes)} MB in float16 |
| vocabulary | ${Number(config.vocab_size).toLocaleString('en')} word pieces, lower case, without accents, learnt from the same text by \`@bertune/tokenizer\` |
| heads      | masked tokens${next === undefined ? '' : ', next sentence'}; ${hasPooler ? 'with' : 'without'} a pooler |
| licence    | Apache-2.0; the texts keep their own: [NOTICE](NOTICE) |

## What it is for, and what it is not

A start for fine-tuning on short English texts with few examples, where nothing can be downloaded, and for tests and
examples that need a BERT that has learnt something. What it brings, by number of examples:
[transfer](../../README.md#transfer). A BERT of usual size, or any that has seen billions of words, is better wherever it can be had:
\`--model\` takes them all.

- It has read ${millions(size)} MB, mostly dictionaries, novels, manuals and games: little that was written lately, few opinions, no
  news. Names, prices and places mean little to it.
- English only, lower case; texts of more than ${positions} tokens are cut. The last training saw texts of at most ${length}: of what stands
  behind them in a text the model knows less.
- What the texts hold against people, the model may repeat: the King James Bible, novels and speeches of past centuries and jokes
  are among them. Nobody has measured that. It is not meant to judge people.

## Text

${sourceTable(corpus)}

Packages, versions and hashes are in [NOTICE](NOTICE); [tools/corpus](../../tools/corpus/README.md) rebuilds the corpus by one
command, and a test there shows that no built-in review of \`sentiment\` is a sentence of it.

## Training

${training.trim()}

![Training loss](docs/curve.svg)

${curve.steps.toLocaleString('en')} steps, ${millions(curve.tokens)} million tokens, ${hours.toFixed(1)} hours from first to last (${curve.from.slice(0, 10)}). The picture shows the last run's training loss.

## Figures

On ${heldOut}, which the last training did not see (the one before it saw some, once), masked as in training, in texts of ${length} tokens:

|                              | this model | frequencies alone |
| ---------------------------- | ---------- | ----------------- |
| masked tokens, right         | ${percent(measured.masked_accuracy)} | ${percent(measured.unigram.accuracy)} |
| the same in texts of ${positions} tokens | ${percent(measured.longest_masked_accuracy)} | |
| masked tokens, cross-entropy | ${measured.masked_loss.toFixed(3)} | ${measured.unigram.loss.toFixed(3)} |
${next === undefined ? '' : `| next sentence, right | ${percent(next)} | 50 % by chance |\n`}${alike === undefined ? '' : `| sentence embedding, cosine similarity with the teacher's | ${alike.toFixed(3)} | |\n`}
Frequencies alone: always the commonest token, and the entropy of how often each comes up in the training text.

## Fill in the blank

Twenty sentences that were chosen before, and the five likeliest tokens, good and bad as they are:

| sentence | candidates |
| --- | --- |
${filledIn.map(({ sentence, candidates }) => `| ${sentence} | ${candidates.map(({ token, probability }) => `${code(token)} ${(100 * probability).toFixed(0)}`).join(', ')} |`).join('\n')}

Numbers are per cent.

## Made by

\`\`\`sh
${facts.command}
\`\`\`

It converts the weights to float16, measures them as they are then, and writes this page.
`;
}

/** As code; a backtick or a bar would end it or the cell. */
function code(token: string): string {
  if (token === '|') return '`\\|`';
  return token.includes('`') ? `\`\` ${token} \`\`` : `\`${token}\``;
}
