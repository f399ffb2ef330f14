import { describe, expect, it } from '@jest/globals';

import { featuresOf, gpusOf, lookAtMachine } from '../../src/doctor/machine.js';

describe('featuresOf', () => {
  it('reads Linux on x86, on ARM, and macOS', () => {
    expect(
      featuresOf(
        'processor\t: 0\nflags\t\t: fpu avx avx2 avx512f amx_tile amx_bf16\nbugs\t\t: avx512_bf16\n',
      ),
    ).toEqual(['avx', 'avx2', 'avx512f', 'amx_bf16']);
    expect(featuresOf('Features\t: fp asimd asimddp bf16\n')).toEqual(['asimd', 'asimddp', 'bf16']);
    expect(
      featuresOf('hw.optional.arm.FEAT_BF16: 1\nhw.optional.avx2_0: 1\nhw.optional.avx512f: 0\n'),
    ).toEqual(['avx2', 'bf16']);
    expect(featuresOf('')).toEqual([]);
  });
});

describe('gpusOf', () => {
  it('reads what nvidia-smi prints, and nothing out of its complaints', () => {
    expect(gpusOf('NVIDIA H100 80GB HBM3, 81559 MiB, 550.54.15\n')).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', memory: '81559 MiB', driver: '550.54.15' },
    ]);
    expect(gpusOf("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n")).toEqual(
      [],
    );
  });
});

describe('lookAtMachine', () => {
  it('knows this one', async () => {
    const machine = await lookAtMachine();
    expect(machine.threads).toBeGreaterThan(0);
    expect(machine.memoryBytes).toBeGreaterThanOrEqual(machine.availableBytes);
  });
});
