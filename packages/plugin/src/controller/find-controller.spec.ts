import { describe, expect, it } from 'vitest';
import { mainKind, type MainKind } from '../go/main-function.js';
import { mainPackage } from './find-controller.js';

describe('mainPackage', () => {
  it.each<[string, Record<string, MainKind>, string | undefined]>([
    ['a program in the root', { '.': 'manager', cmd: 'manager' }, '.'],
    ['a program in cmd beside a stub in the root', { '.': 'stub', cmd: 'program' }, './cmd'],
    ['a program in the root beside a stub in cmd', { '.': 'program', cmd: 'stub' }, '.'],
    ['the only program below cmd beside a stub', { cmd: 'stub', 'cmd/fleet': 'program' }, './cmd/fleet'],
    [
      'the manager among programs below cmd',
      { cmd: 'stub', 'cmd/cli': 'program', 'cmd/fleet': 'manager' },
      './cmd/fleet',
    ],
    [
      'the program with the usual name',
      { cmd: 'stub', 'cmd/manager': 'manager', 'cmd/agent': 'manager' },
      './cmd/manager',
    ],
    ['no program where several are likely', { cmd: 'stub', 'cmd/a': 'manager', 'cmd/b': 'manager' }, undefined],
    ['no program among stubs', { '.': 'stub', cmd: 'stub', 'cmd/a': 'stub' }, undefined],
    ['no program deeper in cmd or elsewhere', { cmd: 'stub', 'cmd/a/b': 'manager', 'hack/x': 'program' }, undefined],
  ])('%s is chosen', (_, packages, main) =>
    expect(
      mainPackage(
        ['.', './cmd'].filter((at) => packages[at.replace('./', '')]),
        new Map(Object.entries(packages)),
      ),
    ).toBe(main),
  );
});

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
