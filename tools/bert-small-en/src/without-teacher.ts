import { openSafetensors, type TensorToWrite, writeSafetensors } from '@bertune/bert';

/** The layer to the teacher's embeddings, of `EmbeddingDistillationModel`: of no use without the teacher. */
const PROJECTION = 'cls.distillation.';

/** Takes the layer to the teacher's embeddings out of a file of half precision, where it is there. */
export async function dropTeacherLayer(path: string): Promise<void> {
  const file = await openSafetensors(path);
  const kept: TensorToWrite[] = [];
  try {
    const names = [...file.entries.keys()];
    if (!names.some((name) => name.startsWith(PROJECTION))) return;
    for (const name of names.filter((each) => !each.startsWith(PROJECTION))) {
      const values = await file.read(name);
      kept.push({ name, shape: file.entries.get(name)?.shape ?? [], values: () => values });
    }
  } finally {
    await file.close();
  }
  await writeSafetensors(path, kept, { dtype: 'float16' });
}
