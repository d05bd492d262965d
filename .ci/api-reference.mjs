// Writes docs/api/ from the docstrings of what the package exports; with --check, compares it with what is there.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, Converter, LiteralType, ReflectionKind, UnionType } from 'typedoc';

const root = new URL('..', import.meta.url).pathname;
const target = join(root, 'docs/api');
const entries = ['.', 'express', 'web', 'provider', 'auth-js', 'better-auth'];
/** Other libraries call the members of these; apps do not. */
const opaque = ['AuthJsProvider', 'BetterAuthPlugin'];

const folder = mkdtempSync(join(tmpdir(), 'api-reference-'));
try {
  await write(folder);
  const stale = compare(folder, target);
  if (!process.argv.includes('--check')) {
    rmSync(target, { recursive: true, force: true });
    cpSync(folder, target, { recursive: true });
    console.log(`docs/api: ${readdirSync(target).length} files, ${stale.length} of them changed`);
  } else if (stale.length > 0) {
    console.error(`docs/api is not what the docstrings say (${stale.join(', ')}): npm run docs:api`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}

async function write(out) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    entryPoints: entries.map((entry) => join(root, 'lib', entry, 'index.ts')),
    tsconfig: join(root, 'tsconfig.build.json'),
    out,
    name: 'API reference',
    readme: 'none',
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    // What declarations refer to and no app has to name.
    intentionallyNotExported: ['FastifyParts', 'PartsOf'],
    requiredToBeDocumented: ['Function', 'Class', 'Variable', 'Interface', 'TypeAlias', 'Method', 'Accessor'],
    validation: { notExported: true, invalidLink: true, notDocumented: true },
    logLevel: 'Warn',
    groupOrder: ['Functions', 'Classes', 'Variables', 'Interfaces', 'Type Aliases'],
    sortEntryPoints: false,
    indexFormat: 'table',
    expandObjects: true,
    tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
    outputFileStrategy: 'modules',
    hideBreadcrumbs: true,
    hidePageHeader: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    pageTitleTemplates: { module: titleOf },
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, listMembers);
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => removeMembers(project));
  const project = await app.convert();
  if (project === undefined) throw new Error('TypeDoc could not read lib/');
  app.validate(project);
  await app.generateOutputs(project);
  for (const name of readdirSync(out)) tidy(join(out, name));
  if (app.logger.warningCount + app.logger.errorCount > 0) throw new Error('See the warnings above.');
}

/** Lists the members of a union that is made of a constant: `Extract<keyof typeof constant, string>`. */
function listMembers(context) {
  const checker = context.programs[0].getTypeChecker();
  for (const alias of context.project.getReflectionsByKind(ReflectionKind.TypeAlias)) {
    if (alias.type?.name !== 'Extract') continue;
    const declared = checker.getDeclaredTypeOfSymbol(context.getSymbolFromReflection(alias));
    alias.type = new UnionType(declared.types.map(({ value }) => new LiteralType(value)));
  }
}

/** Leaves inherited members to what is extended, which the reference names and links. */
function removeMembers(project) {
  const members = project.getReflectionsByKind(ReflectionKind.ClassOrInterface | ReflectionKind.SomeMember);
  const isInherited = ({ inheritedFrom }) => inheritedFrom?.reflection !== undefined;
  const removed = members.filter((member) => isInherited(member) || opaque.includes(member.parent?.name));
  for (const member of removed) project.removeReflection(member);
}

/** Leaves out anchors that no link of the page has, and makes one line of what another page describes. */
function tidy(path) {
  const [text, references = ''] = readFileSync(path, 'utf8').split('\n## References\n');
  const others = [...references.matchAll(/^(?:Re-exports|Renames and re-exports) (.*)$/gm)].map(([, link]) => link);
  const named = references.includes('### Strategy\n') ? '`Strategy` is another name of ' : 'Described elsewhere: ';
  const tidied = text
    .replaceAll(/<a id="([\w-]+)"><\/a> /g, (anchor, id) => (text.includes(`(#${id})`) ? anchor : ''))
    .replaceAll(
      /\[(index|express|web|provider|auth-js|better-auth)\](?=\(\w)/g,
      (_all, name) => `[\`${titleOf({ name })}\`]`,
    )
    .trimEnd();
  writeFileSync(
    path,
    `${tidied}\n${others.length === 0 ? '' : `\n## Also exported\n\n${named}${others.join(', ')}.\n`}`,
  );
}

function titleOf({ name }) {
  return name === 'index' ? 'passport-loginwith' : `passport-loginwith/${name}`;
}

/** The names of the files that differ. */
function compare(one, other) {
  const names = new Set([one, other].flatMap((path) => (existsSync(path) ? readdirSync(path) : [])));
  const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  return [...names].filter((name) => read(join(one, name)) !== read(join(other, name)));
}
