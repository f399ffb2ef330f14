import { LibraryError } from './errors.js';

/** A file of a wheel and what it must be. */
export interface PinnedMember {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly sha256: string;
}

/** One TensorFlow that can be downloaded. */
export interface Build {
  /** Name of its folder in the cache. */
  readonly entry: string;
  /** Python package. */
  readonly package: string;
  /** TensorFlow's version. */
  readonly version: string;
  /** Whether it comes with NVIDIA's packages. */
  readonly cuda: boolean;
  /** CPython whose wheel is asked for; no Python of that version is needed. */
  readonly pythonVersion: string;
  /** pip's platform tags. */
  readonly tags: readonly string[];
  /** Bytes to download, all wheels together. */
  readonly downloadBytes: number;
  /** Bytes in the cache afterwards. */
  readonly unpackedBytes: number;
  /** The members that are taken, by their names in the wheel, with what they must be. */
  readonly members: Readonly<Record<string, PinnedMember>>;
}

/** The TensorFlow that is downloaded. */
export const tensorFlowVersion = '2.21.0';

const pythonVersion = '3.12';
const manylinux = (processor: string): string[] => [
  `manylinux_2_27_${processor}`,
  `manylinux_2_17_${processor}`,
  `manylinux2014_${processor}`,
];

/*
 * Sizes and sums of the members of the wheels for CPython 3.12, computed from the unpacked files. NVIDIA's wheels are
 * not pinned: TensorFlow names ranges of them, and each is checked against the sums in its own RECORD.
 */
const builds: Readonly<Record<string, Build>> = {
  'linux-x64': {
    entry: `tensorflow-${tensorFlowVersion}-linux-x64`,
    package: 'tensorflow-cpu',
    version: tensorFlowVersion,
    cuda: false,
    pythonVersion,
    tags: manylinux('x86_64'),
    downloadBytes: 274_000_871,
    unpackedBytes: 853_800_000,
    members: {
      'tensorflow/libtensorflow_cc.so.2': {
        size: 788_086_608,
        sha256: '6505a4b9657e62100c6bdacb683957a395cb047725042945aaa50e40a71e429e',
      },
      'tensorflow/libtensorflow_framework.so.2': {
        size: 65_222_328,
        sha256: 'f060b323b26ef80add21b9df9428de3aeaf2843d772c5bb098745f7abff3709b',
      },
    },
  },
  'linux-x64-cuda': {
    entry: `tensorflow-${tensorFlowVersion}-linux-x64-cuda`,
    package: 'tensorflow',
    version: tensorFlowVersion,
    cuda: true,
    pythonVersion,
    tags: manylinux('x86_64'),
    downloadBytes: 3_380_000_000,
    unpackedBytes: 5_600_000_000,
    members: {
      'tensorflow/libtensorflow_cc.so.2': {
        size: 1_096_372_272,
        sha256: '2889ecc99d7641620f41a4bea538f4dd4b626f75aa3e12623161ae939054191c',
      },
      'tensorflow/libtensorflow_framework.so.2': {
        size: 162_648_808,
        sha256: '98847c6f0448308159f6d3ff55e13a9e92978598c7fbb34cde63aadf35c6fe84',
      },
    },
  },
  'linux-arm64': {
    entry: `tensorflow-${tensorFlowVersion}-linux-arm64`,
    package: 'tensorflow',
    version: tensorFlowVersion,
    cuda: false,
    pythonVersion,
    tags: manylinux('aarch64'),
    downloadBytes: 281_946_471,
    unpackedBytes: 883_500_000,
    members: {
      'tensorflow/libtensorflow_cc.so.2': {
        size: 814_885_544,
        sha256: '5f7de6ba6478ed7b83767a6e661e3e6e6931b05c64db14ba98250e52316a007c',
      },
      'tensorflow/libtensorflow_framework.so.2': {
        size: 68_176_664,
        sha256: 'deade33b9ab90ff468fd1d1f8f6079bec5a3a507cf2d13c3218aa8beec28aeb3',
      },
    },
  },
  'darwin-arm64': {
    entry: `tensorflow-${tensorFlowVersion}-darwin-arm64`,
    package: 'tensorflow',
    version: tensorFlowVersion,
    cuda: false,
    pythonVersion,
    tags: ['macosx_12_0_arm64'],
    downloadBytes: 223_488_205,
    unpackedBytes: 741_300_000,
    members: {
      'tensorflow/libtensorflow_cc.2.dylib': {
        size: 691_352_648,
        sha256: 'e003ba85c57343137691f436beed1b13fe93e9dbe54acdbcc285fe2d8090f6c5',
      },
      'tensorflow/libtensorflow_framework.2.dylib': {
        size: 49_452_976,
        sha256: '34f4b7baabc727dbd85e67741df3f4ce4f07e21b7ab57b9f818a3701d99b1287',
      },
    },
  },
};

/**
 * The build for a system.
 * @param platformId for example `linux-x64`
 * @param cuda whether it is to use an NVIDIA GPU
 * @throws LibraryError `unsupported-platform`
 */
export function buildFor(platformId: string, cuda: boolean): Build {
  const build = builds[cuda ? `${platformId}-cuda` : platformId];
  if (build) return build;
  throw new LibraryError('unsupported-platform', {
    where: `TensorFlow ${tensorFlowVersion}`,
    expected: `one of ${Object.keys(builds).join(', ')}`,
    found: cuda ? `${platformId} with CUDA` : platformId,
    remedy: 'Set BERTUNE_TENSORFLOW to a folder with a libtensorflow of your own, or use another backend.',
  });
}
