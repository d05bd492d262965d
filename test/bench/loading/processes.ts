import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Subject } from './subjects';

/** What loading cost in one process. */
export interface Load {
  /** Milliseconds until the entry was there. */
  loaded: number;
  /** Milliseconds until it was also set up. */
  ready: number;
  /** Resident memory of the process that loading added, in bytes. */
  memory: number;
}

/**
 * Loads each subject in `runs` new processes, in turns, so that all of them meet the same machine.
 *
 * @param folderOf the folder of an installation
 */
export function measureLoads(
  subjects: readonly Subject[],
  runs: number,
  folderOf: (installation: string) => string,
): Map<Subject, Load[]> {
  const programs = subjects.map((subject, index) => {
    const isModule = subject.load.startsWith('await');
    const path = join(folderOf(subject.installation), `load-${index}.${isModule ? 'mjs' : 'cjs'}`);
    writeFileSync(path, programOf(subject));
    return { path, subject, loads: [] as Load[] };
  });
  // The first round reads the files from the disk.
  for (let round = 0; round <= runs; round++) {
    for (const { path, loads } of round % 2 === 0 ? programs : programs.toReversed()) {
      const load = JSON.parse(execFileSync(process.execPath, [path], { encoding: 'utf8' })) as Load;
      if (round > 0) loads.push(load);
    }
  }
  return new Map(programs.map(({ subject, loads }) => [subject, loads]));
}

/**
 * A file and not `node -e`, which has loaded node:crypto and others before. No garbage collection either: it drops what
 * Node has compiled of itself, and would double the times.
 */
function programOf({ before = '', load, setUp = '' }: Subject): string {
  return `
    ${before}
    const memory = process.memoryUsage.rss();
    const began = process.hrtime.bigint();
    const entry = ${load};
    const loaded = process.hrtime.bigint();
    const memoryLoaded = process.memoryUsage.rss();
    const continued = process.hrtime.bigint();
    ${setUp}
    const ended = process.hrtime.bigint();
    const milliseconds = (from, to) => Number(to - from) / 1e6;
    const time = milliseconds(began, loaded);
    console.log(JSON.stringify({
      loaded: time, ready: time + milliseconds(continued, ended), memory: memoryLoaded - memory,
    }));
    process.exit();
  `;
}
