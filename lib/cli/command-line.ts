/** What a command reads and writes. A test brings its own. */
export interface CommandLine {
  stdout: (text: string) => void;
  stderr: (text: string) => void;
  /** Whether `stdout` shows colours. */
  isTerminal?: boolean;
  /** Resolves when the command is to stop. */
  stopped: Promise<unknown>;
}

/** The command line was not understood. */
export class UsageError extends Error {}
