// live-update does in a pod what live-update tools do there: it unpacks a tar into the container and restarts the
// process. The benchmark puts it into an image without tar and shell.
//
//	live-update supervise [-socket path] -- command args...
//	live-update sync [-socket path] [-root directory] < tar
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
)

const defaultSocket = "/live-update.sock"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("the command is missing: choose supervise or sync")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	socket := flags.String("socket", defaultSocket, "socket of the supervisor")
	switch args[0] {
	case "supervise":
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return supervise(*socket, flags.Args())
	case "sync":
		root := flags.String("root", "/", "directory to unpack the tar into")
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return syncAndRestart(*socket, *root)
	}
	return fmt.Errorf("%q is not a command: choose supervise or sync", args[0])
}

// syncAndRestart unpacks the tar, restarts the process, and prints the new process id as JSON.
func syncAndRestart(socket, root string) error {
	if err := unpack(os.Stdin, root); err != nil {
		return err
	}
	restarted, err := restart(socket)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(restarted)
}
