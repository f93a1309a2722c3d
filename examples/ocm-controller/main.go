// The manager of the OCM controller. `manager registry` runs the component registry instead.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/ocm-controller/controllers"
	"example.com/nx-kube/ocm-controller/pkg/build"
	"example.com/nx-kube/ocm-controller/pkg/oci"
	"example.com/nx-kube/ocm-controller/pkg/registry"
)

// leaseName is the Lease that the leader holds; the leader election Role names it.
const leaseName = "ocm-controller.delivery.example.com"

// shutdownGrace is the time that running reconciliations get after SIGTERM. It must fit the pod's own grace period.
const shutdownGrace = 5 * time.Second

var scheme = runtime.NewScheme()

func init() {
	utilruntime.Must(clientgoscheme.AddToScheme(scheme))
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
}

func main() {
	command, args := runManager, os.Args[1:]
	if len(args) > 0 && args[0] == "registry" {
		command, args = runRegistry, args[1:]
	}
	switch err := command(ctrl.SetupSignalHandler(), args); {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runManager reconciles until the context is done.
func runManager(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("manager", flag.ContinueOnError)
	probes := flags.String("health-probe-bind-address", ":8081", "The address that serves /healthz and /readyz.")
	metrics := flags.String("metrics-bind-address", "0", "The address that serves metrics; 0 serves none.")
	leaderElect := flags.Bool("leader-elect", false, "Let only one of several managers reconcile.")
	logger, err := parse(flags, args)
	if err != nil {
		return err
	}

	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                  scheme,
		Logger:                  logger,
		Metrics:                 metricsserver.Options{BindAddress: *metrics},
		HealthProbeBindAddress:  *probes,
		LeaderElection:          *leaderElect,
		LeaderElectionID:        leaseName,
		GracefulShutdownTimeout: ptr(shutdownGrace),
		// The process ends right after the manager, so the next leader does not have to wait for the lease to expire.
		LeaderElectionReleaseOnCancel: true,
		// Read ConfigMaps without a cache: a cache would need permission to list all ConfigMaps of the cluster.
		Client: client.Options{Cache: &client.CacheOptions{DisableFor: []client.Object{&corev1.ConfigMap{}}}},
	})
	if err != nil {
		return fmt.Errorf("creating the manager: %w", err)
	}

	reconciler := &controllers.ComponentVersionReconciler{
		Client: manager.GetClient(),
		Events: manager.GetEventRecorderFor("ocm-controller"),
		Images: oci.NewResolver(),
	}
	if err := errors.Join(
		reconciler.SetupWithManager(manager),
		manager.AddHealthzCheck("ping", healthz.Ping),
		manager.AddReadyzCheck("ping", healthz.Ping),
	); err != nil {
		return fmt.Errorf("setting up the manager: %w", err)
	}

	logger.Info("Starting the manager", "build", build.Marker)
	return manager.Start(ctx)
}

// runRegistry serves the component registry until the context is done.
func runRegistry(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("registry", flag.ContinueOnError)
	address := flags.String("bind-address", ":5000", "The address that serves the registry.")
	storage := flags.String("storage", "/var/lib/registry", "The directory that keeps the blobs.")
	logger, err := parse(flags, args)
	if err != nil {
		return err
	}

	listener, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	return registry.Serve(ctx, listener, *storage, logger.WithName("registry"))
}

// parse parses the flags of a command and of its log, and sets the log up.
func parse(flags *flag.FlagSet, args []string) (logr.Logger, error) {
	var options zap.Options
	options.BindFlags(flags)
	if err := flags.Parse(args); err != nil {
		return logr.Discard(), err
	}
	logger := zap.New(zap.UseFlagOptions(&options))
	ctrl.SetLogger(logger)
	// Leader election and the client log through klog.
	klog.SetLogger(logger)
	return logger, nil
}

func ptr[T any](value T) *T { return &value }
