// @ts-check
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * A failure that the sources can report.
 *
 * @typedef {object} KnownError
 * @property {string} file relative to the workspace root, with forward slashes
 * @property {'configuration' | 'user-code' | 'cluster' | 'bug'} culprit
 * @property {string} message with `<placeholders>`
 * @property {string} next the next step, or empty
 */

const culprits = ['configuration', 'user-code', 'cluster', 'bug'];

/**
 * Every `new NxKubeError(…)` of the published packages, and every `configurationError(…)` of the plugin.
 *
 * @param {string} root absolute path of the workspace
 * @returns {KnownError[]} by file and position
 */
export function knownErrors(root) {
  const files = ['cluster', 'executors', 'plugin'].flatMap((name) => {
    const folder = `packages/${name}/src`;
    const paths = readdirSync(join(root, folder), { recursive: true }).map((path) =>
      String(path).replaceAll('\\', '/'),
    );
    return paths
      .filter((path) => /\.ts$/.test(path) && !/\.(spec|fixture|d)\.ts$/.test(path))
      .sort()
      .map((path) => `${folder}/${path}`);
  });
  return files.flatMap((file) => errorsOf(file, readFileSync(join(root, file), 'utf8')));
}

/**
 * @param {string} file
 * @param {string} text
 * @returns {KnownError[]}
 */
export function errorsOf(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {KnownError[]} */
  const found = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isNewExpression(node) && ['NxKubeError', 'ApiError', 'RegistryError'].includes(node.expression.getText())) {
      const [culprit, message, ...others] = node.arguments ?? [];
      if (culprit && message) found.push(...combinations(file, culpritOf(culprit), message, nextOf(others.at(-1))));
    }
    if (ts.isCallExpression(node) && node.expression.getText() === 'configurationError') {
      const [message, next] = node.arguments;
      if (message) found.push(...combinations(file, 'configuration', message, next));
    }
    if (ts.isCallExpression(node) && /\.report$/.test(node.expression.getText())) {
      const [field, message, next] = node.arguments;
      if (field && message && next) found.push(...combinations(file, 'configuration', message, next, '<field>: '));
    }
    if (ts.isObjectLiteralExpression(node)) {
      const message = propertyOf(node, 'mistake');
      const next = propertyOf(node, 'next');
      if (message && next) found.push(...combinations(file, 'configuration', message, next, '<file>: <key>: '));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/**
 * @param {string} file
 * @param {KnownError['culprit']} culprit
 * @param {ts.Expression} message
 * @param {ts.Expression | undefined} next
 * @param {string} [subject] what the message is printed after
 * @returns {KnownError[]} one for each way in which the message can read
 */
function combinations(file, culprit, message, next, subject = '') {
  const step = next ? textsOf(next).join(' / ') : '';
  return textsOf(message)
    .filter(hasWords)
    .map((text) => ({ file, culprit, message: subject + text, next: hasWords(step) ? step : '' }));
}

/** @param {ts.Expression} node @returns {KnownError['culprit']} */
function culpritOf(node) {
  const text = ts.isStringLiteral(node) ? node.text : 'configuration';
  return /** @type {KnownError['culprit']} */ (culprits.includes(text) ? text : 'configuration');
}

/** Whether more than placeholders is known of a text. @param {string} text */
function hasWords(text) {
  return /[a-z]{2}/.test(text.replaceAll(/<[^>]*>/g, ''));
}

/** @param {ts.Expression | undefined} options @returns {ts.Expression | undefined} */
function nextOf(options) {
  return options && ts.isObjectLiteralExpression(options) ? propertyOf(options, 'next') : undefined;
}

/** @param {ts.ObjectLiteralExpression} object @param {string} name @returns {ts.Expression | undefined} */
function propertyOf(object, name) {
  for (const property of object.properties) {
    if (ts.isPropertyAssignment(property) && property.name.getText() === name) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property) && property.name.text === name) return property.name;
  }
  return undefined;
}

/**
 * The texts that an expression can have, with placeholders for what is known only when it runs.
 *
 * @param {ts.Expression} node
 * @returns {string[]}
 */
function textsOf(node) {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node)) {
    const tail = node.templateSpans.map((span) => placeholder(span.expression) + span.literal.text);
    return [node.head.text + tail.join('')];
  }
  if (ts.isConditionalExpression(node)) return [...textsOf(node.whenTrue), ...textsOf(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return textsOf(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken)
    return [`${textsOf(node.left)[0]}${textsOf(node.right)[0]}`];
  if (ts.isIdentifier(node)) {
    const initializer = initializerOf(node);
    if (initializer && !ts.isIdentifier(initializer)) return textsOf(initializer);
  }
  return [placeholder(node)];
}

/** The initializer of a `const` in one of the blocks around an identifier. @param {ts.Identifier} node */
function initializerOf(node) {
  for (let scope = node.parent; scope; scope = scope.parent) {
    if (!ts.isBlock(scope) && !ts.isSourceFile(scope)) continue;
    for (const statement of scope.statements) {
      if (!ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (initializer && ts.isIdentifier(name) && name.text === node.text) return initializer;
    }
  }
  return undefined;
}

/** @param {ts.Expression} node @returns {string} */
function placeholder(node) {
  if (ts.isIdentifier(node)) return `<${node.text}>`;
  if (ts.isPropertyAccessExpression(node)) return `<${node.name.text}>`;
  if (ts.isCallExpression(node)) {
    const [argument] = node.arguments;
    const name = node.expression.getText();
    if (name === 'subject') return '<Kind/namespace/name>';
    if (name === 'Math.round') return '<seconds>';
    if (name === 'JSON.stringify' && argument) return `"${placeholder(argument)}"`;
    if (ts.isPropertyAccessExpression(node.expression)) return placeholder(node.expression.expression);
    if (ts.isIdentifier(node.expression)) return `<${node.expression.text.replace(/Of$/, '')}>`;
  }
  if (ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node)) return placeholder(node.expression);
  return '<…>';
}
