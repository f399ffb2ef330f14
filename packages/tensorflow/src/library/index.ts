/*
 * `@bertune/tensorflow/library`: finding and fetching TensorFlow. Also in the main entry; this one loads neither
 * TensorFlow.js nor the binding, for programs that may end up without them.
 */
export { TensorFlowError } from '../errors.js';
export { type Attempt, type LibrarySource, type TensorFlowLibrary } from './library.js';
export { findTensorFlow, type FindOptions, type FindResult } from './find.js';
export { type DownloadPlan, planTensorFlow, provideTensorFlow } from './provide.js';
export { type ProvideOptions, type ProvideProgress } from './provide-options.js';
export { cacheDirectory, verifyCached } from './cache.js';
export { LibraryError, type LibraryErrorCode, type LibraryErrorParts } from './errors.js';
