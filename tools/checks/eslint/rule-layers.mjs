import { builtinModules } from 'node:module';
import { isAbsolute, join, posix, relative, sep } from 'node:path';
import { LAYERS, TEST_IMPORTS, isBackend } from './table.mjs';

const BUILT_IN = new Set(builtinModules);

/** `@scope/name/sub` -> `@scope/name`, `name/sub` -> `name`. */
function packageOf(specifier) {
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

/**
 * Which layer a file belongs to.
 * @param {string} file path from the repository root, with `/`
 */
function locate(file) {
  const [group, ...path] = file.split('/');
  const alone = LAYERS[group]; // a package at the root
  const [name, ...rest] = alone ? [group, ...path] : path;
  const folder = alone ? group : `${group}/${name}`;
  const layer = alone ?? LAYERS[folder] ?? LAYERS[`${group}/*`];
  if (!layer || rest.length === 0) return undefined;
  return {
    ...layer,
    folder,
    group,
    name,
    inside: rest.join('/'),
    isTest: rest[0] !== 'src' && group !== 'tools',
  };
}

/** @returns {string | undefined} why `specifier` may not be imported, or undefined where it may */
function objection(place, specifier) {
  const { folder, inside, isTest } = place;
  const library = place.group === 'packages' && !isTest;
  if (specifier.startsWith('.') || isAbsolute(specifier)) {
    const target = posix.normalize(posix.join(folder, posix.dirname(inside), specifier));
    const isConfiguration = /^jest[\w.]*\.mjs$/.test(inside); // extends the configuration at the root
    return target.startsWith(`${folder}/`) || target === folder || isConfiguration
      ? undefined
      : `leaves ${folder}; import the other package by its name`;
  }
  if (specifier.startsWith('#')) return undefined; // the package's own `imports` map
  const name = packageOf(specifier);
  if (specifier.startsWith('node:') || BUILT_IN.has(name)) {
    if (!library || place.open || /\.node\.ts$/.test(inside)) return undefined;
    return 'is a Node built-in; libraries run in the browser too, so it belongs in a `*.node.ts` file behind `#files`';
  }
  if (isBackend(name)) {
    if (isTest || place.backends) return undefined;
    return 'is a backend; only packages/tensorflow and the apps may name one';
  }
  const allowed = [...place.imports, ...(place.alsoIn?.[inside] ?? []), ...(isTest ? TEST_IMPORTS : [])];
  if (allowed.includes(name) || name === `@bertune/${place.name}`) return undefined;
  if (name.startsWith('@bertune/'))
    return `is no arrow of ARCHITECTURE.md (${folder} may import ${list(allowed)})`;
  if (isTest || place.open) return undefined;
  return `is not among the imports of ${folder} (${list(allowed)})`;
}

function list(names) {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function literal(node) {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral' && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** @type {import('eslint').Rule.RuleModule} */
export const layers = {
  meta: {
    type: 'problem',
    docs: { description: 'imports follow the arrows of ARCHITECTURE.md; only some layers name a backend' },
    messages: {
      forbidden: "'{{specifier}}' {{why}}.",
      backend:
        "'{{call}}' with a backend's name: only packages/tensorflow, the apps and tests may choose one.",
    },
    schema: [],
  },
  create(context) {
    const absolute = isAbsolute(context.filename) ? context.filename : join(context.cwd, context.filename);
    const place = locate(relative(context.cwd, absolute).split(sep).join('/'));
    if (!place) return {};

    function check(node) {
      const specifier = literal(node);
      if (specifier === undefined) return;
      const why = objection(place, specifier);
      if (why) context.report({ node, messageId: 'forbidden', data: { specifier, why } });
    }

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
      CallExpression(node) {
        const callee = node.callee.type === 'MemberExpression' ? node.callee.property : node.callee;
        if (callee.type !== 'Identifier') return;
        if (callee.name === 'require') check(node.arguments[0]);
        const choosesBackend = ['setBackend', 'registerBackend', 'findBackend'].includes(callee.name);
        if (choosesBackend && literal(node.arguments[0]) !== undefined && !place.backends && !place.isTest) {
          context.report({ node, messageId: 'backend', data: { call: callee.name } });
        }
      },
    };
  },
};
