// Package greeting composes the sentence that the controllers of this workspace write into the status of their objects.
package greeting

import "strings"

// punctuation ends every greeting.
const punctuation = "!"

// Compose joins a salutation and a subject: Compose("Hello", "world") is "Hello, world!". Without a subject it returns
// the salutation alone.
func Compose(salutation, subject string) string {
	parts := []string{salutation}
	if subject = strings.TrimSpace(subject); subject != "" {
		parts = append(parts, subject)
	}
	return strings.Join(parts, ", ") + punctuation
}
