import { files } from '#files';

/** File that makes a folder a SavedModel. Its functions are never run: the weights alone are read. */
export const SAVED_MODEL = 'saved_model.pb';

const VARIABLES = 'variables';

/** Path of a SavedModel's variables without `.index`. */
export const variablesOf = (savedModel: string): string =>
  files.join(files.join(savedModel, VARIABLES), VARIABLES);

/**
 * The SavedModel that a path means: its folder, its `saved_model.pb`, or its folder `variables`.
 * @returns path or address of the folder; undefined where there is no SavedModel
 */
export async function findSavedModel(source: string): Promise<string | undefined> {
  const { directory, name } = files.split(source);
  for (const folder of [source, ...([SAVED_MODEL, VARIABLES].includes(name) ? [directory] : [])]) {
    for (const file of [files.join(folder, SAVED_MODEL), `${variablesOf(folder)}.index`])
      if (await files.exists(file)) return folder;
  }
  return undefined;
}
