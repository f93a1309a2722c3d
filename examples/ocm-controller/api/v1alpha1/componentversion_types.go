package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ComponentVersionFinalizer holds a ComponentVersion until its deletion policy has been carried out.
const ComponentVersionFinalizer = "delivery.example.com/release"

// ResourceType says how the content of a resource is resolved.
// +kubebuilder:validation:Enum=OCIImage;Kustomization;HelmChart
type ResourceType string

const (
	// OCIImage is an image in a registry; it is resolved to its digest.
	OCIImage ResourceType = "OCIImage"
	// Kustomization is a set of files with a kustomization.yaml at its root; it is rendered.
	Kustomization ResourceType = "Kustomization"
	// HelmChart is a set of files with a Chart.yaml at its root; it is rendered with the chart's own values.
	HelmChart ResourceType = "HelmChart"
)

// DeletionPolicy says what becomes of the rendered manifests when a ComponentVersion is deleted.
// +kubebuilder:validation:Enum=Delete;Orphan
type DeletionPolicy string

const (
	// Delete deletes the ConfigMap that holds the rendered manifests.
	Delete DeletionPolicy = "Delete"
	// Orphan leaves that ConfigMap behind.
	Orphan DeletionPolicy = "Orphan"
)

// Resource is one part of a component.
// +kubebuilder:validation:XValidation:rule="self.type == 'OCIImage' ? has(self.image) && !has(self.files) : has(self.files) && !has(self.image)",message="an OCIImage takes image; a Kustomization or a HelmChart takes files"
type Resource struct {
	// Name of the resource, unique in the component.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	// +kubebuilder:validation:Pattern=`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`
	Name string `json:"name"`

	// Type says how the resource is resolved.
	Type ResourceType `json:"type"`

	// Image is a reference such as registry.example.com/podinfo:6.7.0.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=512
	// +optional
	Image string `json:"image,omitempty"`

	// Files maps relative paths to their contents.
	// +kubebuilder:validation:MinProperties=1
	// +kubebuilder:validation:MaxProperties=64
	// +optional
	Files map[string]string `json:"files,omitempty"`
}

// ComponentVersionSpec is the wanted state.
type ComponentVersionSpec struct {
	// Component is the name of the component, such as example.com/podinfo.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="component is immutable"
	Component string `json:"component"`

	// Version is a semantic version, such as 1.2.3.
	// +kubebuilder:validation:MaxLength=64
	// +kubebuilder:validation:Pattern=`^v?[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`
	Version string `json:"version"`

	// Interval between two reconciliations when nothing changes.
	// +kubebuilder:default="10m"
	// +kubebuilder:validation:Type=string
	// +kubebuilder:validation:Pattern=`^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`
	// +optional
	Interval metav1.Duration `json:"interval,omitempty"`

	// Suspend stops reconciliation; deletion still works.
	// +kubebuilder:default=false
	// +optional
	Suspend bool `json:"suspend,omitempty"`

	// DeletionPolicy says what becomes of the rendered manifests.
	// +kubebuilder:default=Delete
	// +optional
	DeletionPolicy DeletionPolicy `json:"deletionPolicy,omitempty"`

	// Resources of the component.
	// +kubebuilder:validation:MaxItems=16
	// +listType=map
	// +listMapKey=name
	// +optional
	Resources []Resource `json:"resources,omitempty"`
}

// ResolvedResource is a resource whose content is known.
type ResolvedResource struct {
	// Name of the resource.
	Name string `json:"name"`

	// Digest of the image, or of the rendered manifests: sha256:<hex>.
	Digest string `json:"digest"`
}

// ComponentVersionStatus is the observed state.
type ComponentVersionStatus struct {
	// ObservedGeneration is the generation that was reconciled last.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Greeting tells people what this is.
	// +optional
	Greeting string `json:"greeting,omitempty"`

	// Resources that were resolved, in the order of the spec.
	// +listType=map
	// +listMapKey=name
	// +optional
	Resources []ResolvedResource `json:"resources,omitempty"`

	// Conditions of the object; Ready sums them up.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// ComponentVersion is one version of a component whose resources are resolved into the cluster.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=cv
// +kubebuilder:printcolumn:name="Component",type=string,JSONPath=`.spec.component`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Greeting",type=string,JSONPath=`.status.greeting`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type ComponentVersion struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   ComponentVersionSpec   `json:"spec"`
	Status ComponentVersionStatus `json:"status,omitempty"`
}

// ComponentVersionList is a list of ComponentVersions.
// +kubebuilder:object:root=true
type ComponentVersionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ComponentVersion `json:"items"`
}

func init() {
	schemeBuilder.Register(&ComponentVersion{}, &ComponentVersionList{})
}
