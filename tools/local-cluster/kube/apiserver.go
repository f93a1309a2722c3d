package main

import (
	"fmt"
	"net"

	"github.com/spf13/cobra"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"

	"nx-kube.dev/local-cluster/kube/forward"
)

func runAPIServer() {
	command := apiserver.NewAPIServerCommand()
	forwardToLoopback(command)
	run(command)
}

// forwardToLoopback lets pods reach an API server that listens on loopback only. Before the server starts, it forwards
// connections from the advertised address to the bind address. The server can bind to one address or to all, and all
// would include the machine's own network.
func forwardToLoopback(command *cobra.Command) {
	command.PreRunE = func(command *cobra.Command, _ []string) error {
		flags := command.Flags()
		if !flags.Changed("advertise-address") {
			return nil
		}
		advertised, err := flags.GetIP("advertise-address")
		if err != nil {
			return err
		}
		bound, err := flags.GetIP("bind-address")
		if err != nil {
			return err
		}
		port, err := flags.GetInt("secure-port")
		if err != nil {
			return err
		}
		if advertised.Equal(bound) || !bound.IsLoopback() {
			return nil
		}
		listener, err := net.Listen("tcp", net.JoinHostPort(advertised.String(), fmt.Sprint(port)))
		if err != nil {
			return fmt.Errorf("forward the advertised address: %w", err)
		}
		go forward.Serve(listener, net.JoinHostPort(bound.String(), fmt.Sprint(port)))
		return nil
	}
}
