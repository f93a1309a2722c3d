// Package conditions sets the status condition that every controller of this workspace reports: Ready.
package conditions

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Ready is the type of the summary condition that kstatus and `kubectl wait` read.
const Ready = "Ready"

// MarkReady sets Ready to True for the given generation of the object. The transition time changes only with the
// condition's status.
func MarkReady(conditions *[]metav1.Condition, generation int64, reason, message string) {
	set(conditions, metav1.ConditionTrue, generation, reason, message)
}

// MarkNotReady sets Ready to False for the given generation of the object.
func MarkNotReady(conditions *[]metav1.Condition, generation int64, reason, message string) {
	set(conditions, metav1.ConditionFalse, generation, reason, message)
}

// IsReady reports whether Ready is True and was observed for the given generation.
func IsReady(conditions []metav1.Condition, generation int64) bool {
	ready := meta.FindStatusCondition(conditions, Ready)
	return ready != nil && ready.Status == metav1.ConditionTrue && ready.ObservedGeneration == generation
}

func set(conditions *[]metav1.Condition, status metav1.ConditionStatus, generation int64, reason, message string) {
	meta.SetStatusCondition(conditions, metav1.Condition{
		Type:               Ready,
		Status:             status,
		ObservedGeneration: generation,
		Reason:             reason,
		Message:            message,
	})
}
