// Package controllers reconciles the objects of group greeter.example.com.
package controllers

import (
	"context"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"example.com/nx-kube/greeter-controller/api/v1alpha1"
	"example.com/nx-kube/shared/conditions"
)

// GreetingReconciler writes the message of each Greeting into its status.
type GreetingReconciler struct {
	Client client.Client
}

// +kubebuilder:rbac:groups=greeter.example.com,resources=greetings,verbs=get;list;watch
// +kubebuilder:rbac:groups=greeter.example.com,resources=greetings/status,verbs=patch

// SetupWithManager registers the reconciler. Status changes do not trigger a reconciliation; a start of the manager
// does.
func (r *GreetingReconciler) SetupWithManager(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).
		For(&v1alpha1.Greeting{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Named("greeting").
		Complete(r)
}

// Reconcile writes the status of one Greeting.
func (r *GreetingReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var greeting v1alpha1.Greeting
	if err := r.Client.Get(ctx, request.NamespacedName, &greeting); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}

	before := greeting.DeepCopy()
	status := &greeting.Status
	status.ObservedGeneration = greeting.Generation
	message, err := messageFor(greeting.Spec)
	status.Message = message
	if err != nil {
		// No retry: only an edit can fix the language, and an edit triggers a reconciliation.
		conditions.MarkNotReady(&status.Conditions, greeting.Generation, "LanguageUnknown", err.Error())
	} else {
		conditions.MarkReady(&status.Conditions, greeting.Generation, "Greeted", message)
		log.FromContext(ctx).Info("Greeted", "message", message)
	}
	patch := client.MergeFrom(before)
	return ctrl.Result{}, client.IgnoreNotFound(r.Client.Status().Patch(ctx, &greeting, patch))
}
