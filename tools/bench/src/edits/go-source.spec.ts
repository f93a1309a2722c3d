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
  it('changeComment changes words and moves no line, on each call', () => {
    const twice = changeComment(changeComment(source, 1), 2);
    expect(twice).toContain('// Package controllers reconciles. [bench 2]\npackage');
    expect(twice).not.toContain('[bench 1]');
    expect(lines(twice)).toBe(lines(source));
  });
  it('changeComment keeps markers', () =>
    expect(() => changeComment('package a\n// +kubebuilder:x\n', 1)).toThrow('a comment'));
});

describe('addCommentLine', () => {
  it('addCommentLine moves the lines below it', () =>
    expect(lines(addCommentLine(source, 1, reconcileMethod))).toBe(lines(source) + 1));
});

describe('changeString', () => {
  it('changeString changes prose and keeps names', () => {
    const twice = changeString(changeString(source, 1), 2);
    expect(twice).toContain('"Hello from here [bench 2]"');
    expect(twice).toContain('"example.com/name"');
  });
  it('changeString fails if there is no prose', () => expect(() => changeString('package a', 1)).toThrow('prose'));
});

describe('addStatement', () => {
  it('addStatement adds one more statement to the reconciler on each call', () => {
    const twice = addStatement(addStatement(source, 1, reconcileMethod), 2, reconcileMethod);
    expect(twice).toContain('error) {\n\tprintln("bench", 2)\n\tprintln("bench", 1)\n\treturn');
  });
  it('addStatement also adds to an exported function', () =>
    expect(addStatement(source, 3, exportedFunction)).toContain(
      'func Compose(a, b string) string {\n\tprintln("bench", 3)',
    ));
});

describe('packageOf', () => {
  it('packageOf reads the package clause', () => expect(packageOf(source)).toBe('controllers'));
  it('typeFile belongs to the package and holds a type of its own', () =>
    expect(typeFile('controllers', 4)).toMatch(/^package controllers\n[^]*type bench4 struct/));
});
