//go:build linux

// Command agent runs in the pod (see PROTOCOL.md).
//
//	agent install DIRECTORY          copies itself to DIRECTORY/agent
//	agent run -- COMMAND [ARG...]    runs the delivered binary, or the container's own command if there is none
//	agent session                    speaks the session protocol on stdin and stdout
//
// The volume of run and session is the directory that holds the agent.
package main

import (
	"fmt"
	"os"

	"nx-kube.dev/agent/internal/agent"
)

// version is set by the build through -ldflags.
var version = "0.0.0"

func main() {
	code, err := agent.Main(version, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "nx-kube agent:", err)
	}
	os.Exit(code)
}
