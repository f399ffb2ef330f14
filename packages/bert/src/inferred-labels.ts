/**
 * Keys of a `config.json` for a head whose file says how many labels there are, but not what they are called: `LABEL_0`,
 * `LABEL_1`, …, as Hugging Face calls them.
 */
export function inferredLabels(count: number): Record<'id2label' | 'label2id', Record<string, unknown>> {
  return labelMaps(Array.from({ length: count }, (_, i) => `LABEL_${i}`));
}

/** `id2label` and `label2id` for names in the order of their ids. */
export function labelMaps(
  names: readonly string[],
): Record<'id2label' | 'label2id', Record<string, unknown>> {
  return {
    id2label: Object.fromEntries(names.map((name, id) => [String(id), name])),
    label2id: Object.fromEntries(names.map((name, id) => [name, id])),
  };
}
