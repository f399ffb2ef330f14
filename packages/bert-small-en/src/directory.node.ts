import { fileURLToPath } from 'node:url';

/** Path of the folder. */
export const directory: string = fileURLToPath(new URL('../model', import.meta.url));
