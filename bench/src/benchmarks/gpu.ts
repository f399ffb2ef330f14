import { type Benchmark, chosen, type Outcome } from '../benchmark.js';
import { compareGpuAccuracy } from '../gpu/accuracy.js';
import { detectGpu } from '../gpu/detect.js';
import { precisions } from '../gpu/precision.js';
import { compareGpuSteps, type FirstLosses } from '../gpu/steps.js';
import { shapeName, shapeOf, smokeShape } from '../shape.js';

const SHAPES = [shapeOf(4, 256, 32, 64), shapeOf(12, 768, 32, 128), shapeOf(12, 768, 64, 128)];

/** Step time, memory and accuracy on an NVIDIA GPU; says so and ends where there is none. */
export const gpu: Benchmark = {
  summary: 'on an NVIDIA GPU: step time, memory and accuracy in fp32, TF32 and bfloat16, against PyTorch',
  needsPeer: () => true,
  async run(context) {
    const { settings, say } = context;
    const found = await detectGpu();
    if (!found) {
      say('no GPU at hand (nvidia-smi does not answer): nothing was measured');
      return { rows: [], engines: {}, versions: {}, skipped: true };
    }
    say(`${found.name}, ${found.memoryMb} MB, driver ${found.driver}`);
    const parts: Outcome[] = [];
    const losses: FirstLosses = new Map();
    for (const precision of precisions(settings.jitCompile)) {
      const steps = (settings.smoke ? [smokeShape] : SHAPES).map((shape) => ({
        name: `${shapeName(shape)} ${precision.name}`,
        shape,
      }));
      for (const each of chosen(steps, settings))
        parts.push(await compareGpuSteps(context, each, precision, losses));
      const accuracy = { name: `accuracy after one epoch ${precision.name}` };
      for (const { name } of chosen([accuracy], settings)) {
        parts.push(await compareGpuAccuracy(context, name, precision));
      }
    }
    return {
      rows: parts.flatMap(({ rows }) => rows),
      engines: Object.assign({}, ...parts.map(({ engines }) => engines)) as Outcome['engines'],
      versions: Object.assign(
        { gpu: found.name, driver: found.driver },
        ...parts.map(({ versions }) => versions),
      ) as Outcome['versions'],
    };
  },
};
