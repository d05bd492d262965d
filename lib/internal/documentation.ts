/** The address of an error's or a warning's section in the package's documentation. */
export function documentationOf(code: string): string {
  return `passport-loginwith/docs/errors.md#${code.toLowerCase()}`;
}
