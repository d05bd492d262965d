/** CPU milliseconds that `work` takes: unlike the clock, they do not depend on how busy the machine is. */
export function cpuTimeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  return millisecondsSince(before);
}

/** The same for work that waits; what else the process does meanwhile counts too. */
export async function cpuTimeDuring(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  return millisecondsSince(before);
}

function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
