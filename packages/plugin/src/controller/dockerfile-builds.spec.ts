import { describe, expect, it } from 'vitest';
import { goBuildPackages } from './dockerfile-builds.js';

describe('goBuildPackages', () => {
  it.each([
    [
      'the line of kubebuilder',
      'RUN CGO_ENABLED=0 GOOS=${TARGETOS:-linux} go build -a -o manager cmd/main.go',
      ['cmd/main.go'],
    ],
    [
      'a line that is continued',
      'RUN --mount=type=cache,target=/root/.cache \\\n  go build \\\n  -trimpath -o /m ./cmd/manager',
      ['./cmd/manager'],
    ],
    ['flags with quoted values', 'RUN go build -ldflags "-s -w -X main.version=${V}" -tags "a,b" ./cmd/x', ['./cmd/x']],
    [
      'a build argument with a default',
      'ARG PACKAGE=./cmd/operator\nRUN go build -o /m ${PACKAGE}',
      ['./cmd/operator'],
    ],
    ['a quoted build argument', 'ARG P="./cmd/a"\nRUN go build "$P"', ['./cmd/a']],
    ['a variable of the environment', 'ENV P ./cmd/b\nRUN go build $P', ['./cmd/b']],
    ['a preset in the place of use', 'RUN go build ${P:-./cmd/c}', ['./cmd/c']],
    [
      'several commands',
      'RUN cd /src && go mod download && go build -o a ./cmd/a; go build -o b ./cmd/b',
      ['./cmd/a', './cmd/b'],
    ],
    ['the form without a shell', 'RUN ["go", "build", "-o", "/m", "."]', ['.']],
    ['go install', 'RUN go install ./cmd/m', ['./cmd/m']],
    ['the program of go by its path', 'RUN /usr/local/go/bin/go build .', ['.']],
    ['a here-document', 'RUN <<EOF\nset -e\ngo build -o /m ./cmd/h\nEOF', ['./cmd/h']],
    ['an unknown build argument', 'ARG P\nRUN go build $P', []],
    ['all packages, and packages of the net', 'RUN go build ./... && go install example.com/x@latest', []],
    ['a comment', '# RUN go build ./cmd/x\nFROM scratch', []],
    ['another program', 'RUN make build', []],
    ['no Dockerfile at all', '\u0000{{', []],
  ])('%s gives its packages', (_, dockerfile, packages) =>
    expect(goBuildPackages(`FROM golang\n${dockerfile}\n`)).toEqual(packages),
  );
});
