import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import yaml from 'js-yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import controllerGenerator from './generator.js';
import type { ControllerGeneratorSchema } from './schema.js';

const greeter = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../../../../examples/greeter-controller/${file}`, import.meta.url)), 'utf8');

let tree: Tree;
beforeEach(() => (tree = createTreeWithEmptyWorkspace()));
const read = (path: string) => tree.read(path, 'utf-8')!;
const generate = (options: ControllerGeneratorSchema) => controllerGenerator(tree, options);
const files = (folder: string): string[] =>
  tree.children(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return tree.isFile(path) ? [path] : files(path);
  });

describe('the generator controller', () => {
  it('a controller is a Go module with an API, a reconciler, its test, manifests and a Dockerfile', () => {
    generate({ name: 'guestbook' });
    expect(files('guestbook').map((path) => path.replace('guestbook/', ''))).toEqual(
      expect.arrayContaining([
        ...['go.mod', 'go.sum', 'main.go', 'PROJECT', 'Dockerfile', '.dockerignore'],
        ...['api/v1alpha1/guestbook_types.go', 'api/v1alpha1/zz_generated.deepcopy.go'],
        ...['controllers/guestbook_controller.go', 'controllers/guestbook_controller_test.go'],
        ...['config/default/kustomization.yaml', 'config/samples/v1alpha1_guestbook.yaml'],
        'config/crd/bases/guestbook.example.com_guestbooks.yaml',
      ]),
    );
    expect(files('guestbook').filter((path) => /<%|undefined/.test(read(path)))).toEqual([]);
  });

  it('all names follow from the options', () => {
    generate({
      name: 'shop-controller',
      directory: 'apps/shop',
      kind: 'Gateway',
      group: 'net.shop.io',
      module: 'shop.io/controller',
    });
    expect(read('apps/shop/go.mod')).toMatch(/^module shop\.io\/controller$/m);
    expect(yaml.load(read('apps/shop/PROJECT'))).toMatchObject({
      domain: 'shop.io',
      projectName: 'shop-controller',
      resources: [{ group: 'net', domain: 'shop.io', kind: 'Gateway', path: 'shop.io/controller/api/v1alpha1' }],
    });
    expect(yaml.load(read('apps/shop/config/crd/bases/net.shop.io_gateways.yaml'))).toMatchObject({
      metadata: { name: 'gateways.net.shop.io' },
      spec: { names: { kind: 'Gateway', listKind: 'GatewayList', plural: 'gateways', singular: 'gateway' } },
    });
    expect(yaml.load(read('apps/shop/config/default/kustomization.yaml'))).toMatchObject({
      namespace: 'shop-controller-system',
      namePrefix: 'shop-controller-',
    });
  });

  it.each([
    ['policy', 'Policy', 'policies'],
    ['gateway', 'Gateway', 'gateways'],
    ['ingress', 'Ingress', 'ingresses'],
    ['mail-box', 'MailBox', 'mailboxes'],
    ['ocm-controller', 'Ocm', 'ocms'],
  ])('the controller %s reconciles the kind %s, the resource %s', (name, kind, plural) => {
    generate({ name });
    const { spec } = yaml.load(read(`${name}/config/crd/bases/${name}.example.com_${plural}.yaml`)) as {
      spec: { names: object };
    };
    expect(spec.names).toMatchObject({ kind, plural });
  });

  it('the module is below the module of the workspace root', () => {
    tree.write('go.mod', 'module example.com/team\n\ngo 1.25.0\n');
    generate({ name: 'shop', directory: 'controllers/shop' });
    expect(read('controllers/shop/go.mod')).toMatch(/^module example\.com\/team\/controllers\/shop$/m);
  });

  it.each([
    ['go 1.21', 'go 1.25.0'],
    ['go 1.25.0', 'go 1.25.0'],
    ['go 1.26.1', 'go 1.26.1'],
  ])('go.work lists the new module, and its %s becomes %s', (before, after) => {
    tree.write('go.work', `${before}\n\nuse (\n\t./shared\n)\n`);
    generate({ name: 'shop' });
    expect(read('go.work')).toBe(`${after}\n\nuse (\n\t./shared\n)\n\nuse ./shop\n`);
  });

  it('the versions of its dependencies are those of the examples, which the tests build', () => {
    generate({ name: 'shop' });
    const required = (text: string) =>
      text.match(/^\t\S+ v\S+( \/\/ indirect)?$/gm)!.filter((line) => !line.includes('nx-kube'));
    expect(required(read('shop/go.mod'))).toEqual(required(greeter('go.mod')));
    expect(read('shop/go.sum')).toBe(greeter('go.sum'));
    expect(read('shop/go.mod')).toContain(/^go .*$/m.exec(greeter('go.mod'))![0]);
  });

  it.each<[ControllerGeneratorSchema, string]>([
    [{ name: 'Shop' }, '"name": "Shop" is not valid.'],
    [{ name: 'a'.repeat(57) }, `"name": "${'a'.repeat(57)}" is not valid.`],
    [{ name: 'shop', kind: 'shop' }, '"kind": "shop" is not valid.'],
    [{ name: 'shop', group: 'shop' }, '"group": "shop" is not valid.'],
    [{ name: 'shop', module: 'example.com/a b' }, '"module": "example.com/a b" is not valid.'],
    [{ name: 'shop', directory: '../shop' }, '"directory": "../shop" is no folder below the workspace root.'],
    [{ name: 'shop', directory: '.' }, '"directory": "." is no folder below the workspace root.'],
    [{ name: 'taken' }, 'taken exists already.'],
  ])('the options %j are refused, and nothing is written', (options, message) => {
    tree.write('taken/go.mod', 'module taken\n');
    const before = tree.listChanges().length;
    expect(() => generate(options)).toThrow(`${message}\n  → `);
    expect(tree.listChanges()).toHaveLength(before);
  });
});
