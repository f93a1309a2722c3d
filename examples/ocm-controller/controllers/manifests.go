package controllers

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	corev1ac "k8s.io/client-go/applyconfigurations/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"example.com/nx-kube/ocm-controller/api/v1alpha1"
)

const (
	// fieldManager owns the fields that this controller applies.
	fieldManager = client.FieldOwner("ocm-controller")
	// ownerLabel holds the uid of the component version that owns a ConfigMap. An owner reference would not do: the
	// garbage collector would ignore DeletionPolicy Orphan.
	ownerLabel = "delivery.example.com/owner-uid"
)

// manifestsName returns the name of the ConfigMap with a component version's rendered manifests.
func manifestsName(version *v1alpha1.ComponentVersion) string {
	return version.Name + "-manifests"
}

// applyManifests writes the rendered manifests, one key per resource. It does not force conflicts. A ConfigMap of that
// name from another field manager is therefore an error and is not overwritten.
func applyManifests(ctx context.Context, c client.Client, version *v1alpha1.ComponentVersion, resources []resolved) error {
	data := map[string]string{}
	for _, resource := range resources {
		if len(resource.manifests) > 0 {
			data[resource.Name+".yaml"] = string(resource.manifests)
		}
	}
	configMap := corev1ac.ConfigMap(manifestsName(version), version.Namespace).
		WithLabels(map[string]string{ownerLabel: string(version.UID)}).
		WithData(data)
	if err := c.Apply(ctx, configMap, fieldManager); err != nil {
		return fmt.Errorf("ConfigMap/%s/%s: %w", version.Namespace, manifestsName(version), err)
	}
	return nil
}

// deleteManifests deletes the ConfigMap of applyManifests. It keeps a ConfigMap of the same name with another owner.
func deleteManifests(ctx context.Context, c client.Client, version *v1alpha1.ComponentVersion) error {
	var configMap corev1.ConfigMap
	key := client.ObjectKey{Namespace: version.Namespace, Name: manifestsName(version)}
	if err := c.Get(ctx, key, &configMap); err != nil {
		return client.IgnoreNotFound(err)
	}
	if configMap.Labels[ownerLabel] != string(version.UID) {
		return nil
	}
	sameObject := client.Preconditions{UID: &configMap.UID}
	return client.IgnoreNotFound(c.Delete(ctx, &configMap, sameObject))
}
