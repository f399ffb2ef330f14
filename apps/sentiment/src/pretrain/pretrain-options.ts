import { choice, decimal, flag, integer, text } from '../option-kinds.js';

/** Options of `sentiment pretrain`; those that say what computes are added where all commands are listed. */
export const pretrainOptions = {
  corpus: text(
    'FILE',
    'text to learn from, UTF-8, plain or .gz: a paragraph a line, an empty line between documents',
    undefined,
    'required, but with --resume',
  ),
  valid: text('FILE', 'text to measure on, written alike', undefined, '1 % of the documents'),
  model: text(
    'DIR',
    'model whose pre-training goes on, with its vocabulary',
    undefined,
    'a new one, its vocabulary learnt from the corpus',
  ),
  vocabularySize: integer('tokens of a new vocabulary', 8192, { min: 100, max: 200_000 }),
  cased: flag('keep upper case and accents in a new vocabulary'),
  layers: integer('layers of a new model', 4, { min: 1, max: 48 }),
  hiddenSize: integer('width of a new model; it has a head for every 64', 256, { min: 64, max: 4096 }),
  initialEmbeddings: choice(
    ['random', 'co-occurrence'],
    'where the word embeddings of a new model begin: at random, or from which tokens stand beside which in the corpus',
    'random',
  ),
  initializerRange: decimal('standard deviation of the random weights of a new model', 0.02, {
    min: 0,
    aboveMin: true,
    max: 1,
  }),
  task: choice(
    ['both', 'masked-tokens'],
    'masked tokens and next sentences, or masked tokens alone, of texts without padding',
    'both',
  ),
  teacher: text(
    'DIR',
    'BERT whose embeddings of the sentences the model learns beside the masked tokens; needs --task masked-tokens',
    undefined,
    'none',
  ),
  maskedWeight: decimal('with --teacher: what the loss of the masked tokens is multiplied with', 0.1, {
    min: 0,
  }),
  measureOnly: flag('train nothing: measure --model on the validation text, and write run.json'),
  maxLength: integer('tokens of a text, special ones included', undefined, {
    min: 16,
    max: 4096,
    defaultText: '128, or what the model allows',
  }),
  maskProbability: decimal('share of the tokens to predict', 0.15, { min: 0, aboveMin: true, max: 0.9 }),
  maxPredictions: integer('tokens to predict in a text at most', undefined, {
    min: 1,
    defaultText: 'the share of --max-length',
  }),
  wholeWords: flag('mask all pieces of a word together'),
  shortProbability: decimal('share of documents cut into shorter pairs', 0.1, { min: 0, max: 1 }),
  passes: integer('times that the documents are cut into texts, each time differently', 1, {
    min: 1,
    max: 1000,
  }),
  batchSize: integer('texts per batch', 64, { min: 1, max: 65_536 }),
  accumulate: integer('batches per optimizer step', 1, { min: 1 }),
  maxSteps: integer('end after this many optimizer steps, whatever --passes says', undefined, { min: 1 }),
  learningRate: decimal('learning rate at its highest', undefined, {
    min: 0,
    aboveMin: true,
    defaultText: '1e-3 for a new model, 5e-5 with --model',
  }),
  warmupRatio: decimal('share of the steps in which the learning rate rises from 0', 0.05, {
    min: 0,
    max: 1,
    belowMax: true,
  }),
  weightDecay: decimal('weight decay of AdamW; biases and layer norms are spared', 0.01, { min: 0 }),
  dropout: decimal('dropout inside the model', undefined, {
    min: 0,
    max: 1,
    belowMax: true,
    defaultText: '0.1, or what the model says',
  }),
  seed: integer('seed of the weights, the cutting, the masks and the dropout', 42, {
    min: 0,
    max: 4_294_967_295,
  }),
  output: text('DIR', 'where the model and run.json go', undefined, 'runs/DATE-TIME'),
  overwrite: flag(
    'allow --output to be a directory that is not empty; only files of the same name are replaced',
  ),
};
