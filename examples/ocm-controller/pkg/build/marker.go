// Package build says which build of the controller is running.
package build

// Marker is logged once, when the controller starts.
const Marker = "ocm-controller 0.1.0"
