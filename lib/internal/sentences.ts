/** Writes what happened and what to do as sentences in one line. */
export function toSentences({ message, hint }: { message: string; hint?: string | undefined }): string {
  const first = /[.?!]$/.test(message) ? message : `${message}.`;
  return hint === undefined ? first : `${first} ${hint}`;
}
