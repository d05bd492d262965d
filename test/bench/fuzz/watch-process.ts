/** What this process prints and what it fails with, from now on. */
export interface ProcessWatch {
  /** Process warnings, and what goes to stderr. */
  texts: string[];
  /** Rejections and exceptions that nobody has handled. */
  failures: string[];
  clear(): void;
  stop(): void;
}

export function watchProcess(): ProcessWatch {
  const watch: ProcessWatch = {
    texts: [],
    failures: [],
    clear() {
      watch.texts = [];
      watch.failures = [];
    },
    stop() {
      process.off('warning', onWarning).off('unhandledRejection', onFailure).off('uncaughtException', onFailure);
      process.stderr.write = write;
    },
  };
  const onWarning = (warning: Error) => void watch.texts.push(`${warning.message} ${warning.stack}`);
  const onFailure = (error: unknown) =>
    void watch.failures.push(error instanceof Error ? String(error.stack) : String(error));
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = (text: string | Uint8Array) => {
    watch.texts.push(text.toString());
    return true;
  };
  process.on('warning', onWarning).on('unhandledRejection', onFailure).on('uncaughtException', onFailure);
  return watch;
}
