// Package build identifies the running build of the controller.
package build

// Marker is logged once, when the controller starts.
const Marker = "ocm-controller 0.1.0"
