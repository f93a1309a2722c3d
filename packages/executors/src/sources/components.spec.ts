import { describe, expect, it } from 'vitest';
import { stagesOf, type Component } from './components.js';

const component = (name: string, ...dependsOn: string[]): Component => ({ name, path: `/${name}`, dependsOn });
const namesOf = (...components: Component[]) => {
  const { before, after } = stagesOf(components);
  const names = (stages: Component[][]) => stages.map((stage) => stage.map(({ name }) => name));
  return { before: names(before), after: names(after) };
};

describe('stages of components', () => {
  it('are none where there are no components', () => {
    expect(namesOf()).toEqual({ before: [], after: [] });
  });

  it('come before the controller unless they depend on it, if through others', () => {
    expect(
      namesOf(component('viewer', 'unpacker'), component('unpacker', 'controller'), component('registry')),
    ).toEqual({ before: [['registry']], after: [['unpacker'], ['viewer']] });
  });

  it('hold together what can come up at the same time', () => {
    expect(namesOf(component('a'), component('b'), component('c', 'a', 'b'))).toEqual({
      before: [['a', 'b'], ['c']],
      after: [],
    });
  });

  it('cannot be found for a circle', () => {
    expect(() => stagesOf([component('a', 'b'), component('b', 'a')])).toThrow(
      'components: a, b depend on each other in a circle',
    );
    expect(() => stagesOf([component('a', 'controller', 'a')])).toThrow('in a circle');
  });

  it('cannot be found for an unknown name, and the nearest is suggested', () => {
    const error = (() => {
      try {
        stagesOf([component('registry'), component('unpacker', 'registri')]);
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({
      culprit: 'configuration',
      message: 'components.unpacker.dependsOn: there is no component "registri" that is enabled',
      next: 'Did you mean registry?',
    });
  });
});
