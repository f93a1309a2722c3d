import { describe, expect, it } from 'vitest';
import { goLinks, isConfiguration } from './graph-links.js';

describe('goLinks', () => {
  const modules = ['example.com/shared'];
  const file = (imports: string, rest = '') => `package a\n\nimport (\n${imports}\n)\n\n${rest}func main() {}\n`;
  const links = (text: string) => goLinks(text, modules);

  it.each<[string, string, string]>([
    ['an embed directive', file(''), file('', '//go:embed files\nvar f string\n\n')],
    ['another pattern', file('', '//go:embed a\nvar f string\n'), file('', '//go:embed a b\nvar f string\n')],
    ['an import of a module of the workspace', file('"fmt"'), file('"fmt"\n_ "example.com/shared/x"')],
  ])('%s changes the links', (_, before, after) => expect(links(after)).not.toBe(links(before)));

  it.each<[string, string]>([
    ['a comment', file('"fmt"', '// x\n')],
    ['an import of a downloaded module', file('"example.org/other"')],
    ['a text in the code', `${file('"fmt"')}var x = "example.com/shared"\n`],
  ])('%s does not change the links', (_, after) => expect(links(after)).toBe(links(file('"fmt"'))));
});

describe('isConfiguration', () => {
  it.each([
    'a/go.mod',
    'go.work',
    'a/config/default/kustomization.yaml',
    'Kustomization',
    'a/project.json',
    'nx.json',
    '.gitignore',
    'charts/x/Chart.yaml',
  ])('%s decides which files targets read', (file) => expect(isConfiguration(file)).toBe(true));
  it.each(['a/main.go', 'a/config/manager/manager.yaml', 'values.yaml'])('%s does not', (file) =>
    expect(isConfiguration(file)).toBe(false),
  );
});
