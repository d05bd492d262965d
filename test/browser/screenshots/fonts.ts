import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Lets Chromium show Inter where a page asks for the system's font: what most visitors see is closer to it than to the
 * font of a server. Without it, pictures show whatever font this machine has.
 */
export function useInter(): void {
  if (!hasInter()) {
    process.stderr.write('The font Inter is not here (apt-get install fonts-inter): the texts will look different.\n');
    return;
  }
  const file = join(mkdtempSync(join(tmpdir(), 'fonts-')), 'fonts.conf');
  // Chromium asks for the system's font by no name at all; the machine's own rules, after this one, would add some.
  const rule = `<match target="pattern">
    <test name="family" qual="all"><string>none</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>`;
  const others = '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>';
  writeFileSync(file, `<?xml version="1.0"?><fontconfig>${rule}${others}</fontconfig>`);
  process.env.FONTCONFIG_FILE = file;
}

function hasInter(): boolean {
  try {
    return execFileSync('fc-list', ['Inter']).length > 0;
  } catch {
    return false;
  }
}
