import { findTensorFlow, provideTensorFlow } from '../dist/library/index.js';

/**
 * Jest's global setup of packages with native tests. Tests download nothing, unless BERTUNE_DOWNLOAD=1 allows it, as `.ci/run`
 * does: then TensorFlow is fetched where it can be had. Where it cannot, native tests are skipped, each saying so.
 */
export default async function provideLibrary() {
  if (process.env.BERTUNE_DOWNLOAD !== '1') return;
  const { library } = await findTensorFlow();
  if (library) return;
  try {
    const { directory } = await provideTensorFlow();
    process.stderr.write(`native tests: TensorFlow was fetched into ${directory}\n`);
  } catch (error) {
    process.stderr.write(
      `native tests are skipped: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
}
