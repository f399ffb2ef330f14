import { sameLength } from '../../metrics/same-length.js';
import { Message } from './protobuf.js';

// Field numbers are those of tensorboard/compat/proto/{event,summary,tensor,tensor_shape}.proto.
const [DT_FLOAT, DT_DOUBLE, DT_STRING] = [1, 2, 7];

/** Buckets of a histogram, as TensorFlow's `tf.summary.histogram` has them. */
const HISTOGRAM_BUCKETS = 30;

/** A tensor with its plugin's metadata: `Summary.Value`. TensorBoard fills in the data class by the plugin's name. */
function value(tag: string, plugin: string, tensor: Message, content?: Message): Message {
  const pluginData = new Message().bytes(1, plugin);
  if (content) pluginData.message(2, content);
  return new Message().bytes(1, tag).message(8, tensor).message(9, new Message().message(1, pluginData));
}

function tensorOf(type: number, shape: readonly number[]): Message {
  const dimensions = new Message();
  for (const size of shape) dimensions.message(2, new Message().integer(1, size));
  return new Message().integer(1, type).message(2, dimensions);
}

function littleEndian(values: ArrayLike<number>, bytesEach: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(values.length * bytesEach);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    if (bytesEach === 4) view.setFloat32(4 * i, values[i], true);
    else view.setFloat64(8 * i, values[i], true);
  }
  return bytes;
}

/** One figure, as `tf.summary.scalar` writes it. */
export function scalarSummary(tag: string, figure: number): Message {
  return value(tag, 'scalars', tensorOf(DT_FLOAT, []).bytes(4, littleEndian([figure], 4)));
}

/** Text in Markdown, as `tf.summary.text` writes it. */
export function textSummary(tag: string, text: string): Message {
  return value(tag, 'text', tensorOf(DT_STRING, []).bytes(8, text));
}

/**
 * How values are distributed, as `tf.summary.histogram` writes it: left edge, right edge and count of 30 buckets. Values
 * that are not finite have no place and are left out.
 */
export function histogramSummary(tag: string, values: ArrayLike<number>): Message {
  const buckets = histogramBuckets(values);
  const tensor = tensorOf(DT_DOUBLE, [HISTOGRAM_BUCKETS, 3]).bytes(4, littleEndian(buckets, 8));
  return value(tag, 'histograms', tensor);
}

/**
 * A precision-recall curve as TensorBoard's plugin draws it: counts, precision and recall at thresholds of equal distance
 * over [0, 1].
 * @param labels [N], 1 is positive
 * @param scores [N], in [0, 1]
 * @throws TrainError `shape-mismatch`
 */
export function prCurveSummary(
  tag: string,
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  thresholds: number,
): Message {
  sameLength('prCurve', labels, scores);
  const [tp, fp] = [new Float64Array(thresholds), new Float64Array(thresholds)];
  for (let i = 0; i < labels.length; i++) {
    const at = Math.floor(Math.min(1, Math.max(0, scores[i])) * (thresholds - 1));
    if (!Number.isNaN(at)) (labels[i] === 1 ? tp : fp)[at] += 1;
  }
  for (let at = thresholds - 2; at >= 0; at--) {
    tp[at] += tp[at + 1];
    fp[at] += fp[at + 1];
  }
  const ratio = (part: number, whole: number): number => part / Math.max(1e-7, whole);
  const rows = [
    tp,
    fp,
    fp.map((count) => fp[0] - count),
    tp.map((count) => tp[0] - count),
    tp.map((count, at) => ratio(count, count + fp[at])),
    tp.map((count) => ratio(count, tp[0])),
  ];
  const content = new Message().integer(2, thresholds);
  const tensor = tensorOf(DT_FLOAT, [6, thresholds]).bytes(
    4,
    littleEndian(
      rows.flatMap((row) => [...row]),
      4,
    ),
  );
  return value(tag, 'pr_curves', tensor, content);
}

function histogramBuckets(values: ArrayLike<number>): Float64Array {
  const buckets = new Float64Array(HISTOGRAM_BUCKETS * 3);
  let [low, high, count] = [Infinity, -Infinity, 0];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    low = Math.min(low, values[i]);
    high = Math.max(high, values[i]);
    count += 1;
  }
  if (count === 0) return buckets;
  const width = (high - low) / HISTOGRAM_BUCKETS;
  for (let at = 0; at < HISTOGRAM_BUCKETS; at++) {
    buckets[3 * at] = width === 0 ? low : low + at * width;
    buckets[3 * at + 1] = width === 0 || at === HISTOGRAM_BUCKETS - 1 ? high : low + (at + 1) * width;
  }
  if (width === 0) {
    buckets[buckets.length - 1] = count;
    return buckets;
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const at = Math.min(HISTOGRAM_BUCKETS - 1, Math.floor((values[i] - low) / width));
    buckets[3 * at + 2] += 1;
  }
  return buckets;
}
