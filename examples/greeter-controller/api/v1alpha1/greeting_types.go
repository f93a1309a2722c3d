package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Language of a greeting.
// +kubebuilder:validation:Enum=en;de;fr
type Language string

// The languages that the controller speaks.
const (
	English Language = "en"
	German  Language = "de"
	French  Language = "fr"
)

// GreetingSpec is the wanted state.
type GreetingSpec struct {
	// Name of whom to greet.
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=100
	Name string `json:"name"`

	// Language to greet in.
	// +kubebuilder:default=en
	// +optional
	Language Language `json:"language,omitempty"`
}

// GreetingStatus is the observed state.
type GreetingStatus struct {
	// ObservedGeneration is the generation that was reconciled last.
	// +optional
	ObservedGeneration int64 `json:"observedGeneration,omitempty"`

	// Message is the greeting.
	// +optional
	Message string `json:"message,omitempty"`

	// Conditions of the object; Ready sums them up.
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// Greeting asks for somebody to be greeted.
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=`.status.conditions[?(@.type=="Ready")].status`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Greeting struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   GreetingSpec   `json:"spec"`
	Status GreetingStatus `json:"status,omitempty"`
}

// GreetingList is a list of Greetings.
// +kubebuilder:object:root=true
type GreetingList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Greeting `json:"items"`
}

func init() {
	schemeBuilder.Register(&Greeting{}, &GreetingList{})
}
