package controllers

import (
	"example.com/nx-kube/ocm-controller/api/v1alpha1"
	"example.com/nx-kube/shared/greeting"
)

// salutation opens the greeting of every component version.
const salutation = "Hello from the OCM controller"

// greetingFor is what status.greeting says about a component version.
func greetingFor(version *v1alpha1.ComponentVersion) string {
	return greeting.Compose(salutation, version.Spec.Component+" "+version.Spec.Version)
}
