import { cpuTimeUntil } from '../../support/cpu-time';
import { shapes, type Shape } from './shapes';
import type { Subject } from './subjects';

export interface Measurement {
  subject: Subject;
  shape: Shape;
  /** CPU milliseconds by length of the text, in KB. */
  times: ReadonlyMap<number, number>;
  /** By which factor the time grows if the text is twice as long; undefined if the times are too small for that. */
  growth: number | undefined;
}

export interface Effort {
  /** Every shape is read once at this length, in KB, to find the slowest ones. */
  sweepLength: number;
  /** How many of the slowest shapes are measured. */
  finalists: number;
  /** In KB, each twice as long as the one before. */
  lengths: readonly number[];
  samples: number;
}

/** Below this, in milliseconds, the growth of a time is noise and nobody waits for it. */
const measurableTime = 1;
/** Longer texts are not tried after one that took so long, in milliseconds. */
const enoughTime = 400;

/** Measures the shape that takes longest. */
export async function measure(subject: Subject, effort: Effort): Promise<Measurement> {
  const sweep: { shape: Shape; time: number }[] = [];
  for (const shape of shapes) {
    const text = shape.make(effort.sweepLength * 1024);
    await subject.read(text);
    sweep.push({ shape, time: await cpuTimeUntil(async () => subject.read(text)) });
  }
  const finalists = sweep.sort((a, b) => b.time - a.time).slice(0, effort.finalists);
  const measurements: Measurement[] = [];
  for (const { shape } of finalists) measurements.push(await measureShape(subject, shape, effort));
  return measurements.sort((a, b) => longestOf(b) - longestOf(a))[0]!;
}

function longestOf({ times }: Measurement): number {
  return Math.max(...times.values());
}

async function measureShape(subject: Subject, shape: Shape, { lengths, samples }: Effort): Promise<Measurement> {
  const times = new Map<number, number>();
  for (const length of lengths) {
    const time = await timeOf(subject, shape.make(length * 1024), samples);
    times.set(length, time);
    if (time > enoughTime) break;
  }
  return { subject, shape, times, growth: growthOf([...times.values()]) };
}

/** The shortest of several samples: the others have met the compiler or the garbage collector. */
async function timeOf(subject: Subject, text: string, samples: number): Promise<number> {
  const once = await cpuTimeUntil(async () => subject.read(text));
  const repetitions = Math.max(1, Math.min(1000, Math.round(4 / Math.max(once, 0.004))));
  const repeat = async () => {
    for (let index = 0; index < repetitions; index += 1) await subject.read(text);
  };
  let shortest = Infinity;
  for (let sample = 0; sample < samples; sample += 1)
    shortest = Math.min(shortest, (await cpuTimeUntil(repeat)) / repetitions);
  return shortest;
}

/** The median of the last four doublings: one alone may have met the garbage collector. */
function growthOf(times: number[]): number | undefined {
  const last = times.slice(-5);
  if ((last.at(-1) ?? 0) < measurableTime) return undefined;
  return medianOf(last.slice(1).map((time, index) => time / last[index]!));
}

function medianOf(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}
