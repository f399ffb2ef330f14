import { readFileSync } from 'node:fs';

import { LibraryError } from './errors.js';
import type { Platform } from './platform.js';

function cpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Reasons why TensorFlow's wheels would not run here although there are some for the platform. @throws LibraryError `unsupported-platform` */
export function checkSystem(platform: Platform): void {
  if (platform.id !== 'linux-x64') return;
  const refuse = (expected: string, found: string): LibraryError =>
    new LibraryError('unsupported-platform', {
      where: 'TensorFlow for linux-x64',
      expected,
      found,
      remedy: 'Set BERTUNE_TENSORFLOW to a libtensorflow built for this machine, or use another backend.',
    });
  const flags = /^flags\s*:(.*)$/m.exec(cpuInfo())?.[1];
  if (flags !== undefined && !/\bavx\b/.test(flags)) throw refuse('a processor with AVX', 'one without');
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = report.header?.glibcVersionRuntime;
  if (glibc === undefined)
    throw refuse('a system with glibc', 'another C library (musl, as in Alpine Linux)');
  const [major = 0, minor = 0] = glibc.split('.').map(Number);
  if (major === 2 && minor < 27) throw refuse('glibc 2.27 or later', `glibc ${glibc}`);
}
