// How long `require` of this package and of passport-oauth2 takes in fresh processes: the medians in milliseconds.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const runs = 41;
const modules = ['passport-loginwith', 'passport-oauth2'];
const times = new Map(modules.map((name) => [name, []]));

for (let run = 0; run < runs; run++) {
  for (const name of modules) {
    const script = `const began = process.hrtime.bigint(); require(${JSON.stringify(require.resolve(name))}); console.log(Number(process.hrtime.bigint() - began) / 1e6)`;
    times.get(name).push(Number(execFileSync(process.execPath, ['-e', script])));
  }
}
for (const [name, list] of times) {
  const median = list.sort((a, b) => a - b)[Math.floor(runs / 2)];
  console.log(`require('${name}'): ${median.toFixed(1)} ms (median of ${runs} processes, Node ${process.version})`);
}
