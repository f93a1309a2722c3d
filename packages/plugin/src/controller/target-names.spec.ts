import { describe, expect, it } from 'vitest';
import { targetNames, type NxKubePluginOptions } from './target-names.js';

describe('targetNames', () => {
  it('the targets have default names', () =>
    expect(targetNames()).toEqual({
      goBuild: 'go-build',
      goTest: 'go-test',
      delveBuild: 'delve-build',
      kustomizeBuild: 'kustomize-build',
      imageBuild: 'image-build',
      imageRestart: 'image-restart',
      kustomizeApply: 'kustomize-apply',
      dev: 'dev',
      down: 'down',
      pause: 'pause',
      resume: 'resume',
      trigger: 'trigger',
      status: 'status',
      logs: 'logs',
      doctor: 'doctor',
    }));

  it('a configured name is used, and false removes the target', () =>
    expect(targetNames({ goBuildTargetName: 'compile', downTargetName: false, goTestTargetName: undefined })).toEqual({
      ...targetNames(),
      goBuild: 'compile',
      down: undefined,
    }));

  it.each<[NxKubePluginOptions, string[]]>([
    [{ goBuildTargetName: false }, ['goTest', 'kustomizeBuild']],
    [{ kustomizeBuildTargetName: false }, ['goBuild', 'goTest', 'delveBuild']],
    [{ imageBuildTargetName: false }, ['goBuild', 'goTest', 'delveBuild', 'kustomizeBuild']],
    [{ kustomizeApplyTargetName: false }, ['goBuild', 'goTest', 'delveBuild', 'kustomizeBuild', 'imageBuild']],
    [
      { devTargetName: false },
      [
        'goBuild',
        'goTest',
        'delveBuild',
        'kustomizeBuild',
        'imageBuild',
        'kustomizeApply',
        'imageRestart',
        'down',
        'logs',
        'doctor',
      ],
    ],
  ])('the options %j also remove the targets that need a removed one', (options, left) =>
    expect(Object.keys(targetNames(options))).toEqual(left),
  );

  it.each([
    [{ goBuildName: 'x' }, 'have no "goBuildName".', 'goBuildTargetName'],
    [{ devTargetName: true }, '"devTargetName" is true.', 'false'],
    [{ devTargetName: '' }, '"devTargetName" is "".', 'name of a target'],
    [{ devTargetName: 'a:b' }, '"devTargetName" is "a:b".', 'name of a target'],
    [{ devTargetName: 'down' }, '"devTargetName" and "downTargetName" are both "down".', 'another name'],
  ])('the options %j are refused', (options, message, next) => {
    const attempt = () => targetNames(options as NxKubePluginOptions);
    expect(attempt).toThrow(`nx.json: the options of @nx-kube/plugin`);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(next);
  });
});
