// @ts-check
// Builds the agent for the nodes' platforms and the packer for this machine (with --all: for every platform) into
// dist/. The output depends only on the sources and the Go version, because the agent image's tag is a digest of its
// content.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Go's names of Node's platforms and architectures. @type {Record<'goos' | 'goarch', Record<string, string>>} */
const hosts = {
  goos: { linux: 'linux', darwin: 'darwin', win32: 'windows' },
  goarch: { x64: 'amd64', arm64: 'arm64' },
};
const agents = ['linux/amd64', 'linux/arm64'];
const packers = process.argv.includes('--all')
  ? ['linux', 'darwin', 'windows'].flatMap((goos) => [`${goos}/amd64`, `${goos}/arm64`])
  : [`${hosts.goos[process.platform]}/${hosts.goarch[process.arch]}`];

/** @param {string} command @param {string} platform such as `linux/amd64` */
function build(command, platform) {
  const [goos, goarch] = platform.split('/');
  const output = join('dist', `${goos}-${goarch}`, `nx-kube-${command}${goos === 'windows' ? '.exe' : ''}`);
  const { status, error } = spawnSync(
    'go',
    [
      'build',
      '-trimpath',
      '-buildvcs=false',
      `-ldflags=-s -w -X main.version=${version}`,
      '-o',
      output,
      `./cmd/${command}`,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        GOOS: goos,
        GOARCH: goarch,
        CGO_ENABLED: '0',
        // A user's own Go settings must not change the output.
        GOWORK: 'off',
        GOFLAGS: '',
        GOAMD64: 'v1',
        GOARM64: 'v8.0',
        GOEXPERIMENT: '',
      },
    },
  );
  if (error) throw new Error(`The agent build needs Go: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  console.log(join('packages', 'agent', output));
}

for (const platform of agents) build('agent', platform);
for (const platform of packers) build('pack', platform);
