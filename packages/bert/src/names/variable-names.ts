import { listedNames } from './listed-names.js';
import { mapHuggingFaceTfName } from './hugging-face-tf-names.js';
import { isKnown, type MappedName } from './mapped-name.js';
import { mapTf1Name } from './tf1-names.js';
import { mapTf2Name } from './tf2-names.js';

/** A variable of a checkpoint with an object graph. */
export interface GraphVariable {
  /** the way to it through the graph's objects, such as `layer_with_weights-1/kernel` */
  readonly path: string;
  /** its `full_name`; empty or without meaning in some files */
  readonly fullName: string;
  readonly shape: readonly number[];
}

/** Whose names variables have, depends on who built the model: the Model Garden, Google's first code, `transformers`. */
const TABLES = [mapTf2Name, mapTf1Name, mapHuggingFaceTfName];

/** `layer/Ssub.Skernel:0`: a variable's name as an attribute, in models loaded from TensorFlow Hub and saved again. */
const nameInPath = (path: string): string =>
  (path.split('/').at(-1) ?? '').replace(/:0$/, '').replaceAll('.S', '/');

function byName({ path, fullName }: GraphVariable): MappedName | undefined {
  return [fullName, nameInPath(path)]
    .flatMap((name) => TABLES.map((table) => table(name)))
    .find((mapped) => isKnown(mapped));
}

/** Number in `variables/5`, `trainable_variables/5` and the same below an object, such as `mlm/variables/39`. */
const placeOf = (path: string): number | undefined => {
  const number = /(?:^|\/)(?:trainable_)?variables\/(\d+)$/.exec(path)?.[1];
  return number === undefined ? undefined : Number(number);
};

const isMlm = ({ path }: GraphVariable): boolean => /(^|\/)mlm\//.test(path);

const WORDS = 'bert.embeddings.word_embeddings.weight';
const INTERMEDIATE = 'bert.encoder.layer.0.intermediate.dense.bias';

/** Number of values of each parameter of an encoder, as far as it does not depend on free sizes. */
function sizeOf(
  name: string,
  [vocabSize, hiddenSize]: readonly number[],
  intermediateSize: number,
): number | undefined {
  if (name.endsWith('_embeddings.weight')) return undefined;
  if (name === 'cls.predictions.bias') return vocabSize;
  if (name.endsWith('.intermediate.dense.bias')) return intermediateSize;
  if (!name.endsWith('.weight') || name.includes('LayerNorm')) return hiddenSize;
  const isFeedForward = /\.\d+\.(intermediate|output)\.dense\.weight$/.test(name);
  return hiddenSize * (isFeedForward ? intermediateSize : hiddenSize);
}

/**
 * Variables that nothing but their number names: a whole encoder, the masked language model's head on one, or both. None
 * unless every shape is the one that its place asks for.
 * @param known shapes of the parameters whose names are known already
 */
function byPlace(
  variables: readonly GraphVariable[],
  known: ReadonlyMap<string, readonly number[]>,
): Map<GraphVariable, MappedName> {
  const placed = new Map<number, GraphVariable>();
  for (const variable of variables) {
    const place = placeOf(variable.path);
    if (place !== undefined) placed.set(place, variable);
  }
  const named = [...known.keys()].filter((name) => name.startsWith('bert.')).length;
  const count = named > 0 ? named : [...placed.values()].filter((variable) => !isMlm(variable)).length;
  // Right after the embeddings comes the first query: heads are an axis of their own in the Model Garden.
  const isMerged = named === 0 && placed.get(5)?.shape.length === 2;
  const names = listedNames(isMerged ? 'hugging-face' : 'model-garden', count);
  const words = known.get(WORDS) ?? placed.get(0)?.shape;
  const intermediateSize = (known.get(INTERMEDIATE) ?? placed.get(16)?.shape)?.[0];
  const result = new Map<GraphVariable, MappedName>();
  if (names === undefined || words === undefined || intermediateSize === undefined) return result;
  for (const [place, variable] of placed) {
    const name = names[place];
    const size = variable.shape.reduce((product, length) => product * length, 1);
    const fits =
      name !== undefined && !known.has(name) && size === (sizeOf(name, words, intermediateSize) ?? size);
    if (!fits) return new Map();
    const isMatrix = name.endsWith('.weight') && !/(LayerNorm|_embeddings)\.weight$/.test(name);
    result.set(variable, { name, transpose: isMatrix });
  }
  return result;
}

/** `Dense` layers among variables: the way to each, with its kernel [D, C] and its bias [C]. */
function denseLayers(variables: readonly GraphVariable[]): (readonly [GraphVariable, GraphVariable])[] {
  const paths = new Map(variables.map((variable) => [variable.path, variable]));
  return variables.flatMap((kernel) => {
    const bias = kernel.path.endsWith('/kernel')
      ? paths.get(kernel.path.replace(/kernel$/, 'bias'))
      : undefined;
    const fits = bias?.shape.length === 1 && kernel.shape.length === 2 && kernel.shape[1] === bias.shape[0];
    return bias !== undefined && fits ? [[kernel, bias] as const] : [];
  });
}

/**
 * The head: the one dense layer on the encoder that nobody's table names. Google's first pre-training calls the output
 * for the next sentence as a classifier's is called elsewhere, but comes with the masked language model's head.
 */
function headNames(
  rest: readonly GraphVariable[],
  known: ReadonlyMap<string, readonly number[]>,
): Map<GraphVariable, MappedName> {
  const layers = denseLayers(rest);
  const [, hiddenSize] = known.get(WORDS) ?? [];
  if (layers.length !== 1 || known.has('classifier.weight') || layers[0][0].shape[0] !== hiddenSize)
    return new Map();
  const [kernel, bias] = layers[0];
  const isNextSentence =
    kernel.fullName === 'predictions/transform/logits/kernel' && known.has('cls.predictions.bias');
  const head = isNextSentence ? 'cls.seq_relationship' : 'classifier';
  return new Map([
    [kernel, { name: `${head}.weight`, transpose: true }],
    [bias, { name: `${head}.bias`, transpose: false }],
  ]);
}

/**
 * Hugging Face's names of the variables of a checkpoint with an object graph, a SavedModel's too. What counts is, in
 * this order: the variable's full name; a name in its path; its number among the model's variables; and for a head on
 * the encoder that it is the only dense layer left. What stays unknown keeps its full name, or else its path.
 */
export function nameVariables(variables: readonly GraphVariable[]): Map<GraphVariable, MappedName> {
  const named = new Map<GraphVariable, MappedName>();
  for (const variable of variables) {
    const mapped = byName(variable);
    if (mapped !== undefined) named.set(variable, mapped);
  }
  for (const find of [byPlace, headNames]) {
    const rest = variables.filter((variable) => !named.has(variable));
    const known = new Map([...named].map(([{ shape }, { name }]) => [name, shape]));
    for (const [variable, name] of find(rest, known)) named.set(variable, name);
  }
  for (const variable of variables) {
    if (!named.has(variable)) named.set(variable, mapTf2Name(variable.fullName || variable.path));
  }
  return named;
}
