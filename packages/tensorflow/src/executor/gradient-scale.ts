import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';
import type { ClipNorm } from './port.js';

const DOUBLE = typeAttribute('T', DataType.float64);

/** What a step makes of its loss and gradients before it updates anything. */
export interface GradientScale {
  /** bool scalar: whether loss and norm are finite; when they are not the update must change nothing */
  readonly isFinite: tf.Tensor;
  /** float32 scalar, what gradients are multiplied with: the factor of clipping, 0 when not finite */
  readonly factor: tf.Tensor;
  /** float32 scalar, the global norm; undefined without clipping */
  readonly norm: tf.Tensor | undefined;
}

/**
 * The global norm of the gradients and the factor that brings it under the limit. Sums are added up in float64.
 * @param loss float32 scalar
 */
export function gradientScale(
  backend: TensorFlowBackend,
  loss: tf.Tensor,
  gradients: readonly tf.Tensor[],
  clip: ClipNorm | undefined,
): GradientScale {
  if (!clip) {
    const isFinite = tf.isFinite(loss);
    return { isFinite, factor: tf.where(isFinite, tf.scalar(1), tf.scalar(0)), norm: undefined };
  }
  const halves = gradients.map((gradient) =>
    toDouble(backend, backend.run('L2Loss', [typeAttribute('T', DataType.float32)], [gradient])),
  );
  const count = { name: 'N', type: backend.engine.TF_ATTR_INT, value: halves.length };
  const half = backend.run('AddN', [DOUBLE, count], halves);
  const norm = backend.run('Sqrt', [DOUBLE], [backend.run('AddV2', [DOUBLE], [half, half])]);
  const rounded = toFloat(backend, norm);
  const isFinite = tf.logicalAnd(tf.isFinite(loss), tf.isFinite(rounded));
  const factor = tf.where(isFinite, clipFactor(backend, norm, clip), tf.scalar(0));
  return { isFinite, factor, norm: rounded };
}

/** As in `@bertune/train`: torch min(1, max / (norm + 1e-6)), tensorflow max / max(norm, max). */
function clipFactor(backend: TensorFlowBackend, norm: tf.Tensor, { maxNorm, formula }: ClipNorm): tf.Tensor {
  if (maxNorm === Infinity) return tf.scalar(1);
  const limit = double(backend, maxNorm);
  const factor =
    formula === 'torch'
      ? backend.run(
          'Minimum',
          [DOUBLE],
          [
            double(backend, 1),
            backend.run(
              'Div',
              [DOUBLE],
              [limit, backend.run('AddV2', [DOUBLE], [norm, double(backend, 1e-6)])],
            ),
          ],
        )
      : backend.run('Div', [DOUBLE], [limit, backend.run('Maximum', [DOUBLE], [norm, limit])]);
  return toFloat(backend, factor);
}

function double(backend: TensorFlowBackend, value: number): tf.Tensor {
  const { engine } = backend;
  const id = engine.createTensor([], DataType.float64, Float64Array.of(value));
  return backend.createOutputTensor({ id, shape: [], dtype: DataType.float64 });
}

function toDouble(backend: TensorFlowBackend, x: tf.Tensor): tf.Tensor {
  return cast(backend, x, DataType.float32, DataType.float64);
}

function toFloat(backend: TensorFlowBackend, x: tf.Tensor): tf.Tensor {
  return cast(backend, x, DataType.float64, DataType.float32);
}

function cast(backend: TensorFlowBackend, x: tf.Tensor, from: number, to: number): tf.Tensor {
  const truncate = { name: 'Truncate', type: backend.engine.TF_ATTR_BOOL, value: false };
  return backend.run('Cast', [typeAttribute('SrcT', from), typeAttribute('DstT', to), truncate], [x]);
}
