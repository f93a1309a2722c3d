package controllers

import (
	"fmt"

	"example.com/nx-kube/greeter-controller/api/v1alpha1"
	"example.com/nx-kube/shared/greeting"
)

// salutations are the first words of a greeting, by language.
var salutations = map[v1alpha1.Language]string{
	v1alpha1.English: "Hello",
	v1alpha1.German:  "Guten Tag",
	v1alpha1.French:  "Bonjour",
}

// messageFor returns the text of status.message. It returns an error for a language that the API does not allow.
func messageFor(spec v1alpha1.GreetingSpec) (string, error) {
	salutation, known := salutations[spec.Language]
	if !known {
		return "", fmt.Errorf("language %q is not spoken here", spec.Language)
	}
	return greeting.Compose(salutation, spec.Name), nil
}
