//go:build linux

// Command agent runs in the pod (see PROTOCOL.md).
//
//	agent install DIRECTORY          copies itself to DIRECTORY/agent
//	agent run -- COMMAND [ARG...]    runs a container's command, or the binary that was delivered instead of it
//	agent session                    speaks the session protocol on stdin and stdout
//
// The volume that run and session use is the directory that the agent lies in.
package main

import (
	"fmt"
	"os"

	"nx-kube.dev/agent/internal/agent"
)

// version is set by the build.
var version = "0.0.0"

func main() {
	code, err := agent.Main(version, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "nx-kube agent:", err)
	}
	os.Exit(code)
}
