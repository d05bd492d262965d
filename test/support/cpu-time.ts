/** CPU milliseconds that `work` takes: unlike the clock, they do not depend on how busy the machine is. */
export function cpuTimeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  return cpuTimeSince(before);
}

/** CPU milliseconds of this process until `work` has ended. */
export async function cpuTimeUntil(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return cpuTimeSince(before);
}

function cpuTimeSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
