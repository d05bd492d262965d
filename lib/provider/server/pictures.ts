import { createHash } from 'node:crypto';

/**
 * The picture behind a path, or undefined where there is none: there are the theme's, and any that is asked for below
 * the uploads folder. Every picture is drawn from its path,
 * always the same one for the same path, and always SVG, whatever the path ends in: the bytes decide, as in a browser.
 */
export function pictureFor(path: string, uploadsPath: string): string | undefined {
  if (/^\/content\/themes\/default\/images\/[\w-]+\.(?:png|jpg)$/.test(path)) return silhouette();
  if (!path.startsWith(`${uploadsPath}/`) || !/[^/]\.(?:svg|png|jpe?g|gif|webp)$/i.test(path)) return undefined;
  return path.includes('cover') ? cover(path) : portrait(path);
}

function silhouette(): string {
  return drawing(
    200,
    200,
    `<rect width="200" height="200" fill="#d8d8dc"/>` +
      `<circle cx="100" cy="78" r="38" fill="#fff"/><ellipse cx="100" cy="190" rx="74" ry="62" fill="#fff"/>`,
  );
}

function portrait(path: string): string {
  const [hue, tilt] = numbersOf(path);
  return drawing(
    200,
    200,
    `<rect width="200" height="200" fill="hsl(${hue} 55% 72%)"/>` +
      `<circle cx="${tilt % 200}" cy="40" r="60" fill="hsl(${hue + 40} 60% 80%)"/>` +
      `<ellipse cx="100" cy="196" rx="78" ry="64" fill="hsl(${hue + 180} 40% 40%)"/>` +
      `<circle cx="100" cy="86" r="42" fill="hsl(28 45% ${45 + (tilt % 35)}%)"/>` +
      `<path d="M58 84a42 42 0 0 1 84 0q-42-30-84 0" fill="hsl(${hue + 90} 30% 22%)"/>` +
      `<circle cx="86" cy="90" r="4"/><circle cx="114" cy="90" r="4"/>` +
      `<path d="M86 108q14 12 28 0" fill="none" stroke="#000" stroke-width="3"/>`,
  );
}

function cover(path: string): string {
  const [hue, tilt] = numbersOf(path);
  return drawing(
    1200,
    400,
    `<rect width="1200" height="400" fill="hsl(${hue} 60% 82%)"/>` +
      `<circle cx="${200 + tilt * 3}" cy="120" r="60" fill="hsl(48 90% 75%)"/>` +
      `<path d="M0 300 300 140 560 290 820 110 1200 320V400H0z" fill="hsl(${hue + 30} 35% 55%)"/>` +
      `<path d="M0 340 400 240 700 350 1000 250 1200 340V400H0z" fill="hsl(${hue + 60} 35% 38%)"/>`,
  );
}

function drawing(width: number, height: number, content: string): string {
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${content}</svg>`;
}

/** A hue and another number, the same for the same path. */
function numbersOf(path: string): [number, number] {
  const hash = createHash('sha256').update(path).digest();
  return [hash.readUInt16BE(0) % 360, hash.readUInt16BE(2) % 250];
}
