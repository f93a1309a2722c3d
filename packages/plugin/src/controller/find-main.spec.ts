import { describe, expect, it } from 'vitest';
import type { MainKind } from '../go/main-function.js';
import { findMain, type MainHints } from './find-main.js';

const find = (packages: Record<string, MainKind>, hints: Omit<MainHints, 'packages'> = {}) =>
  findMain({ packages: new Map(Object.entries(packages)), ...hints });

describe('findMain', () => {
  it.each<[string, Record<string, MainKind>, string | undefined]>([
    ['a program in the root', { '.': 'manager', cmd: 'manager' }, '.'],
    ['a program in cmd beside a stub in the root', { '.': 'stub', cmd: 'program' }, './cmd'],
    ['a program in the root beside a stub in cmd', { '.': 'program', cmd: 'stub' }, '.'],
    ['a program in the root beside helpers', { '.': 'program', 'hack/gen': 'program' }, '.'],
    ['the only program below cmd beside a stub', { cmd: 'stub', 'cmd/fleet': 'program' }, './cmd/fleet'],
    ['the only program, wherever it is', { 'operator/main': 'program' }, './operator/main'],
    ['the only program beside helpers', { 'cmd/x': 'program', 'hack/y': 'manager', 'test/z': 'program' }, './cmd/x'],
    ['the manager among programs', { 'cmd/cli': 'program', 'cmd/fleet': 'manager' }, './cmd/fleet'],
    ['the program with the usual name', { 'cmd/manager': 'manager', 'cmd/agent': 'manager' }, './cmd/manager'],
    ['the operator', { 'cmd/operator': 'program', 'cmd/agent': 'program' }, './cmd/operator'],
    ['a stub in cmd where there is no program', { cmd: 'stub' }, './cmd'],
    [
      'a stub in the root where several programs are likely',
      { '.': 'stub', 'cmd/a': 'manager', 'cmd/b': 'manager' },
      '.',
    ],
    ['no program where several are likely', { 'cmd/a': 'manager', 'cmd/b': 'manager' }, undefined],
    ['no helper', { 'hack/x': 'program' }, undefined],
  ])('%s is chosen', (_, packages, main) => expect(find(packages)).toBe(main));

  const two: Record<string, MainKind> = { 'cmd/a': 'manager', 'cmd/b': 'manager' };
  it.each<[string, Record<string, MainKind>, Omit<MainHints, 'packages'>, string | undefined]>([
    ['the program that the Dockerfile builds', two, { built: ['./cmd/b'] }, './cmd/b'],
    ['the program whose file the Dockerfile builds', two, { built: ['cmd/b/main.go'] }, './cmd/b'],
    ['the built program before one in the root', { ...two, '.': 'manager' }, { built: ['./cmd/a/'] }, './cmd/a'],
    ['the built helper', { ...two, 'tools/x': 'program' }, { built: ['./tools/x'] }, './tools/x'],
    ['none of several built programs', two, { built: ['./cmd/a', './cmd/b'] }, undefined],
    ['no built program that does not exist', two, { built: ['./cmd/c'] }, undefined],
    ['the program that is named as the workload', two, { names: ['controller', 'b'] }, './cmd/b'],
    ['the built program before the named one', two, { built: ['./cmd/a'], names: ['b'] }, './cmd/a'],
    ['none of several named programs', two, { names: ['a', 'b'] }, undefined],
  ])('%s is chosen, as the repository says it', (_, packages, hints, main) => expect(find(packages, hints)).toBe(main));
});
