import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A repository of a few files, made for one test. */
export class Scratch {
  readonly root = mkdtempSync(join(tmpdir(), 'bertune-checks-'));

  write(files: Readonly<Record<string, string>>): this {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      writeFileSync(join(this.root, file), text);
    }
    return this;
  }

  git(...args: string[]): this {
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [...who, ...args], { cwd: this.root, stdio: 'pipe' });
    return this;
  }

  commit(message: string): this {
    return this.git('add', '-A').git('commit', '-qm', message);
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
