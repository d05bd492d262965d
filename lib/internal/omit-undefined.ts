type OmitUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** A copy without the entries whose value is undefined, so that what is absent is not listed either. */
export function omitUndefined<T extends object>(fields: T): OmitUndefined<T> {
  // The entries are T's own, less those whose value is undefined.
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as OmitUndefined<T>;
}
