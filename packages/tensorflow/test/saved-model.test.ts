import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import * as tf from '@tensorflow/tfjs';
import { afterEach, expect, it } from '@jest/globals';

import { describeNative, errorOf, nativeBackend, tensorCount } from './native.js';

/** Made by tools/reference/saved_model.py with TensorFlow 2.21.0. */
const DIRECTORY = fileURLToPath(new URL('fixtures/saved-model', import.meta.url));

interface Signature {
  readonly inputs: Readonly<Record<string, { readonly name: string; readonly tfDtype: string }>>;
  readonly outputs: Readonly<Record<string, { readonly name: string }>>;
}

interface Model {
  predict(inputs: tf.NamedTensorMap | tf.Tensor): tf.Tensor & Record<string, tf.Tensor>;
  dispose(): void;
}

/** The SavedModel half of tfjs-node, which runs on whatever backend is called `tensorflow`. */
const node = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/saved_model.js') as {
  getMetaGraphsFromSavedModel(
    directory: string,
  ): Promise<{ tags: string[]; signatureDefs: Record<string, Signature> }[]>;
  loadSavedModel(directory: string, tags?: string[], signature?: string): Promise<Model>;
  getNumOfSavedModels(): number;
};

const values = (tensor: tf.Tensor): unknown[] => Array.from(tensor.dataSync());

async function nameOfY(): Promise<string> {
  const [{ signatureDefs }] = await node.getMetaGraphsFromSavedModel(DIRECTORY);
  return signatureDefs.serving_default.outputs.y.name;
}

describeNative('SavedModels', () => {
  afterEach(() => {
    expect(nativeBackend().engine.getNumOfSavedModels()).toBe(0);
    expect(tensorCount()).toBe(0);
  });

  it('are described and run by tfjs-node: named tensors in and out', async () => {
    const [graph] = await node.getMetaGraphsFromSavedModel(DIRECTORY);
    expect(graph.tags).toEqual(['serve']);
    expect(Object.keys(graph.signatureDefs)).toEqual(
      expect.arrayContaining(['serving_default', 'long', 'bytes']),
    );
    const model = await node.loadSavedModel(DIRECTORY);
    expect(node.getNumOfSavedModels()).toBe(1);
    const x = tf.tensor2d([
      [1, 1],
      [2, 0],
      [0, -1],
    ]);
    const { y, total } = model.predict({ x });
    expect(y.shape).toEqual([3, 3]);
    expect(values(y)).toEqual([5.5, 6.5, 9.25, 2.5, 3.5, 6.25, -3.5, -5.5, -5.75]);
    expect(values(total)).toEqual([18.75]);
    const zeros = tf.zeros([1, 2]);
    const again = model.predict({ x: zeros });
    expect(values(again.y)).toEqual([0.5, -0.5, 0.25]);
    tf.dispose([x, y, total, zeros, again]);
    model.dispose();
    expect(node.getNumOfSavedModels()).toBe(0);
  });

  it('take int64, uint8 and strings', async () => {
    const predict = async (signature: string, x: tf.Tensor): Promise<unknown[]> => {
      const model = await node.loadSavedModel(DIRECTORY, ['serve'], signature);
      const { y } = model.predict({ x });
      const result = values(y);
      tf.dispose([x, y]);
      model.dispose();
      return result;
    };
    expect(await predict('long', tf.tensor1d([3, 1_000_000], 'int32'))).toEqual([6n, 2_000_000n]);
    expect(await predict('bytes', tf.tensor1d([0, 200, 255], 'int32'))).toEqual([0, 200, 255]);
    expect(await predict('text', tf.scalar('日本', 'string'))).toEqual(['日本日本']);
  });

  it('work by the methods of the backend', async () => {
    const output = await nameOfY();
    const backend = nativeBackend() as unknown as {
      loadSavedModelMetaGraph(directory: string, tags: string): number;
      runSavedModel(
        id: number,
        inputs: tf.Tensor[],
        infos: { name: string; tfDtype: string }[],
        outputs: string[],
      ): tf.Tensor[];
      deleteSavedModel(id: number): void;
    };
    const id = backend.loadSavedModelMetaGraph(DIRECTORY, 'serve');
    const infos = [{ name: 'serving_default_x:0', tfDtype: 'DT_FLOAT' }];
    const x = tf.tensor2d([[1, 0]]);
    const [first] = backend.runSavedModel(id, [x], infos, [output]);
    expect(values(first)).toEqual([1.5, 1.5, 3.25]);
    const run = (inputs: tf.Tensor[], name: string): unknown =>
      backend.runSavedModel(id, inputs, infos, [name]);
    expect(errorOf(() => run([x], 'no/such:0'))).toMatchObject({ code: 'unknown-output' });
    expect(errorOf(() => run([x], 'StatefulPartitionedCall:x'))).toMatchObject({ code: 'unknown-output' });
    expect(errorOf(() => run([], 'StatefulPartitionedCall:0'))).toMatchObject({
      code: 'wrong-inputs',
    });
    const wide = tf.ones([1, 5]);
    expect(errorOf(() => run([wide], output))).toMatchObject({
      name: 'OpError',
      code: 'invalid-argument',
      inputs: ['float32 [1, 5]'],
    });
    tf.dispose([x, wide, first]);
    backend.deleteSavedModel(id);
    expect(errorOf(() => backend.deleteSavedModel(id))).toMatchObject({ code: 'unknown-model' });
  });

  it('that are not there, or not with these tags, are an error', () => {
    const { engine } = nativeBackend();
    expect(errorOf(() => engine.loadSavedModel('/no/such/folder', 'serve'))).toMatchObject({
      code: 'not-found',
    });
    const error = errorOf(() => engine.loadSavedModel(DIRECTORY, 'train'));
    expect(error).toMatchObject({ name: 'OpError', code: 'not-found' });
    expect(error.message).toContain('train');
  });

  it('are freed: 30 times loaded and run', async () => {
    const output = await nameOfY();
    const { engine } = nativeBackend();
    const x = engine.createTensor([1, 2], 1, Float32Array.of(1, 1));
    for (let i = 0; i < 30; i++) {
      const id = engine.loadSavedModel(DIRECTORY, 'serve');
      const [y] = engine.runSavedModel(id, [x], 'serving_default_x:0', output);
      engine.deleteTensor(y.id);
      engine.deleteSavedModel(id);
    }
    engine.deleteTensor(x);
  });
});
