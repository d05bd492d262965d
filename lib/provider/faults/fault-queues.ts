import { endpoints, noFault, planFault, type Endpoint, type FaultPlan } from './faults.js';

/** Faults that wait for their call: one queue per endpoint, first in, first out. */
export interface FaultQueues {
  /** @throws TypeError when the endpoint or the fault does not exist. */
  add(endpoint: unknown, fault: unknown): void;
  /** The fault of this call; {@link noFault} when none waits. */
  take(endpoint: Endpoint): FaultPlan;
  /** Applies a fault to each call of an endpoint for which none waits, until it is cleared. Throws as `add` does. */
  keep(endpoint: unknown, fault: unknown): void;
  /** The faults that are on, in the order in which calls will meet them. */
  list(): ActiveFault[];
  /** Drops the faults of an endpoint, or of all, or those with one name alone. */
  clear(which?: { endpoint: Endpoint; name?: string }): void;
}

/** A fault that waits for its call, or that all calls meet. */
export interface ActiveFault {
  endpoint: Endpoint;
  name: string;
  isKept: boolean;
}

export function createFaultQueues(): FaultQueues {
  const queues = new Map<Endpoint, FaultPlan[]>();
  const kept = new Map<Endpoint, FaultPlan>();
  return {
    add(endpoint, fault) {
      const known = knownEndpoint(endpoint);
      queues.set(known, [...(queues.get(known) ?? []), planFault(known, fault)]);
    },
    keep(endpoint, fault) {
      const known = knownEndpoint(endpoint);
      kept.set(known, planFault(known, fault));
    },
    take: (endpoint) => queues.get(endpoint)?.shift() ?? kept.get(endpoint) ?? noFault,
    list: () =>
      endpoints.flatMap((endpoint) => [
        ...(queues.get(endpoint) ?? []).map(({ name }) => ({ endpoint, name, isKept: false })),
        ...[kept.get(endpoint)].flatMap((plan) => (plan ? [{ endpoint, name: plan.name, isKept: true }] : [])),
      ]),
    clear(which) {
      for (const endpoint of which === undefined ? endpoints : [which.endpoint]) {
        const isCleared = ({ name }: FaultPlan): boolean => which?.name === undefined || which.name === name;
        queues.set(
          endpoint,
          (queues.get(endpoint) ?? []).filter((plan) => !isCleared(plan)),
        );
        const plan = kept.get(endpoint);
        if (plan !== undefined && isCleared(plan)) kept.delete(endpoint);
      }
    },
  };
}

function knownEndpoint(endpoint: unknown): Endpoint {
  const known = endpoints.find((each) => each === endpoint);
  if (known !== undefined) return known;
  throw new TypeError(`once: the endpoint must be one of ${endpoints.join(', ')}, not ${JSON.stringify(endpoint)}`);
}
