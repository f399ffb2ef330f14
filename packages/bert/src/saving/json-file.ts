import type { FileToWrite } from '../files.js';

/** A file with a JSON document, indented as `transformers` indents them. */
export function jsonFile(name: string, json: unknown, indent = 2): FileToWrite {
  return { name, content: () => [new TextEncoder().encode(`${JSON.stringify(json, undefined, indent)}\n`)] };
}
