const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });
const timeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
const distanceFormat = new Intl.RelativeTimeFormat('en-GB');

/** `1985-07-09` → `9 July 1985`. */
export function describeDay(date: string): string {
  return dayFormat.format(new Date(`${date}T00:00:00Z`));
}

/** `15 January 2024 at 12:34 UTC`: pages without a script cannot know the reader's time zone. */
export function describeTime(iso: string): string {
  return `${timeFormat.format(new Date(iso))} UTC`;
}

/** `in 59 minutes`, `3 minutes ago`, `in less than a minute`. */
export function describeDistance(iso: string, now: number): string {
  const minutes = (Date.parse(iso) - now) / 60_000;
  if (Math.abs(minutes) < 1) return minutes < 0 ? 'less than a minute ago' : 'in less than a minute';
  if (Math.abs(minutes) < 60) return distanceFormat.format(Math.trunc(minutes), 'minute');
  if (Math.abs(minutes) < 60 * 24) return distanceFormat.format(Math.trunc(minutes / 60), 'hour');
  return distanceFormat.format(Math.trunc(minutes / 60 / 24), 'day');
}
