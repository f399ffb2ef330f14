import type { EagerContext } from '../binding/eager-context.js';
import type { Pointer, TF_Output } from '../c-api/signatures.js';
import { TensorFlowError } from '../errors.js';
import { describeEntry, type EagerEntry, type Entry } from '../tensors/entries.js';

/**
 * - `unknown-model`: a number that stands for no loaded model, or no longer
 * - `unknown-output`: the graph has no such operation, or the name is not `operation` or `operation:index`
 * - `wrong-inputs`: not as many tensors as names
 */
export type SavedModelErrorCode = 'unknown-model' | 'unknown-output' | 'wrong-inputs';

/** A SavedModel that cannot be run as asked. */
export class SavedModelError extends TensorFlowError<SavedModelErrorCode> {
  override readonly name = 'SavedModelError';
}

interface LoadedModel {
  readonly directory: string;
  /** `TF_Graph*` */
  readonly graph: Pointer;
  /** `TF_Session*` */
  readonly session: Pointer;
}

/** SavedModels in memory, each a graph with a session of its own that holds the model's variables. */
export class SavedModelStore {
  private readonly models = new Map<number, LoadedModel>();
  private nextId = 1;

  constructor(private readonly context: EagerContext) {}

  /** How many are loaded. */
  get count(): number {
    return this.models.size;
  }

  /**
   * Loads a SavedModel's graph and variables.
   * @param directory the folder with `saved_model.pb`
   * @param tags of the meta graph, separated by commas: mostly `serve`
   * @returns its number, for `run` and `delete`
   * @throws OpError `not-found` where the folder holds none with these tags
   */
  load(directory: string, tags: string): number {
    const { native, status } = this.context;
    const { c } = native;
    const options = c.TF_NewSessionOptions();
    const graph = c.TF_NewGraph();
    try {
      const list = tags.split(',');
      const session = c.TF_LoadSessionFromSavedModel(
        options,
        0,
        directory,
        list,
        list.length,
        graph,
        0,
        status.pointer,
      );
      status.check(() => ({ op: 'loadSavedModel', inputs: [directory, `tags ${tags}`] }));
      this.models.set(this.nextId, { directory, graph, session });
      return this.nextId++;
    } catch (error) {
      c.TF_DeleteGraph(graph);
      throw error;
    } finally {
      c.TF_DeleteSessionOptions(options);
    }
  }

  /** Frees a model. @throws SavedModelError `unknown-model` */
  delete(id: number): void {
    const { c } = this.context.native;
    const { pointer } = this.context.status;
    const { graph, session } = this.model(id);
    this.models.delete(id);
    c.TF_CloseSession(session, pointer);
    c.TF_DeleteSession(session, pointer);
    c.TF_DeleteGraph(graph);
    this.context.status.check(() => ({ op: 'deleteSavedModel', inputs: [] }));
  }

  /**
   * Runs a model.
   * @param inputNames outputs of the graph that the inputs take the place of, as `operation:index`
   * @param outputNames what to compute, as `operation:index`
   * @returns new tensors in the order of `outputNames`
   * @throws SavedModelError, OpError
   */
  run(
    id: number,
    inputs: readonly Entry[],
    inputNames: readonly string[],
    outputNames: readonly string[],
  ): EagerEntry[] {
    const model = this.model(id);
    if (inputs.length !== inputNames.length) {
      throw new SavedModelError(
        'wrong-inputs',
        `${model.directory}: expected ${inputNames.length} tensors (${inputNames.join(', ')}), found ${inputs.length}.`,
      );
    }
    const feeds = inputNames.map((name) => this.outputOf(model, name));
    const fetches = outputNames.map((name) => this.outputOf(model, name));
    const { native, status } = this.context;
    const { c } = native;
    const values: Pointer[] = [];
    const results = new BigUint64Array(fetches.length);
    try {
      for (const entry of inputs)
        values.push(this.context.withHandle(entry, (handle) => this.resolve(handle)));
      const feedValues = BigUint64Array.from(values, BigInt);
      c.TF_SessionRun(
        model.session,
        0,
        feeds,
        feedValues,
        feeds.length,
        fetches,
        results,
        fetches.length,
        null,
        0,
        0,
        status.pointer,
      );
      status.check(() => ({ op: 'runSavedModel', inputs: inputs.map(describeEntry) }));
    } finally {
      for (const value of values) c.TF_DeleteTensor(value);
    }
    return this.entriesOf(Array.from(results, Number));
  }

  private resolve(handle: Pointer): Pointer {
    const { native, status } = this.context;
    const tensor = native.c.TFE_TensorHandleResolve(handle, status.pointer);
    status.check(() => ({ op: 'runSavedModel', inputs: [] }));
    return tensor;
  }

  /** Entries of `TF_Tensor`s, which are freed. */
  private entriesOf(tensors: readonly Pointer[]): EagerEntry[] {
    const { native, status } = this.context;
    const { c } = native;
    try {
      return tensors.map((tensor) => {
        const shape = Array.from({ length: c.TF_NumDims(tensor) }, (_, i) => c.TF_Dim(tensor, i));
        const handle = c.TFE_NewTensorHandle(tensor, status.pointer);
        status.check(() => ({ op: 'runSavedModel', inputs: [] }));
        return { kind: 'eager', dtype: c.TF_TensorType(tensor), shape, handle };
      });
    } finally {
      for (const tensor of tensors) c.TF_DeleteTensor(tensor); // the handle holds it
    }
  }

  private outputOf({ directory, graph }: LoadedModel, name: string): TF_Output {
    const [operation, index = '0'] = name.split(':');
    const oper = /^\d+$/.test(index) ? this.context.native.c.TF_GraphOperationByName(graph, operation) : 0;
    if (oper !== 0) return { oper, index: Number(index) };
    throw new SavedModelError(
      'unknown-output',
      `${directory}: expected the name of a tensor in its graph, as operation:index, found ${name}. ` +
        '`getMetaGraphsFromSavedModel` lists those of its signatures.',
    );
  }

  private model(id: number): LoadedModel {
    const model = this.models.get(id);
    if (model) return model;
    throw new SavedModelError(
      'unknown-model',
      `SavedModel ${id}: expected one that is loaded; was it disposed?`,
    );
  }
}
