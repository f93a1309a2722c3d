import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.js';
import { Discovery } from './discovery.js';

const notFound = new ApiError('configuration', 'x', { status: 404, reason: 'NotFound' });

function listing(...kinds: string[]) {
  const resources = kinds.map((kind) => ({ kind, name: `${kind.toLowerCase()}s`, namespaced: true, verbs: ['list'] }));
  return { resources: [...resources, { kind: 'Scale', name: 'xs/scale', namespaced: true, verbs: ['get'] }] };
}

describe('Discovery', () => {
  it('parallel look-ups in one group send one request', async () => {
    const asked: string[] = [];
    const discovery = new Discovery(async (path) => {
      asked.push(path);
      return listing('A', 'B');
    });
    const found = await Promise.all(['A', 'B', 'A'].map((kind) => discovery.find('g/v1', kind)));
    expect(found.map(({ resource }) => resource)).toEqual(['as', 'bs', 'as']);
    await discovery.find('v1', 'A');
    expect(asked).toEqual(['/apis/g/v1', '/api/v1']);
  });

  it('an unknown kind is asked for again, because a CRD may have defined it since', async () => {
    const answers = [listing('A'), listing('A', 'B')];
    const discovery = new Discovery(async () => answers.shift());
    await discovery.find('g/v1', 'A');
    expect(await discovery.find('g/v1', 'B')).toMatchObject({ resource: 'bs' });
  });

  it('a subresource is not a kind', async () => {
    const discovery = new Discovery(async () => listing('A'));
    await expect(discovery.find('g/v1', 'Scale')).rejects.toMatchObject({ status: 404, reason: 'UnknownKind' });
  });

  it.each([
    ['is not a list of kinds', () => 'hello'],
    [
      'is a failure',
      () => {
        throw new ApiError('cluster', 'x', { status: 503, reason: '' });
      },
    ],
  ])('an answer that %s is not remembered', async (_what, bad) => {
    const answers = [bad, () => listing('A')];
    const discovery = new Discovery(async () => answers.shift()!());
    await expect(discovery.find('g/v1', 'A')).rejects.toThrow();
    expect(await discovery.find('g/v1', 'A')).toMatchObject({ resource: 'as' });
  });

  it('forgetting a group repeats the requests of that group only', async () => {
    const asked: string[] = [];
    const discovery = new Discovery(async (path) => {
      asked.push(path);
      return listing('A');
    });
    const all = ['g/v1', 'g/v2', 'h/v1', 'v1'];
    for (const apiVersion of all) await discovery.find(apiVersion, 'A');
    discovery.forget('g');
    for (const apiVersion of all) await discovery.find(apiVersion, 'A');
    expect(asked.slice(4)).toEqual(['/apis/g/v1', '/apis/g/v2']);
  });

  it('the error for an unknown group names the kind and the group', async () => {
    const discovery = new Discovery(() => Promise.reject(notFound));
    await expect(discovery.find('g/v1', 'A')).rejects.toThrow('The cluster does not know the kind A of g/v1.');
  });

  it('an answer that is not a list of kinds is an error', async () => {
    const discovery = new Discovery(async () => 'hello');
    await expect(discovery.find('g/v1', 'A')).rejects.toThrow(/answer for g\/v1 is not a list of kinds/);
  });
});
