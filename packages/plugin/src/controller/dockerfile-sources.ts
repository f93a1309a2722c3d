import type { Reader } from '../files/facts.js';

/** Reads the paths that a Dockerfile copies from its context. */
export const dockerfile: Reader<string[]> = { name: 'dockerfile', version: '1', parse: dockerfileSources };

/** Reads a text as it is. */
export const text: Reader<string> = { name: 'text', version: '1', parse: (content) => content };

/**
 * The paths of the context in the COPY and ADD instructions of a Dockerfile. A wildcard or variable stands for
 * everything in the folder before it. Pure.
 */
export function dockerfileSources(dockerfile: string): string[] {
  const lines = dockerfile.replace(/^\s*#.*$/gm, '').replace(/\\\r?\n/g, ' ');
  const sources = [...lines.matchAll(/^\s*(?:COPY|ADD)\s+(.+)$/gim)].flatMap(([, args]) => {
    const flags = /^(?:--\S+\s+)*/.exec(args!)![0];
    if (/--from=/.test(flags)) return [];
    const rest = args!.slice(flags.length).trim();
    return (rest.startsWith('[') ? list(rest) : rest.split(/\s+/)).slice(0, -1);
  });
  const paths = sources.filter((source) => !/^<<|^\w+:\/\/|^git@/.test(source));
  return [...new Set(paths.map(fixedPart))];
}

function list(json: string): string[] {
  try {
    return (JSON.parse(json) as unknown[]).map(String);
  } catch {
    return [];
  }
}

function fixedPart(source: string): string {
  const names = source
    .replace(/^\.?\/+/, '')
    .split('/')
    .filter(Boolean);
  const end = names.findIndex((name) => /[*?[$]/.test(name));
  return (end < 0 ? names : names.slice(0, end)).join('/') || '.';
}
