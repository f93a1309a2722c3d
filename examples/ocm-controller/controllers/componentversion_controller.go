// Package controllers reconciles the objects of group delivery.example.com.
package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/record"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/shared/conditions"
)

// Reasons of the Ready condition and of events.
const (
	reasonResolved     = "Resolved"
	reasonFailed       = "ResolutionFailed"
	reasonReleased     = "Released"
	reasonNotPersisted = "ManifestsNotWritten"
)

// ComponentVersionReconciler resolves the resources of component versions and keeps the rendered manifests in a
// ConfigMap.
type ComponentVersionReconciler struct {
	Client client.Client
	Events record.EventRecorder
	Images ImageResolver
}

// +kubebuilder:rbac:groups=delivery.example.com,resources=componentversions,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=delivery.example.com,resources=componentversions/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=configmaps,verbs=get;create;patch;delete
// +kubebuilder:rbac:groups="",resources=events,verbs=create;patch

// SetupWithManager registers the reconciler. Status changes do not trigger a reconciliation; a start of the manager
// does.
func (r *ComponentVersionReconciler) SetupWithManager(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).
		For(&v1alpha1.ComponentVersion{}, builder.WithPredicates(predicate.GenerationChangedPredicate{})).
		Named("componentversion").
		Complete(r)
}

// Reconcile brings the cluster to the state of one component version.
func (r *ComponentVersionReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	var version v1alpha1.ComponentVersion
	if err := r.Client.Get(ctx, request.NamespacedName, &version); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !version.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.release(ctx, &version)
	}
	if version.Spec.Suspend {
		return ctrl.Result{}, nil
	}
	if err := r.hold(ctx, &version); err != nil {
		return ctrl.Result{}, err
	}

	before := version.DeepCopy()
	failure := r.resolve(ctx, &version)
	if err := r.Client.Status().Patch(ctx, &version, client.MergeFrom(before), fieldManager); err != nil {
		// The object may have been deleted in the meantime.
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if failure != nil {
		return ctrl.Result{}, failure
	}
	return ctrl.Result{RequeueAfter: version.Spec.Interval.Duration}, nil
}

// resolve resolves and renders the resources, and writes the outcome into the status of the given version.
func (r *ComponentVersionReconciler) resolve(ctx context.Context, version *v1alpha1.ComponentVersion) error {
	version.Status.ObservedGeneration = version.Generation
	version.Status.Greeting = greetingFor(version)

	resources, err := resolveAll(ctx, r.Images, version)
	if err != nil {
		r.fail(version, reasonFailed, err)
		return err
	}
	if err := applyManifests(ctx, r.Client, version, resources); err != nil {
		r.fail(version, reasonNotPersisted, err)
		return err
	}

	version.Status.Resources = nil
	for _, resource := range resources {
		version.Status.Resources = append(version.Status.Resources, resource.ResolvedResource)
	}
	message := fmt.Sprintf("%s %s: %d resources resolved", version.Spec.Component, version.Spec.Version, len(resources))
	if !conditions.IsReady(version.Status.Conditions, version.Generation) {
		r.Events.Event(version, corev1.EventTypeNormal, reasonResolved, message)
		log.FromContext(ctx).Info("Resolved the component version", "resources", len(resources))
	}
	conditions.MarkReady(&version.Status.Conditions, version.Generation, reasonResolved, message)
	return nil
}

func (r *ComponentVersionReconciler) fail(version *v1alpha1.ComponentVersion, reason string, err error) {
	r.Events.Event(version, corev1.EventTypeWarning, reason, err.Error())
	conditions.MarkNotReady(&version.Status.Conditions, version.Generation, reason, err.Error())
}

// hold sets the finalizer. It must be set before anything is written that release has to clean up.
func (r *ComponentVersionReconciler) hold(ctx context.Context, version *v1alpha1.ComponentVersion) error {
	before := version.DeepCopy()
	if !controllerutil.AddFinalizer(version, v1alpha1.ComponentVersionFinalizer) {
		return nil
	}
	return r.Client.Patch(ctx, version, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}), fieldManager)
}

// release carries out the deletion policy and then removes the finalizer.
func (r *ComponentVersionReconciler) release(ctx context.Context, version *v1alpha1.ComponentVersion) error {
	if !controllerutil.ContainsFinalizer(version, v1alpha1.ComponentVersionFinalizer) {
		return nil
	}
	if version.Spec.DeletionPolicy != v1alpha1.Orphan {
		if err := deleteManifests(ctx, r.Client, version); err != nil {
			return err
		}
	}
	r.Events.Eventf(version, corev1.EventTypeNormal, reasonReleased, "Released with deletion policy %s", version.Spec.DeletionPolicy)
	log.FromContext(ctx).Info("Released the component version", "deletionPolicy", version.Spec.DeletionPolicy)

	before := version.DeepCopy()
	controllerutil.RemoveFinalizer(version, v1alpha1.ComponentVersionFinalizer)
	patch := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	return client.IgnoreNotFound(r.Client.Patch(ctx, version, patch, fieldManager))
}
