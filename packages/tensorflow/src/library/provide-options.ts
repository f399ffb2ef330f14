/** How far `provideTensorFlow` is. */
export interface ProvideProgress {
  /** `waiting`: another process is providing the same; its result will be used. */
  readonly stage: 'waiting' | 'downloading' | 'unpacking';
  /** Bytes done in this stage. */
  readonly done: number;
  /** Bytes of this stage, about. */
  readonly total: number;
  /** The package, the file, or who is waited for. */
  readonly detail: string;
}

/** What to provide, and where. */
export interface ProvideOptions {
  /** Our cache; default: `cacheDirectory(environment)`. */
  readonly cacheDirectory?: string | undefined;
  /** `auto` takes CUDA where an NVIDIA driver is at work; default: `auto`. */
  readonly accelerator?: 'auto' | 'cpu' | 'cuda' | undefined;
  /** Called often. */
  readonly onProgress?: ((progress: ProvideProgress) => void) | undefined;
  /** Ends the work; what has been downloaded completely is kept for the next time. */
  readonly signal?: AbortSignal | undefined;
  /** Variables to read and to hand to pip; default: the process's. */
  readonly environment?: NodeJS.ProcessEnv | undefined;
}
