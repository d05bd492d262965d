/** Writes what happened and what to do as sentences in one line, for a terminal. */
export function toSentences({ message, hint }: { message: string; hint?: string | undefined }): string {
  const first = /[.?!]$/.test(message) ? message : `${message}.`;
  // A request's host name may be in a hint, and a terminal takes some characters for commands.
  return (hint === undefined ? first : `${first} ${hint}`).replace(/\p{C}/gu, '?');
}
