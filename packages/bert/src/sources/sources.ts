/** Address of the Hugging Face hub. */
export const HUB = 'https://huggingface.co';

/** How far `resolvePretrained` is. */
export interface SourceProgress {
  /** `waiting`: another process is fetching the same; its result will be used. */
  readonly stage: 'waiting' | 'downloading' | 'extracting';
  /** the file, the archive, or who is waited for */
  readonly file: string;
  /** bytes done in this stage, those of an earlier, cut off download included */
  readonly done: number;
  /** bytes of this stage; undefined while the server has not said */
  readonly total: number | undefined;
  /** folder of the cache that it goes to */
  readonly directory: string;
}

/** Where and how a model is looked for. What is absent comes from the environment, see `resolvePretrained`. */
export interface ResolveOptions {
  /** branch, tag or commit of a model of the hub. Default `main`, or what stands after `@` in the id */
  readonly revision?: string | undefined;
  /** access token of the hub, sent to its host alone; `false` for none. Default `HF_TOKEN`, else the file that `hf auth login` writes */
  readonly token?: string | false | undefined;
  /** folder of the cache, in place of both the hub's and ours */
  readonly cacheDir?: string | undefined;
  /** address of the hub, of tfhub.dev or of Kaggle, such as a mirror's. Default `HF_ENDPOINT`, `TFHUB_ENDPOINT`, `KAGGLE_API_ENDPOINT` */
  readonly endpoint?: string | undefined;
  /** folder that relative paths start from. Default the process's */
  readonly cwd?: string | undefined;
  /** whether the cache alone is looked into. Default `HF_HUB_OFFLINE` */
  readonly offline?: boolean | undefined;
  /** called often while something is fetched or unpacked; not at all where nothing is */
  readonly onProgress?: ((progress: SourceProgress) => void) | undefined;
  /** ends the work; what has come so far is kept for the next time */
  readonly signal?: AbortSignal | undefined;
}

/** Turns a source into a folder. Node and browser each have one, chosen by the import `#sources`. */
export interface SourcePort {
  /** Path of a local folder or file; in a browser an address. */
  resolve(source: string, options: ResolveOptions): Promise<string>;
}
