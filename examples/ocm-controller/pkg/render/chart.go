// Package render turns the files of a resource into Kubernetes manifests.
package render

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
)

// Chart renders files with a Chart.yaml at their root, with the chart's own values. Templates are sorted by path, so
// that equal charts give equal bytes.
func Chart(files map[string]string, release, namespace string) ([]byte, error) {
	var buffered []*loader.BufferedFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		buffered = append(buffered, &loader.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	chart, err := loader.LoadFiles(buffered)
	if err != nil {
		return nil, fmt.Errorf("loading the chart: %w", err)
	}

	options := chartutil.ReleaseOptions{Name: release, Namespace: namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, nil, options, nil)
	if err != nil {
		return nil, fmt.Errorf("reading the values of chart %s: %w", chart.Name(), err)
	}
	templates, err := engine.Render(chart, values)
	if err != nil {
		return nil, fmt.Errorf("rendering chart %s: %w", chart.Name(), err)
	}

	var manifests bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		content := strings.TrimSpace(templates[name])
		if path.Base(name) == "NOTES.txt" || content == "" {
			continue
		}
		fmt.Fprintf(&manifests, "---\n%s\n", content)
	}
	return manifests.Bytes(), nil
}
