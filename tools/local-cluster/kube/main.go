// A complete one-node Kubernetes as one static program. The name that it is called by selects the component.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	_ "time/tzdata" // CronJobs need time zones, and some machines have none

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
	kustomize "sigs.k8s.io/kustomize/kustomize/v5/commands"

	"nx-kube.dev/local-cluster/kube/certificates"
	"nx-kube.dev/local-cluster/kube/image"
)

// programs maps each name that this program can be called by to its main function.
var programs = map[string]func(){
	"certificates":            func() { exit(certificates.Ensure(os.Stdin, os.Stdout)) },
	"coredns":                 runDNS,
	"image":                   runImage,
	"etcd":                    func() { etcdmain.Main(os.Args) },
	"kube-apiserver":          runAPIServer,
	"kube-controller-manager": func() { run(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() { run(scheduler.NewSchedulerCommand()) },
	"kube-proxy":              func() { run(proxy.NewProxyCommand()) },
	"kubelet":                 func() { run(kubelet.NewKubeletCommand(context.Background())) },
	"kubectl":                 runKubectl,
	"kustomize":               func() { exit(kustomize.NewDefaultCommand().Execute()) },
}

func main() {
	name := filepath.Base(os.Args[0])
	program, known := programs[name]
	if !known && len(os.Args) > 1 {
		// Called by its own name, the program takes the component from the first argument.
		name, os.Args = os.Args[1], os.Args[1:]
		program, known = programs[name]
	}
	if !known {
		names := make([]string, 0, len(programs))
		for name := range programs {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(os.Stderr, "%q is not a program. Choose one of: %s.\n", name, strings.Join(names, ", "))
		os.Exit(2)
	}
	program()
}

func run(command *cobra.Command) { os.Exit(cli.Run(command)) }

func runKubectl() {
	command := kubectl.NewDefaultKubectlCommand()
	if err := cli.RunNoErrOutput(command); err != nil {
		kubectlutil.CheckErr(err)
	}
}

func runImage() {
	if len(os.Args) != 3 {
		exit(fmt.Errorf("usage: image <program> <reference>"))
	}
	exit(image.Write(os.Stdout, os.Args[1], os.Args[2]))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
