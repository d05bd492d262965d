import { codeOf } from './config.js';

/** A service that the app needs cannot be reached, or does not answer in time. */
export class ServiceLost extends Error {}

/** Whether a service answers: logs once when it is lost, and once when it is back. */
export interface Outage {
  fail: (error: unknown) => void;
  succeed: () => void;
}

/** How long all has to go well before a service counts as back, in milliseconds. */
const calm = 1000;

export function createOutage(service: string, consequence: string, log: (text: string) => void): Outage {
  let isLost = false;
  let failedAt = 0;
  return {
    fail(error) {
      failedAt = Date.now();
      if (!isLost) log(`${service} is lost: ${describeError(error)}. ${consequence}`);
      isLost = true;
    },
    succeed() {
      if (!isLost || Date.now() - failedAt < calm) return;
      isLost = false;
      log(`${service} is back.`);
    },
  };
}

/** Both of a name's addresses may have refused; such an error has a code, but no message. */
export function describeError(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return String(message || codeOf(error) || error);
}

/** @throws ServiceLost if the work takes longer. */
export async function within<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new ServiceLost('it takes too long to answer')), milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
