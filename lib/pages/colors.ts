/** The contrast that WCAG AA wants between text and its background. */
const minimumContrast = 4.5;

/** Returns the contrast of two colours such as `#2456b8` as WCAG defines it, from 1 to 21. */
export function contrastOf(color: string, other: string): number {
  const [darker = 0, lighter = 0] = [color, other].map(luminanceOf).sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Returns the colour of text on a background; of white and black, one is always readable. */
export function textColorOn(background: string): string {
  return contrastOf(background, '#ffffff') >= minimumContrast ? '#ffffff' : '#000000';
}

/** Returns a colour that is readable on a background: this one, mixed with as little of another as is needed. */
export function mixUntilReadable(color: string, other: '#000000' | '#ffffff', background: string): string {
  for (let part = 0; part < 1; part += 0.02) {
    const mixed = mix(color, other, part);
    if (contrastOf(mixed, background) >= minimumContrast) return mixed;
  }
  return other;
}

function mix(color: string, other: string, part: number): string {
  const others = channelsOf(other);
  const channels = channelsOf(color).map((channel, i) => Math.round(channel + ((others[i] ?? 0) - channel) * part));
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function luminanceOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = channelsOf(color).map((channel) => {
    const share = channel / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channelsOf(color: string): number[] {
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
}
