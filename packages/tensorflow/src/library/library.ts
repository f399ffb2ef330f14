/** Where a library was found. `option` is the caller's own folder, `environment` that of `BERTUNE_TENSORFLOW`. */
export type LibrarySource = 'option' | 'environment' | 'cache' | 'tfjs-node' | 'python';

/** The shared libraries of one TensorFlow, as files; nothing of them is loaded yet. */
export interface TensorFlowLibrary {
  /** Absolute path of the folder that holds both libraries. */
  readonly directory: string;
  /** Absolute path of the library with the C API: `libtensorflow_cc.so.2` of a wheel or `libtensorflow.so.2`. */
  readonly core: string;
  /** Absolute path of `libtensorflow_framework.so.2`, which `core` needs. */
  readonly framework: string;
  /** Where it was found. */
  readonly source: LibrarySource;
  /** TensorFlow's version as far as the files around it tell; `undefined` when they do not. */
  readonly version: string | undefined;
  /** Whether this build knows CUDA. */
  readonly cuda: boolean;
  /**
   * Absolute paths of NVIDIA's libraries that came with it, dependencies first: load them, in this order, before
   * `framework`. Empty without CUDA, and where the system's own are to be used.
   */
  readonly cudaLibraries: readonly string[];
}

/** One place that was looked at. */
export interface Attempt {
  /** What kind of place. */
  readonly place: LibrarySource;
  /** The folder, when the place has one. */
  readonly path?: string;
  /** `absent`: nothing there; `unusable`: something is there that cannot be used. */
  readonly outcome: 'found' | 'absent' | 'unusable';
  /** One sentence without a full stop: what was there, or why it cannot be used. */
  readonly detail: string;
}
