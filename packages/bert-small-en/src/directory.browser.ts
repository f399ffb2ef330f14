/** Address of the folder. */
export const directory: string = new URL('../model', import.meta.url).href;
