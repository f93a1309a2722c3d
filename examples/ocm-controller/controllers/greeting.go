package controllers

import (
	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/shared/greeting"
)

// salutation is the first part of every component version's greeting.
const salutation = "Hello from the OCM controller"

// greetingFor returns the text of status.greeting for a component version.
func greetingFor(version *v1alpha1.ComponentVersion) string {
	return greeting.Compose(salutation, version.Spec.Component+" "+version.Spec.Version)
}
