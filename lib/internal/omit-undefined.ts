type OmitUndefined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Copies an object without the entries whose value is undefined. */
export function omitUndefined<T extends object>(fields: T): OmitUndefined<T> {
  const copy: Record<string, unknown> = {};
  for (const key in fields) if (fields[key] !== undefined) copy[key] = fields[key];
  // These are T's entries without those whose value is undefined.
  return copy as OmitUndefined<T>;
}
