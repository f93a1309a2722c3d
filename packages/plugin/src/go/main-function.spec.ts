import { describe, expect, it } from 'vitest';
import { mainKind, type MainKind } from './main-function.js';

describe('mainKind', () => {
  it.each<[string, string, MainKind | undefined]>([
    ['an empty file', '', 'stub'],
    ['a file of comments', '/* package main\n\nfunc main() { run() } */\n// package main\n', 'stub'],
    ['a package without a function', 'package main\n', 'stub'],
    ['an empty function', 'package main\n\nfunc main() {}\n', 'stub'],
    ['a function of comments', 'package main\n\nfunc main() {\n\t// TODO: run()\n}\n', 'stub'],
    ['a function with code', '// Copyright\npackage main\n\nfunc main() {\n\trun()\n}\n', 'program'],
    ['a text that looks like a comment', 'package main\n\nvar x = "/*"\n\nfunc main() { run() }\n', 'program'],
    [
      'a manager',
      'package main\n\nimport ctrl "sigs.k8s.io/controller-runtime"\n\nfunc main() { ctrl.Run() }\n',
      'manager',
    ],
    ['another package', 'package cmd\n\nfunc main() { run() }\n', undefined],
    ['a file that builds ignore', '//go:build ignore\n\npackage main\n\nfunc main() { run() }\n', undefined],
  ])('%s has its kind', (_, text, kind) => expect(mainKind(text)).toBe(kind));
});
