/**
 * Whether TensorFlow may be fetched unasked. `BERTUNE_DOWNLOAD=0` forbids it, `BERTUNE_DOWNLOAD=1` allows it anywhere;
 * without it, it is done except in CI (`CI` set), where a job of minutes should not fetch hundreds of megabytes.
 */
export function downloadPolicy(environment: NodeJS.ProcessEnv): {
  readonly allowed: boolean;
  /** For people. */
  readonly why: string;
} {
  const { BERTUNE_DOWNLOAD: wish, CI: ci } = environment;
  if (wish === '0') return { allowed: false, why: 'BERTUNE_DOWNLOAD=0 forbids it' };
  if (wish === '1') return { allowed: true, why: 'BERTUNE_DOWNLOAD=1 allows it' };
  if (ci !== undefined && !['', '0', 'false'].includes(ci)) {
    return { allowed: false, why: 'CI is set; BERTUNE_DOWNLOAD=1 allows it' };
  }
  return { allowed: true, why: 'the first training fetches it; BERTUNE_DOWNLOAD=0 forbids it' };
}
