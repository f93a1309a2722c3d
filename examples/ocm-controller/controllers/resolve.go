package controllers

import (
	"context"
	"crypto/sha256"
	"fmt"

	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/ocm-controller/pkg/render"
)

// ImageResolver finds the digest of an image, sha256:<hex>.
type ImageResolver interface {
	Digest(ctx context.Context, image string) (string, error)
}

// resolved is a resource with known content. Manifests are empty for an image.
type resolved struct {
	v1alpha1.ResolvedResource
	manifests []byte
}

// resolveAll resolves the resources of a component version, in the order of its spec. It returns the first failure.
func resolveAll(ctx context.Context, images ImageResolver, version *v1alpha1.ComponentVersion) ([]resolved, error) {
	var all []resolved
	for _, resource := range version.Spec.Resources {
		one, err := resolve(ctx, images, version, resource)
		if err != nil {
			return nil, fmt.Errorf("resource %s: %w", resource.Name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func resolve(ctx context.Context, images ImageResolver, version *v1alpha1.ComponentVersion, resource v1alpha1.Resource) (resolved, error) {
	var manifests []byte
	var err error
	switch resource.Type {
	case v1alpha1.OCIImage:
		digest, err := images.Digest(ctx, resource.Image)
		return resolved{ResolvedResource: v1alpha1.ResolvedResource{Name: resource.Name, Digest: digest}}, err
	case v1alpha1.Kustomization:
		manifests, err = render.Kustomization(resource.Files)
	case v1alpha1.HelmChart:
		manifests, err = render.Chart(resource.Files, version.Name, version.Namespace)
	default:
		err = fmt.Errorf("type %q is not known", resource.Type)
	}
	digest := fmt.Sprintf("sha256:%x", sha256.Sum256(manifests))
	return resolved{ResolvedResource: v1alpha1.ResolvedResource{Name: resource.Name, Digest: digest}, manifests: manifests}, err
}
