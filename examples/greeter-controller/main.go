// The manager of the greeter controller.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"example.com/nx-kube/greeter-controller/api/v1alpha1"
	"example.com/nx-kube/greeter-controller/controllers"
)

// buildMarker is logged once, when the controller starts.
const buildMarker = "greeter-controller 0.1.0"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	probes := flag.String("health-probe-bind-address", ":8081", "The address that serves /healthz and /readyz.")
	var options zap.Options
	options.BindFlags(flag.CommandLine)
	flag.Parse()
	logger := zap.New(zap.UseFlagOptions(&options))
	ctrl.SetLogger(logger)

	scheme := runtime.NewScheme()
	utilruntime.Must(v1alpha1.AddToScheme(scheme))
	manager, err := ctrl.NewManager(ctrl.GetConfigOrDie(), ctrl.Options{
		Scheme:                 scheme,
		Logger:                 logger,
		Metrics:                metricsserver.Options{BindAddress: "0"},
		HealthProbeBindAddress: *probes,
	})
	if err != nil {
		return fmt.Errorf("creating the manager: %w", err)
	}
	if err := errors.Join(
		(&controllers.GreetingReconciler{Client: manager.GetClient()}).SetupWithManager(manager),
		manager.AddHealthzCheck("ping", healthz.Ping),
		manager.AddReadyzCheck("ping", healthz.Ping),
	); err != nil {
		return fmt.Errorf("setting up the manager: %w", err)
	}

	logger.Info("Starting the manager", "build", buildMarker)
	return manager.Start(ctrl.SetupSignalHandler())
}
