//go:build linux

// Package agent is the command line of the agent.
package agent

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"nx-kube.dev/agent/internal/delivery"
	"nx-kube.dev/agent/internal/delve"
	"nx-kube.dev/agent/internal/digest"
	"nx-kube.dev/agent/internal/events"
	"nx-kube.dev/agent/internal/message"
	"nx-kube.dev/agent/internal/process"
	"nx-kube.dev/agent/internal/readiness"
	"nx-kube.dev/agent/internal/session"
	"nx-kube.dev/agent/internal/supervisor"
	"nx-kube.dev/agent/internal/volume"
)

// connectTime is how long a session waits for the supervisor of a container that has just started to listen.
const connectTime = 5 * time.Second

// waits bounds how long a new pod waits for a loop. A loop sees a new pod within a few seconds. Where none does, the
// image's own binary must not start much later than without the agent.
var waits = supervisor.Waits{Client: 10 * time.Second, Delivery: time.Minute}

var errUsage = errors.New("usage: agent install DIRECTORY | agent run [--debug=PORT] -- COMMAND [ARG...] | agent session")

// Main runs a command line and returns the exit code.
func Main(version string, arguments []string) (exitCode int, err error) {
	// The agent inherits the controller's environment, which may tune Go's runtime. These limits are the agent's own.
	debug.SetGCPercent(25)
	debug.SetMemoryLimit(12 << 20)
	switch {
	case len(arguments) == 2 && arguments[0] == "install":
		return failed(volume.Volume(arguments[1]).Install())
	case len(arguments) > 2 && arguments[0] == "run":
		port, command := debugPort(arguments[1:])
		if len(command) < 2 || command[0] != "--" || port < 0 {
			return 2, errUsage
		}
		v, err := volume.Own()
		if err != nil {
			return failed(err)
		}
		return run(version, v, port, command[1:]), nil
	case len(arguments) == 1 && arguments[0] == "session":
		v, err := volume.Own()
		if err != nil {
			return failed(err)
		}
		return failed(session.Relay(os.Stdin, os.Stdout, v.Socket(), connectTime))
	}
	return 2, errUsage
}

func failed(err error) (int, error) {
	if err != nil {
		return 1, err
	}
	return 0, nil
}

// debugPort parses a leading --debug=PORT. It returns port 0 without that flag and -1 if the value is not a port.
func debugPort(arguments []string) (port int, rest []string) {
	value, found := strings.CutPrefix(arguments[0], "--debug=")
	if !found {
		return 0, arguments
	}
	number, err := strconv.ParseUint(value, 10, 16)
	if err != nil || number == 0 {
		return -1, arguments[1:]
	}
	return int(number), arguments[1:]
}

// run supervises a command until the container is stopped. A port other than 0 runs delivered binaries under the
// debugger and serves the debugger on that port.
func run(version string, v volume.Volume, port int, command []string) (exitCode int) {
	signals := process.Signals()
	if err := v.Clean(); err != nil {
		warn("cannot remove the remains of an interrupted delivery", err)
	}
	hub := &events.Hub{}
	prober := readiness.New(hub)
	supervised := supervisor.New(command, v, process.NewReaper(), hub)
	supervised.Waits = waits
	if port != 0 {
		supervised.Debugger = &delve.Debugger{Volume: v}
		go func() { warn("cannot serve the debugger", supervised.Debugger.Serve(port)) }()
	}
	digests := &digest.Cache{}
	path := func(source message.Source) (string, error) {
		if source == message.Live {
			return v.Live(), nil
		}
		return exec.LookPath(command[0])
	}
	server := &session.Server{
		Version: version, Supervisor: supervised, Digests: digests, Events: hub, Prober: prober, Path: path,
		Receiver: &delivery.Receiver{Volume: v, Digests: digests, Bases: func() (bases []string) {
			for _, source := range []message.Source{message.Live, message.Image} {
				if base, err := path(source); err == nil {
					bases = append(bases, base)
				}
			}
			return bases
		}},
	}
	return supervised.Run(signals, func() {
		listener, err := listen(v.Socket())
		if err != nil {
			// The controller keeps running even if no session is possible.
			warn("cannot accept sessions", err)
			return
		}
		go func() { warn("cannot accept more sessions", server.Serve(listener)) }()
	})
}

// listen opens a unix socket that only this user can connect to. It replaces the socket of a previous container.
func listen(path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	return listener, os.Chmod(path, 0o600)
}

func warn(what string, err error) { fmt.Fprintf(os.Stderr, "nx-kube agent: %s: %v\n", what, err) }
