import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
/** Colours that are closer than this, as the square of their distance, become one. */
const nearby = 80;

/** Encodes a picture of Chromium's again, with a palette: a page has few colours, and so takes a third of the space. */
export function shrinkPNG(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([color]) => color);
  const palette: number[] = [];
  for (const color of byCount)
    if (palette.length < 256 && palette.every((other) => distance(color, other) > nearby)) palette.push(color);
  const indexes = new Map(byCount.map((color) => [color, nearestIn(palette, color)]));
  const rows = Buffer.alloc((width + 1) * height);
  pixels.forEach((color, i) => (rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = indexes.get(color)!));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap(channelsOf))),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Reads a picture of 8 bits per channel, without transparency, as Chromium writes it. */
function decode(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const size = { 2: 3, 6: 4 }[png[25]!];
  if (size === undefined) throw new Error(`a PNG of the colour type ${png[25]}`);
  const parts: Buffer[] = [];
  for (let at = signature.length; at < png.length; at += 12 + png.readUInt32BE(at))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT')
      parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const data = inflateSync(Buffer.concat(parts));
  const stride = width * size;
  const pixels = new Uint32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y += 1) {
    const filter = data[y * (stride + 1)]!;
    const row = new Uint8Array(data.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let i = 0; i < stride; i += 1) {
      const [left, up, corner] = [row[i - size] ?? 0, above[i]!, above[i - size] ?? 0];
      row[i] = row[i]! + predict(filter, left, up, corner);
    }
    for (let x = 0; x < width; x += 1)
      pixels[y * width + x] = (row[x * size]! << 16) | (row[x * size + 1]! << 8) | row[x * size + 2]!;
    above = row;
  }
  return { width, height, pixels };
}

/** What the filters of PNG add to a byte, from its neighbours. */
function predict(filter: number, left: number, up: number, corner: number): number {
  if (filter < 3) return [0, left, up][filter]!;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(left + up - corner - value)) as [number, number, number];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

function channelsOf(color: number): number[] {
  return [color >> 16, (color >> 8) & 255, color & 255];
}

function distance(one: number, other: number): number {
  const others = channelsOf(other);
  return channelsOf(one).reduce((sum, channel, i) => sum + (channel - others[i]!) ** 2, 0);
}

function nearestIn(palette: readonly number[], color: number): number {
  return palette.reduce((best, each, i) => (distance(each, color) < distance(palette[best]!, color) ? i : best), 0);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
