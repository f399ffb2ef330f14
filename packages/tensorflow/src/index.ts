export { TensorFlowError } from './errors.js';
export { type Device, startTensorFlow, type TensorFlowOptions, type TensorFlowRuntime } from './runtime.js';
export { compile, type CompiledFunction, type CompileOptions } from './compile/compile.js';
export { type Attempt, type LibrarySource, type TensorFlowLibrary } from './library/library.js';
export { findTensorFlow, type FindOptions, type FindResult } from './library/find.js';
export { type DownloadPlan, planTensorFlow, provideTensorFlow } from './library/provide.js';
export { type ProvideOptions, type ProvideProgress } from './library/provide-options.js';
export { cacheDirectory, verifyCached } from './library/cache.js';
export { LibraryError, type LibraryErrorCode, type LibraryErrorParts } from './library/errors.js';
export {
  ExecutorError,
  TensorFlowExecutor,
  type TensorFlowExecutorOptions,
} from './executor/tensorflow-executor.js';
export { BindingError, type BindingErrorCode } from './binding/tensorflow-binding.js';
export { AttributeError } from './c-api/attributes.js';
export { LoadError, type LoadErrorCode } from './c-api/load-library.js';
export { OpError, type OpErrorCode } from './c-api/status.js';
export { MemoryError } from './executor/memory.js';
export { SavedModelError, type SavedModelErrorCode } from './saved-model/saved-model-store.js';
export { HostTensorError, type HostTensorErrorCode } from './tensors/host-memory.js';
export { TraceError, type TraceErrorCode } from './trace/trace-error.js';
