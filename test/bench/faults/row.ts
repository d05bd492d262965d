import type { Fault } from './fake-provider';

/** Stands in texts of a provider that nobody may see. */
export const secretMark = 'SECRETMARK';

/** A login that succeeds, or the code and the status of the error in which it ends. */
export type Outcome = 'user' | `${string} ${number}`;

/** A fault, and what is to become of the login. */
export interface FaultRow {
  name: string;
  fault: Fault;
  /** The outcome when the fault meets this call; absent: it meets only the other one. */
  authorize?: Outcome;
  userInfo?: Outcome;
  /** The outcome of both. */
  both?: Outcome;
  /**
   * What the same callback page does when it is loaded again after `authorize` has failed and the provider works:
   * `user`: the key was never looked at, so it is exchanged now. `either`: it may be. Absent: it must not be.
   */
  reload?: 'user' | 'either';
}
