import { describe, expect, it } from 'vitest';
import {
  addCommentLine,
  addStatement,
  changeComment,
  changeString,
  exportedFunction,
  packageOf,
  reconcileMethod,
  typeFile,
} from './go-source.js';

const source = `// Package controllers reconciles.
package controllers

// +kubebuilder:rbac:groups=""
const label = "example.com/name"
const salutation = "Hello from here"

func (r *Reconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	return ctrl.Result{}, nil
}

func Compose(a, b string) string {
	return a + b
}
`;
const lines = (text: string) => text.split('\n').length;

describe('changeComment', () => {
  it('changes words and moves no line, however often', () => {
    const twice = changeComment(changeComment(source, 1), 2);
    expect(twice).toContain('// Package controllers reconciles. [bench 2]\npackage');
    expect(twice).not.toContain('[bench 1]');
    expect(lines(twice)).toBe(lines(source));
  });
  it('leaves markers alone', () =>
    expect(() => changeComment('package a\n// +kubebuilder:x\n', 1)).toThrow('a comment'));
});

it('addCommentLine moves what is below it', () =>
  expect(lines(addCommentLine(source, 1, reconcileMethod))).toBe(lines(source) + 1));

describe('changeString', () => {
  it('changes prose, not names', () => {
    const twice = changeString(changeString(source, 1), 2);
    expect(twice).toContain('"Hello from here [bench 2]"');
    expect(twice).toContain('"example.com/name"');
  });
  it('says so where there is no prose', () => expect(() => changeString('package a', 1)).toThrow('prose'));
});

describe('addStatement', () => {
  it('adds one more to the reconciler each time', () => {
    const twice = addStatement(addStatement(source, 1, reconcileMethod), 2, reconcileMethod);
    expect(twice).toContain('error) {\n\tprintln("bench", 2)\n\tprintln("bench", 1)\n\treturn');
  });
  it('adds to an exported function', () =>
    expect(addStatement(source, 3, exportedFunction)).toContain(
      'func Compose(a, b string) string {\n\tprintln("bench", 3)',
    ));
});

it('packageOf reads the package clause', () => expect(packageOf(source)).toBe('controllers'));
it('typeFile is of the package, with a type of its own', () =>
  expect(typeFile('controllers', 4)).toMatch(/^package controllers\n[^]*type bench4 struct/));
