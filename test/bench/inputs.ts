/**
 * Reads hostile texts with everything in `lib` that reads texts from outside, and measures the CPU time: in one call of
 * each function, by the length of the text, and in whole requests to an app.
 *
 *   npm run bench:inputs
 *   npm run bench:inputs -- --short
 *
 * Fails if a time grows faster than the text, or if one request stops the process for too long.
 */
import { measure, type Effort, type Measurement } from './inputs/measure';
import { measureRequests, type SlowestRequest } from './inputs/requests';
import { subjects } from './inputs/subjects';
import { markdownTable } from './markdown-table';

/** A text that is twice as long takes twice as long to read. Four times would be quadratic. */
const maximumGrowth = 2.6;
/** In milliseconds, for 16 KB from a browser. */
const maximumTime = 5;

const isShort = process.argv.includes('--short');
const effort: Effort = isShort
  ? { sweepLength: 16, finalists: 1, lengths: [16, 32, 64, 128, 256], samples: 4 }
  : { sweepLength: 64, finalists: 3, lengths: [4, 8, 16, 32, 64, 128, 256], samples: 5 };

void run();

async function run(): Promise<void> {
  const measurements: Measurement[] = [];
  for (const subject of subjects) measurements.push(await measure(subject, effort));
  console.log(tableOf(measurements));
  const requests = await measureRequests(isShort);
  console.log(`\n${tableOfRequests(requests.slice(0, 10))}`);
  console.log(`\nThe 10 slowest of ${requests.length} places for a hostile text in a request.`);
  const failures = [...measurements.flatMap(findMistakes), ...requests.flatMap(findMistakeOfRequest)];
  for (const failure of failures) console.log(`FAILED: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

function tableOf(measurements: Measurement[]): string {
  const header = ['function', 'from', 'worst text', 'ms at 16 KB', 'ms at 256 KB', 'growth per doubling'];
  const rows = measurements.map(({ subject, shape, times, growth }) => {
    const [short, long] = [times.get(16), times.get(256)].map((time) => time?.toFixed(2) ?? 'not tried');
    return [subject.name, subject.source, shape.name, short!, long!, growth?.toFixed(2) ?? ''];
  });
  return markdownTable(header, rows);
}

function tableOfRequests(requests: SlowestRequest[]): string {
  const rows = requests.map(({ place, shape, time, usualTime }) => [
    ...[place, shape, time.toFixed(2), usualTime.toFixed(2)],
  ]);
  return markdownTable(['request of 15 KB', 'worst text', 'ms', 'ms with letters alone'], rows);
}

function findMistakes({ subject, shape, times, growth = 0 }: Measurement): string[] {
  const time = times.get(16) ?? Infinity;
  return [
    ...(growth > maximumGrowth ? [`${subject.name}: ${shape.name} grows by ${growth.toFixed(2)} per doubling`] : []),
    ...(subject.source === 'browser' && time > maximumTime
      ? [`${subject.name}: ${shape.name} takes ${time.toFixed(1)} ms at 16 KB`]
      : []),
  ];
}

function findMistakeOfRequest({ place, shape, time }: SlowestRequest): string[] {
  return time > maximumTime ? [`${place}: ${shape} takes ${time.toFixed(1)} ms`] : [];
}
