// Builds the agent for the nodes' platforms and the packer for this machine, or with --all for every platform, into dist/.
// The files depend on nothing but the sources and the version of Go: the agent image's tag is made of their content.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const hosts = {
  goos: { linux: 'linux', darwin: 'darwin', win32: 'windows' },
  goarch: { x64: 'amd64', arm64: 'arm64' },
};
const agents = ['linux/amd64', 'linux/arm64'];
const packers = process.argv.includes('--all')
  ? ['linux', 'darwin', 'windows'].flatMap((goos) => [`${goos}/amd64`, `${goos}/arm64`])
  : [`${hosts.goos[process.platform]}/${hosts.goarch[process.arch]}`];

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
        // What a user's own settings must not change.
        GOWORK: 'off',
        GOFLAGS: '',
        GOAMD64: 'v1',
        GOARM64: 'v8.0',
        GOEXPERIMENT: '',
      },
    },
  );
  if (error) throw new Error(`Go is needed to build the agent: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
  console.log(join('packages', 'agent', output));
}

for (const platform of agents) build('agent', platform);
for (const platform of packers) build('pack', platform);
